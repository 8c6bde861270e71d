package com.promptmanage.runner.connector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.NodeConfig.Operation;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.mail.MailSettings;
import com.promptmanage.service.mail.Mailer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Mail, and what of the account's allowance it uses. */
class EmailConnectorTest {

    @AutoClose
    private final Database database = Database.open(
            DatabaseSettings.of(MigratedDatabase.url(), "of-the-tests").withConnectionsMax(2));

    @Test
    void whatTheServerRefusesUsesNothingOfTheAllowanceAndWhatItHasPerhapsTakenDoes() throws Exception {
        assertThat(failure("550 no")).isEqualTo(Failure.Kind.PERMANENT);
        assertThat(counted()).isZero();
        assertThat(failure("451 not now")).isEqualTo(Failure.Kind.TRANSIENT);
        assertThat(counted()).isZero();

        assertThat(failure("250 fine")).isEqualTo(Failure.Kind.AMBIGUOUS);
        assertThat(counted()).isEqualTo(2);

        assertThat(failure("550 no")).isEqualTo(Failure.Kind.PERMANENT);
        assertThat(counted()).isEqualTo(2);
    }

    /** Of what kind a mail to two people fails of whom the server says so, and which it does not hear to the end. */
    private Failure.Kind failure(String ofRecipients) throws Exception {
        try (var server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> answer(server, ofRecipients));
            var settings = new MailSettings(
                    "localhost",
                    server.getLocalPort(),
                    MailSettings.Security.NONE,
                    Optional.empty(),
                    "pm@example.com",
                    Duration.ofSeconds(30));
            Session session = TestPlaces.open(
                    new EmailConnector(Optional.of(new Mailer(settings, Clock.systemUTC())), database), "{}", Map.of());
            WriteRequest mail =
                    TestPlaces.write(Operation.CREATE, "{\"to\":\"a@example.com, b@example.com\",\"text\":\"Hi\"}");
            return catchThrowableOfType(ConnectorException.class, () -> session.write(mail))
                    .failure()
                    .kind();
        }
    }

    private int counted() {
        return database.<Integer, RuntimeException>asSystem(
                handle -> handle.createQuery("SELECT coalesce(sum(recipients), 0) FROM mail_counts")
                        .mapTo(Integer.class)
                        .one());
    }

    private static void answer(ServerSocket server, String ofRecipients) {
        try (Socket client = server.accept();
                var lines =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII))) {
            say(client, "220 hello");
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("DATA")) {
                    say(client, "354 go on");
                    return;
                }
                say(client, line.startsWith("RCPT") ? ofRecipients : "250 fine");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void say(Socket client, String line) throws IOException {
        client.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }
}

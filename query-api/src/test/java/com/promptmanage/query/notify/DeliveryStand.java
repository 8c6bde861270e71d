package com.promptmanage.query.notify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.service.mail.MailSettings;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.alert.BudgetAlert;
import com.promptmanage.topics.budget.Severity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** A server that notifies, and those who are notified: an address that is called, and a mail server. */
final class DeliveryStand implements AutoCloseable {

    static final Account ACME = Account.team("acme");

    private final MailCatcher mailServer;

    private final Hook hook;

    private final NotifyingApi api;

    DeliveryStand() {
        try {
            mailServer = new MailCatcher();
            hook = new Hook();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        api = new NotifyingApi(Optional.of(new Mailer(
                new MailSettings(
                        "127.0.0.1",
                        mailServer.port(),
                        MailSettings.Security.NONE,
                        Optional.empty(),
                        "Prompt Manage <pm@example.com>",
                        Duration.ofSeconds(30)),
                Clock.systemUTC())));
    }

    static BudgetAlert alert(String id, Severity severity) {
        return Raised.alert(id, ACME, severity);
    }

    NotifyingApi api() {
        return api;
    }

    Hook hook() {
        return hook;
    }

    MailCatcher mailServer() {
        return mailServer;
    }

    /** Until so many alerts have been delivered on the channel, and no more. */
    void awaitDelivered(JsonNode channel, int count) throws Exception {
        Await.until(() -> assertThat(api.deliveries(channel.path("id").asText()).findValuesAsText("finishedAt").stream()
                        .filter(time -> !time.equals("null")))
                .hasSize(count));
        assertThat(api.deliveries(channel.path("id").asText()).findParents("alertId"))
                .filteredOn(delivery -> !delivery.path("finishedAt").isNull())
                .allSatisfy(
                        delivery -> assertThat(delivery.path("status").asText()).isEqualTo("delivered"));
    }

    @Override
    public void close() throws IOException {
        api.close();
        hook.close();
        mailServer.close();
    }
}

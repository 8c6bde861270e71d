package com.promptmanage.query.notify;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Takes every mail and keeps it as it came; except for {@code nobody@…}, whom it does not know, and for a while for
 * {@code busy@…}.
 */
public final class MailCatcher implements AutoCloseable {

    private final ServerSocket server = new ServerSocket(0, 20, InetAddress.getLoopbackAddress());

    private final List<String> mails = new CopyOnWriteArrayList<>();

    private volatile boolean isBusy = true;

    public MailCatcher() throws IOException {
        Thread.ofVirtual().start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Envelope and all. */
    public List<String> mails() {
        return mails;
    }

    /** Takes what comes for {@code busy@…}, from now on. */
    void takeForBusy() {
        isBusy = false;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                var lines =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8))) {
            say(client, "220 here");
            var mail = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("RCPT TO:<nobody@")) {
                    say(client, "550 no such user");
                } else if (isBusy && line.startsWith("RCPT TO:<busy@")) {
                    say(client, "451 later");
                } else if (line.equals("DATA")) {
                    say(client, "354 go on");
                    for (String text = lines.readLine(); text != null && !text.equals("."); text = lines.readLine()) {
                        mail.append(text).append('\n');
                    }
                    mails.add(mail.toString());
                    say(client, "250 taken");
                } else {
                    mail.append(line).append('\n');
                    say(client, line.equals("QUIT") ? "221 bye" : "250 fine");
                }
            }
        } catch (IOException ignored) {
            // The client went away.
        }
    }

    private static void say(Socket client, String line) throws IOException {
        client.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }
}

package com.promptmanage.service.mail;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** Encrypts for an SMTP server that cannot: from the first byte, or when the client says STARTTLS. */
final class TlsFront implements AutoCloseable {

    private final ServerSocket front = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

    private final int behindPort;

    private final SSLContext tls;

    private final boolean startsInPlainText;

    private final AtomicInteger encrypted = new AtomicInteger();

    TlsFront(int behindPort, SSLContext tls, boolean startsInPlainText) throws IOException {
        this.behindPort = behindPort;
        this.tls = tls;
        this.startsInPlainText = startsInPlainText;
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return front.getLocalPort();
    }

    /** How many connections became encrypted. */
    int encrypted() {
        return encrypted.get();
    }

    @Override
    public void close() throws IOException {
        front.close();
    }

    private void accept() {
        while (!front.isClosed()) {
            try {
                Socket client = front.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket behind = new Socket(InetAddress.getLoopbackAddress(), behindPort)) {
            if (startsInPlainText) {
                client.getOutputStream().write(ascii("220 front ESMTP\r\n"));
                while (!line(client.getInputStream()).startsWith("STARTTLS")) {
                    client.getOutputStream().write(ascii("250-front\r\n250 STARTTLS\r\n"));
                }
                client.getOutputStream().write(ascii("220 go\r\n"));
                // The one behind greets too, which this client has had already.
                line(behind.getInputStream());
            }
            try (var secure = (SSLSocket) tls.getSocketFactory().createSocket(client, null, client.getPort(), true)) {
                secure.setUseClientMode(false);
                secure.startHandshake();
                encrypted.incrementAndGet();
                Thread.ofVirtual().start(() -> copy(behind, secure));
                copy(secure, behind);
            }
        } catch (IOException e) {
            // The client went away or trusts us not; the test says what should have come of it.
            encrypted.get();
        }
    }

    private static void copy(Socket from, Socket to) {
        try (InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException e) {
            // One side has ended, and with it the other.
            return;
        }
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("ended");
            }
            line.append((char) next);
        }
        return line.toString();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}

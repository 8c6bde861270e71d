package com.promptmanage.runner.connector;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * What a PostgreSQL server does until it knows who wants to come in, with a certificate for {@code localhost} that it has signed
 * itself. Whoever trusts it is told that nobody of that name may enter.
 */
final class SecureDatabase implements AutoCloseable {

    private static final char[] PASSWORD = "changeit".toCharArray();

    private final KeyStore keys;

    private final SSLContext context;

    private final ServerSocket server;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private final List<String> trusted = new CopyOnWriteArrayList<>();

    SecureDatabase() throws Exception {
        keys = madeKeys();
        var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD);
        context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::serve);
    }

    int port() {
        return server.getLocalPort();
    }

    String certificate() throws GeneralSecurityException {
        return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
                .formatted(Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(keys.getCertificate("server").getEncoded()));
    }

    /** What those sent first who took the certificate for the server's. */
    List<String> trusted() {
        return List.copyOf(trusted);
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                threads.execute(() -> greet(socket));
            } catch (IOException e) {
                // It was closed.
                return;
            }
        }
    }

    private void greet(Socket socket) {
        try (socket) {
            // Eight bytes that ask for TLS.
            socket.getInputStream().readNBytes(8);
            socket.getOutputStream().write('S');
            var secure = (SSLSocket) context.getSocketFactory().createSocket(socket, "localhost", port(), false);
            secure.setUseClientMode(false);
            byte[] length = secure.getInputStream().readNBytes(4);
            if (length.length < 4) {
                return;
            }
            byte[] startup = secure.getInputStream().readNBytes((length[2] & 0xFF) * 256 + (length[3] & 0xFF) - 4);
            trusted.add(new String(startup, StandardCharsets.ISO_8859_1));
            byte[] fields = "SFATAL\0C28000\0Mnobody of that name may enter\0\0".getBytes(StandardCharsets.US_ASCII);
            secure.getOutputStream().write('E');
            secure.getOutputStream().write(new byte[] {0, 0, 0, (byte) (fields.length + 4)});
            secure.getOutputStream().write(fields);
            secure.getOutputStream().flush();
        } catch (IOException e) {
            // The other side has gone: it did not trust us.
        }
    }

    /** Made by the JDK's own tool. */
    private static KeyStore madeKeys() throws Exception {
        Path directory = Files.createTempDirectory("secure-database");
        Path file = directory.resolve("keys.p12");
        try {
            Process keytool = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-alias",
                            "server",
                            "-keyalg",
                            "EC",
                            "-dname",
                            "CN=localhost",
                            "-ext",
                            "san=dns:localhost",
                            "-validity",
                            "2",
                            "-storetype",
                            "PKCS12",
                            "-keystore",
                            file.toString(),
                            "-storepass",
                            new String(PASSWORD))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (keytool.waitFor() != 0) {
                throw new IOException("keytool failed: " + said);
            }
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream content = Files.newInputStream(file)) {
                keys.load(content, PASSWORD);
            }
            return keys;
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(directory);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.shutdownNow();
    }
}

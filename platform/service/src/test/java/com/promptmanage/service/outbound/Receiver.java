package com.promptmanage.service.outbound;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;

/** An HTTP server that answers byte by byte what a test wants, one request per connection, and remembers who came. */
final class Receiver implements AutoCloseable {

    private final ServerSocket server;

    private final Answer answer;

    private final AtomicInteger connections = new AtomicInteger();

    private final List<Request> requests = new CopyOnWriteArrayList<>();

    private final List<Socket> open = new CopyOnWriteArrayList<>();

    /** @param headers by name in lower case */
    @SuppressWarnings("ArrayRecordComponent")
    record Request(String line, Map<String, String> headers, byte[] body) {

        String path() {
            return line.split(" ", -1)[1];
        }
    }

    interface Answer {
        void to(Request request, OutputStream out) throws IOException, InterruptedException;
    }

    private Receiver(ServerSocket server, Answer answer) {
        this.server = server;
        this.answer = answer;
        Thread.ofVirtual().start(this::accept);
    }

    static Receiver on(String address, int port, Answer answer) throws IOException {
        return on(address, port, ServerSocketFactory.getDefault(), answer);
    }

    static Receiver on(String address, int port, ServerSocketFactory sockets, Answer answer) throws IOException {
        ServerSocket server = sockets.createServerSocket();
        server.bind(new InetSocketAddress(InetAddress.getByName(address), port), 256);
        return new Receiver(server, answer);
    }

    /** With an answer that is all there. */
    static Answer saying(String text) {
        return (request, out) -> write(
                out,
                "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s".formatted(text.length(), text));
    }

    static Answer redirecting(int status, String location) {
        return (request, out) -> write(
                out,
                "HTTP/1.1 %d Go\r\nLocation: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                        .formatted(status, location));
    }

    static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    int port() {
        return server.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    List<Request> requests() {
        return requests;
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.incrementAndGet();
                open.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            Request request = read(new BufferedInputStream(socket.getInputStream()));
            requests.add(request);
            answer.to(request, socket.getOutputStream());
        } catch (IOException | RuntimeException e) {
            // The client went away, which is what some tests are about.
            connections.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Request read(InputStream in) throws IOException {
        String line = line(in);
        var headers = new TreeMap<String, String>();
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        return new Request(line, headers, in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0"))));
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the client went away");
            }
            line.append((char) next);
        }
        return line.toString().strip();
    }
}

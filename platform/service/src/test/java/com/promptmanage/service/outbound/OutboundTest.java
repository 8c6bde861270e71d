package com.promptmanage.service.outbound;

import static com.promptmanage.service.outbound.Receiver.saying;
import static com.promptmanage.service.outbound.Receiver.write;
import static com.promptmanage.service.outbound.SmallNetwork.OUTSIDE;
import static com.promptmanage.service.outbound.SmallNetwork.SETTINGS;
import static com.promptmanage.service.outbound.SmallNetwork.assertFails;
import static com.promptmanage.service.outbound.SmallNetwork.to;
import static com.promptmanage.service.outbound.SmallNetwork.uri;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.outbound.OutboundException.Failure;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How a call goes: its times and sizes, and what it goes over. */
class OutboundTest {

    @RegisterExtension
    private final SmallNetwork network = new SmallNetwork();

    @Test
    void aHostThatIsSilentOrDripsEndsWithTheCallsTime() throws Exception {
        var forever = new CountDownLatch(1);
        Receiver silent = network.receiver("127.0.0.1", (request, out) -> forever.await());
        Receiver dripping = network.receiver("127.0.0.1", (request, out) -> {
            write(out, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
            while (true) {
                write(out, "x");
                Thread.sleep(10);
            }
        });
        Receiver drippingHead = network.receiver("127.0.0.1", (request, out) -> {
            write(out, "HTTP/1.1 200 OK\r\nX: ");
            while (true) {
                write(out, "x");
                Thread.sleep(10);
            }
        });
        Outbound outbound = network.outbound(SETTINGS, host -> new InetAddress[] {OUTSIDE});

        for (Receiver receiver : List.of(silent, dripping, drippingHead)) {
            assertFails(Failure.TIMED_OUT, outbound, to("a.example", receiver).withTotalMax(Duration.ofMillis(300)));
        }
        assertFails(Failure.TIMED_OUT, outbound, to("a.example", silent).withSilenceMax(Duration.ofMillis(100)));
    }

    @Test
    void aCallWhoseTimeIsOverBeforeItIsConnectedHasTimedOut() throws Exception {
        Receiver receiver = network.receiver("127.0.0.1", (request, out) -> write(out, "HTTP/1.1 204 None\r\n\r\n"));
        Outbound outbound = network.outbound(SETTINGS, host -> {
            try {
                Thread.sleep(Duration.ofMillis(400));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new InetAddress[] {OUTSIDE};
        });

        assertFails(Failure.TIMED_OUT, outbound, to("a.example", receiver).withTotalMax(Duration.ofMillis(100)));
    }

    @Test
    void aLookUpThatHangsEndsWithTheTimeForConnecting() {
        var forever = new CountDownLatch(1);
        var quick = new OutboundSettings(
                SETTINGS.allowed(), Duration.ofMillis(100), Duration.ofSeconds(20), 1_000, 1_000, 4);
        Outbound outbound = network.outbound(quick, host -> {
            try {
                forever.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return new InetAddress[] {OUTSIDE};
        });

        assertFails(Failure.UNKNOWN_HOST, outbound, Call.get(URI.create("http://a.example/")));
    }

    @Test
    void sizesHaveLimitsWhateverTheHeadSays() throws Exception {
        Receiver endless = network.receiver("127.0.0.1", (request, out) -> {
            write(out, "HTTP/1.1 200 OK\r\n\r\n");
            while (true) {
                write(out, "x".repeat(1000));
            }
        });
        Receiver cut = network.receiver(
                "127.0.0.1", (request, out) -> write(out, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot all"));
        Receiver babbling = network.receiver("127.0.0.1", (request, out) -> {
            write(out, "HTTP/1.1 200 OK\r\n");
            while (true) {
                write(out, "A: b\r\n");
            }
        });
        Receiver other = network.receiver("127.0.0.1", (request, out) -> write(out, "220 mail.example ESMTP\r\n"));
        Outbound outbound = network.outbound(SETTINGS, host -> new InetAddress[] {OUTSIDE});

        assertFails(Failure.RESPONSE_TOO_LARGE, outbound, to("a.example", endless));
        assertFails(Failure.BROKEN, outbound, to("a.example", cut));
        assertFails(Failure.BROKEN, outbound, to("a.example", babbling));
        assertFails(Failure.BROKEN, outbound, to("a.example", other));
        assertFails(
                Failure.REQUEST_TOO_LARGE,
                outbound,
                Call.post(uri("a.example", endless), "text/plain", new byte[100_001]));
    }

    @Test
    void anAnswerCanBeReadWhileItComes() throws Exception {
        var events = new SynchronousQueue<String>();
        Receiver receiver = network.receiver("127.0.0.1", (request, out) -> {
            write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (String event = events.take(); !event.isEmpty(); event = events.take()) {
                write(out, "%x\r\n%s\r\n".formatted(event.length(), event));
            }
            write(out, "0\r\n\r\n");
        });
        Outbound outbound = network.outbound(SETTINGS, host -> new InetAddress[] {OUTSIDE});

        try (OpenReply reply = outbound.open(to("a.example", receiver))) {
            var lines = new BufferedReader(new InputStreamReader(reply.body(), StandardCharsets.UTF_8));
            assertThat(reply.header("content-type")).contains("text/event-stream");
            for (String event : List.of("data: 1\n", "data: 2\n")) {
                events.put(event);
                assertThat(lines.readLine() + "\n").isEqualTo(event);
            }
            events.put("");
            assertThat(lines.readLine()).isNull();
        }
    }

    /** More calls than there are carrier threads, none of which is answered before all have arrived. */
    @Test
    void manyVirtualThreadsWaitAtTheSameTime() throws Exception {
        int calls = 64;
        var arrived = new CountDownLatch(calls);
        Receiver receiver = network.receiver("127.0.0.1", (request, out) -> {
            arrived.countDown();
            arrived.await();
            saying("together").to(request, out);
        });
        Outbound outbound = network.outbound(SETTINGS, host -> new InetAddress[] {OUTSIDE});

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Reply>> replies = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                replies.add(threads.submit(() -> outbound.send(to("a.example", receiver))));
            }
            for (Future<Reply> reply : replies) {
                assertThat(reply.get().text()).isEqualTo("together");
            }
        }
    }

    @Test
    void noProxyOfTheJvmTakesPart() throws Exception {
        Receiver proxy = network.receiver("127.0.0.1", saying("proxied"));
        Receiver receiver = network.receiver("127.0.0.1", saying("direct"));
        Outbound outbound = network.outbound(SETTINGS, host -> new InetAddress[] {OUTSIDE});
        List<String> names = List.of("http.proxyHost", "http.proxyPort", "socksProxyHost", "socksProxyPort");
        try {
            System.setProperty("http.proxyHost", "127.0.0.1");
            System.setProperty("http.proxyPort", Integer.toString(proxy.port()));
            System.setProperty("socksProxyHost", "127.0.0.1");
            System.setProperty("socksProxyPort", Integer.toString(proxy.port()));

            assertThat(outbound.send(to("a.example", receiver)).text()).isEqualTo("direct");
        } finally {
            names.forEach(System::clearProperty);
        }
        assertThat(proxy.connections()).isZero();
    }

    @Test
    void theNameIsWhatTheServerIsToldAndTheCertificateIsCheckedAgainst() throws Exception {
        var certificate = TestCertificate.of("hooks.example");
        Receiver receiver =
                Receiver.on("127.0.0.1", 0, certificate.server().getServerSocketFactory(), saying("secure"));
        network.closes(receiver);
        Outbound outbound = new Outbound(SETTINGS, host -> new InetAddress[] {OUTSIDE}, certificate.client());
        network.closes(outbound);

        Reply reply = outbound.send(Call.get(URI.create("https://hooks.example:%d/".formatted(receiver.port()))));

        assertThat(reply.text()).isEqualTo("secure");
        assertThat(certificate.namesAskedFor()).containsExactly("hooks.example");
        assertThat(receiver.requests().getFirst().headers()).containsEntry("host", "hooks.example:" + receiver.port());
        assertFails(
                Failure.NOT_SECURE,
                outbound,
                Call.get(URI.create("https://other.example:%d/".formatted(receiver.port()))));
        assertFails(
                Failure.NOT_SECURE,
                network.outbound(SETTINGS, host -> new InetAddress[] {OUTSIDE}),
                Call.get(URI.create("https://hooks.example:%d/".formatted(receiver.port()))));
    }

    @Test
    void aHeaderCannotBeginAnotherNorTakeOverTheConnection() {
        Call call = Call.get(URI.create("http://a.example/"));

        assertThatThrownBy(() -> call.withHeader("X-A", "b\r\nX-C: d")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> call.withHeader("X A", "b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> call.withHeader("Host", "inside")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> call.withHeader("Transfer-Encoding", "chunked"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

package com.promptmanage.service.outbound;

import static com.promptmanage.service.outbound.Receiver.redirecting;
import static com.promptmanage.service.outbound.Receiver.saying;
import static com.promptmanage.service.outbound.Receiver.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.outbound.OutboundException.Failure;
import com.promptmanage.service.settings.BadSettingsException;
import com.promptmanage.service.settings.Settings;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In these tests 127.0.0.1 stands for the internet, and 127.0.0.2 for what is inside. */
class OutboundTest {

    private static final OutboundSettings SETTINGS = new OutboundSettings(
            List.of(AddressRange.of("127.0.0.1")),
            Duration.ofSeconds(5),
            Duration.ofSeconds(20),
            100_000,
            100_000,
            400);

    private static final InetAddress OUTSIDE = address("127.0.0.1");

    private static final InetAddress INSIDE = address("127.0.0.2");

    private final List<AutoCloseable> toClose = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable thing : toClose.reversed()) {
            thing.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:%d/",
                "http://localhost:%d/",
                "http://LOCALHOST:%d/",
                "http://a.localhost:%d/",
                "http://[::1]:%d/",
                "http://[::ffff:127.0.0.1]:%d/",
                "http://[64:ff9b::7f00:1]:%d/",
                "http://127.1:%d/",
                "http://2130706433:%d/",
                "http://0x7f000001:%d/",
                "http://0:%d/",
                "http://inside.example:%d/"
            })
    void anAddressInsideIsNotReachedHoweverItIsWritten(String address) throws Exception {
        Receiver receiver = receiver("127.0.0.1", saying("secret"));
        Outbound outbound = outbound(OutboundSettings.DEFAULTS, host ->
                new InetAddress[] {host.equals("inside.example") ? OUTSIDE : InetAddress.getByName(host)});

        assertThatExceptionOfType(OutboundException.class)
                .isThrownBy(() -> outbound.send(Call.get(URI.create(address.formatted(receiver.port())))))
                .satisfies(e -> {
                    assertThat(e.failure()).isIn(Failure.ADDRESS_REFUSED, Failure.UNKNOWN_HOST);
                    assertThat(e.failure().maybeReceived()).isFalse();
                });
        assertThat(receiver.connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://a.example/",
                "a.example",
                "https://",
                "https://user:secret@a.example/",
                "http://a b/",
                "file:///etc/passwd",
                "https://a.example:70000/",
                "http://169.254.169.254/latest",
                "http://[fd00:ec2::254]/",
                "https://localhost/"
            })
    void aFormIsToldWhatIsWrongWithAnAddress(String address) {
        assertThat(outbound(OutboundSettings.DEFAULTS, host -> new InetAddress[0])
                        .faultOf(address))
                .isPresent();
    }

    @Test
    void aFormIsToldNothingOfAnAddressThatIsFine() {
        Outbound outbound = outbound(OutboundSettings.DEFAULTS, host -> new InetAddress[0]);

        assertThat(outbound.faultOf("https://hooks.example.com/services/T0/B0?x=1"))
                .isEmpty();
        assertThat(outbound.faultOf("http://8.8.8.8:8080/")).isEmpty();
        assertThat(outbound.faultOf("http://0x1.slow.example/"))
                .as("a name, which nobody is asked about here")
                .isEmpty();
    }

    /** The attack: a name that leads outside when it is checked, and inside when it is connected to. */
    @Test
    void aNameThatChangesItsAddressDoesNotLeadInside() throws Exception {
        Receiver inside = receiver("127.0.0.2", saying("secret"));
        Receiver outside = Receiver.on("127.0.0.1", inside.port(), saying("public"));
        toClose.add(outside);
        var lookups = new AtomicInteger();
        Outbound outbound =
                outbound(SETTINGS, host -> new InetAddress[] {lookups.getAndIncrement() % 2 == 0 ? OUTSIDE : INSIDE});
        Call call = Call.get(URI.create("http://rebind.example:%d/".formatted(inside.port())));

        assertThat(outbound.send(call).text()).isEqualTo("public");
        assertThat(lookups)
                .as("nothing is looked up between check and connection")
                .hasValue(1);
        assertThatThrownBy(() -> outbound.send(call)).hasMessageContaining("may not be called");
        assertThat(inside.connections()).isZero();
    }

    @Test
    void ofAHostWithSeveralAddressesOnlyThoseOutsideAreTried() throws Exception {
        Receiver inside = receiver("127.0.0.2", saying("secret"));
        toClose.add(Receiver.on("127.0.0.1", inside.port(), saying("public")));
        Outbound outbound = outbound(SETTINGS, host -> new InetAddress[] {INSIDE, OUTSIDE});

        Reply reply = outbound.send(Call.get(URI.create("http://both.example:%d/".formatted(inside.port()))));

        assertThat(reply.text()).isEqualTo("public");
        assertThat(inside.connections()).isZero();
    }

    @Test
    void aRedirectDoesNotLeadInside() throws Exception {
        Receiver inside = receiver("127.0.0.2", saying("secret"));
        for (String host : List.of("127.0.0.2", "inside.example", "[::ffff:127.0.0.2]")) {
            Receiver outside =
                    receiver("127.0.0.1", redirecting(302, "http://%s:%d/latest".formatted(host, inside.port())));
            Outbound outbound = outbound(SETTINGS, name -> new InetAddress[] {
                name.equals("inside.example")
                        ? INSIDE
                        : name.contains(".example") ? OUTSIDE : InetAddress.getByName(name)
            });

            assertThatExceptionOfType(OutboundException.class)
                    .isThrownBy(() -> outbound.send(to("a.example", outside).withRedirectsMax(5)))
                    .satisfies(e -> assertThat(e.failure()).isEqualTo(Failure.ADDRESS_REFUSED));
        }
        assertThat(inside.connections()).isZero();
    }

    @Test
    void aRedirectIsFollowedWithoutCredentialsToAnotherHostAndWithThemToTheSame() throws Exception {
        Receiver other = receiver("127.0.0.1", saying("there"));
        Receiver first = receiver("127.0.0.1", (request, out) -> {
            if (request.path().equals("/")) {
                redirecting(307, "/again").to(request, out);
            } else {
                redirecting(307, "http://b.example:%d/x".formatted(other.port()))
                        .to(request, out);
            }
        });
        Outbound outbound = outbound(SETTINGS, host -> new InetAddress[] {OUTSIDE});

        Reply reply = outbound.send(to("a.example", first)
                .withHeader("Authorization", "Bearer s3cret")
                .withHeader("X-Api-Key", "s3cret")
                .withHeader("Accept", "text/plain")
                .withRedirectsMax(2));

        assertThat(reply.text()).isEqualTo("there");
        assertThat(reply.uri()).hasHost("b.example").hasPath("/x");
        assertThat(first.requests().get(1).headers()).containsEntry("x-api-key", "s3cret");
        assertThat(other.requests().getFirst().headers())
                .doesNotContainValue("Bearer s3cret")
                .doesNotContainValue("s3cret")
                .containsEntry("accept", "text/plain")
                .containsEntry("host", "b.example:" + other.port());
    }

    @Test
    void aRedirectIsNotFollowedWithABodyToAnotherHostNorForEver() throws Exception {
        Receiver away = receiver("127.0.0.1", redirecting(308, "http://b.example/"));
        Receiver circle = receiver("127.0.0.1", redirecting(302, "/"));
        Outbound outbound = outbound(SETTINGS, host -> new InetAddress[] {OUTSIDE});

        assertFails(
                Failure.REDIRECT_REFUSED,
                outbound,
                Call.post(uri("a.example", away), "text/plain", bytes("secret")).withRedirectsMax(5));
        assertFails(Failure.REDIRECT_REFUSED, outbound, to("a.example", circle).withRedirectsMax(3));
        assertThat(circle.requests()).hasSize(4);
        assertThat(outbound.send(to("a.example", circle)).status())
                .as("who does not ask for it gets the redirect itself")
                .isEqualTo(302);
    }

    @Test
    void whoPostsAndIsSentElsewhereAsksThereWithoutTheBody() throws Exception {
        Receiver receiver = receiver("127.0.0.1", (request, out) -> {
            if (request.line().startsWith("POST")) {
                redirecting(303, "/made").to(request, out);
            } else {
                saying("made").to(request, out);
            }
        });
        Outbound outbound = outbound(SETTINGS, host -> new InetAddress[] {OUTSIDE});

        outbound.send(
                Call.post(uri("a.example", receiver), "text/plain", bytes("x")).withRedirectsMax(1));

        assertThat(receiver.requests().get(0).body()).asString().isEqualTo("x");
        assertThat(receiver.requests().get(1).line()).isEqualTo("GET /made HTTP/1.1");
        assertThat(receiver.requests().get(1).headers()).doesNotContainKey("content-type");
    }

    @Test
    void aHostThatIsSilentOrDripsEndsWithTheCallsTime() throws Exception {
        var forever = new CountDownLatch(1);
        Receiver silent = receiver("127.0.0.1", (request, out) -> forever.await());
        Receiver dripping = receiver("127.0.0.1", (request, out) -> {
            write(out, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
            while (true) {
                write(out, "x");
                Thread.sleep(10);
            }
        });
        Receiver drippingHead = receiver("127.0.0.1", (request, out) -> {
            write(out, "HTTP/1.1 200 OK\r\nX: ");
            while (true) {
                write(out, "x");
                Thread.sleep(10);
            }
        });
        Outbound outbound = outbound(SETTINGS, host -> new InetAddress[] {OUTSIDE});

        for (Receiver receiver : List.of(silent, dripping, drippingHead)) {
            assertFails(Failure.TIMED_OUT, outbound, to("a.example", receiver).withTotalMax(Duration.ofMillis(300)));
        }
        assertFails(Failure.TIMED_OUT, outbound, to("a.example", silent).withSilenceMax(Duration.ofMillis(100)));
    }

    @Test
    void aCallWhoseTimeIsOverBeforeItIsConnectedHasTimedOut() throws Exception {
        Receiver receiver = receiver("127.0.0.1", (request, out) -> write(out, "HTTP/1.1 204 None\r\n\r\n"));
        Outbound outbound = outbound(SETTINGS, host -> {
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
        Outbound outbound = outbound(quick, host -> {
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
        Receiver endless = receiver("127.0.0.1", (request, out) -> {
            write(out, "HTTP/1.1 200 OK\r\n\r\n");
            while (true) {
                write(out, "x".repeat(1000));
            }
        });
        Receiver cut = receiver(
                "127.0.0.1", (request, out) -> write(out, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot all"));
        Receiver babbling = receiver("127.0.0.1", (request, out) -> {
            write(out, "HTTP/1.1 200 OK\r\n");
            while (true) {
                write(out, "A: b\r\n");
            }
        });
        Receiver other = receiver("127.0.0.1", (request, out) -> write(out, "220 mail.example ESMTP\r\n"));
        Outbound outbound = outbound(SETTINGS, host -> new InetAddress[] {OUTSIDE});

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
        Receiver receiver = receiver("127.0.0.1", (request, out) -> {
            write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (String event = events.take(); !event.isEmpty(); event = events.take()) {
                write(out, "%x\r\n%s\r\n".formatted(event.length(), event));
            }
            write(out, "0\r\n\r\n");
        });
        Outbound outbound = outbound(SETTINGS, host -> new InetAddress[] {OUTSIDE});

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
        Receiver receiver = receiver("127.0.0.1", (request, out) -> {
            arrived.countDown();
            arrived.await();
            saying("together").to(request, out);
        });
        Outbound outbound = outbound(SETTINGS, host -> new InetAddress[] {OUTSIDE});

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
        Receiver proxy = receiver("127.0.0.1", saying("proxied"));
        Receiver receiver = receiver("127.0.0.1", saying("direct"));
        Outbound outbound = outbound(SETTINGS, host -> new InetAddress[] {OUTSIDE});
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
        toClose.add(receiver);
        Outbound outbound = new Outbound(SETTINGS, host -> new InetAddress[] {OUTSIDE}, certificate.client());
        toClose.add(outbound);

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
                outbound(SETTINGS, host -> new InetAddress[] {OUTSIDE}),
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

    @Test
    void settingsFallBackOnDefaults() {
        var settings = new Settings(Settings.PREFIX, Map.of());

        assertThat(OutboundSettings.from(settings)).isEqualTo(OutboundSettings.DEFAULTS);
        settings.check();
    }

    @Test
    void settingsTakeWhatIsSet() {
        var settings = new Settings(
                Settings.PREFIX,
                Map.of(
                        "PM_OUTBOUND_ALLOWED_RANGES", "10.0.0.0/8, fd00::/8",
                        "PM_OUTBOUND_CONNECT_TIMEOUT", "PT1S",
                        "PM_OUTBOUND_TIMEOUT", "PT2S",
                        "PM_OUTBOUND_REQUEST_MAX", "1MiB",
                        "PM_OUTBOUND_RESPONSE_MAX", "2MiB",
                        "PM_OUTBOUND_CONNECTIONS", "8"));

        assertThat(OutboundSettings.from(settings))
                .isEqualTo(new OutboundSettings(
                        List.of(AddressRange.of("10.0.0.0/8"), AddressRange.of("fd00::/8")),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        1 << 20,
                        2 << 20,
                        8));
        settings.check();
    }

    @Test
    void settingsTellEveryRangeThatIsNone() {
        var settings = new Settings(Settings.PREFIX, Map.of("PM_OUTBOUND_ALLOWED_RANGES", "10.0.0.0/99, everything"));
        OutboundSettings.from(settings);

        assertThatThrownBy(settings::check)
                .isInstanceOf(BadSettingsException.class)
                .hasMessageContainingAll("2 problem(s)", "'10.0.0.0/99'", "'everything'");
    }

    private static void assertFails(Failure failure, Outbound outbound, Call call) {
        assertThatExceptionOfType(OutboundException.class)
                .isThrownBy(() -> outbound.send(call))
                .satisfies(e -> assertThat(e.failure()).as(e.getMessage()).isEqualTo(failure));
    }

    private Receiver receiver(String address, Receiver.Answer answer) throws Exception {
        Receiver receiver = Receiver.on(address, 0, answer);
        toClose.add(receiver);
        return receiver;
    }

    private Outbound outbound(OutboundSettings settings, NameLookup.Names names) {
        try {
            var outbound = new Outbound(settings, names, SSLContext.getDefault());
            toClose.add(outbound);
            return outbound;
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static Call to(String host, Receiver receiver) {
        return Call.get(uri(host, receiver));
    }

    private static URI uri(String host, Receiver receiver) {
        return URI.create("http://%s:%d/".formatted(host, receiver.port()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}

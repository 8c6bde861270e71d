package com.promptmanage.service.outbound;

import static com.promptmanage.service.outbound.Receiver.redirecting;
import static com.promptmanage.service.outbound.Receiver.saying;
import static com.promptmanage.service.outbound.SmallNetwork.INSIDE;
import static com.promptmanage.service.outbound.SmallNetwork.OUTSIDE;
import static com.promptmanage.service.outbound.SmallNetwork.SETTINGS;
import static com.promptmanage.service.outbound.SmallNetwork.assertFails;
import static com.promptmanage.service.outbound.SmallNetwork.bytes;
import static com.promptmanage.service.outbound.SmallNetwork.to;
import static com.promptmanage.service.outbound.SmallNetwork.uri;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.outbound.OutboundException.Failure;
import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a call may go, by its address, by what its name leads to and by redirects. */
class OutboundAddressTest {

    @RegisterExtension
    private final SmallNetwork network = new SmallNetwork();

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
        Receiver receiver = network.receiver("127.0.0.1", saying("secret"));
        Outbound outbound = network.outbound(OutboundSettings.DEFAULTS, host ->
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
        assertThat(network.outbound(OutboundSettings.DEFAULTS, host -> new InetAddress[0])
                        .faultOf(address))
                .isPresent();
    }

    @Test
    void aFormIsToldNothingOfAnAddressThatIsFine() {
        Outbound outbound = network.outbound(OutboundSettings.DEFAULTS, host -> new InetAddress[0]);

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
        Receiver inside = network.receiver("127.0.0.2", saying("secret"));
        Receiver outside = Receiver.on("127.0.0.1", inside.port(), saying("public"));
        network.closes(outside);
        var lookups = new AtomicInteger();
        Outbound outbound = network.outbound(SETTINGS, host ->
                new InetAddress[] {lookups.getAndIncrement() % 2 == 0 ? OUTSIDE : INSIDE});
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
        Receiver inside = network.receiver("127.0.0.2", saying("secret"));
        network.closes(Receiver.on("127.0.0.1", inside.port(), saying("public")));
        Outbound outbound = network.outbound(SETTINGS, host -> new InetAddress[] {INSIDE, OUTSIDE});

        Reply reply = outbound.send(Call.get(URI.create("http://both.example:%d/".formatted(inside.port()))));

        assertThat(reply.text()).isEqualTo("public");
        assertThat(inside.connections()).isZero();
    }

    @Test
    void aRedirectDoesNotLeadInside() throws Exception {
        Receiver inside = network.receiver("127.0.0.2", saying("secret"));
        for (String host : List.of("127.0.0.2", "inside.example", "[::ffff:127.0.0.2]")) {
            Receiver outside = network.receiver(
                    "127.0.0.1", redirecting(302, "http://%s:%d/latest".formatted(host, inside.port())));
            Outbound outbound = network.outbound(SETTINGS, name -> new InetAddress[] {
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
        Receiver other = network.receiver("127.0.0.1", saying("there"));
        Receiver first = network.receiver("127.0.0.1", (request, out) -> {
            if (request.path().equals("/")) {
                redirecting(307, "/again").to(request, out);
            } else {
                redirecting(307, "http://b.example:%d/x".formatted(other.port()))
                        .to(request, out);
            }
        });
        Outbound outbound = network.outbound(SETTINGS, host -> new InetAddress[] {OUTSIDE});

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
        Receiver away = network.receiver("127.0.0.1", redirecting(308, "http://b.example/"));
        Receiver circle = network.receiver("127.0.0.1", redirecting(302, "/"));
        Outbound outbound = network.outbound(SETTINGS, host -> new InetAddress[] {OUTSIDE});

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
        Receiver receiver = network.receiver("127.0.0.1", (request, out) -> {
            if (request.line().startsWith("POST")) {
                redirecting(303, "/made").to(request, out);
            } else {
                saying("made").to(request, out);
            }
        });
        Outbound outbound = network.outbound(SETTINGS, host -> new InetAddress[] {OUTSIDE});

        outbound.send(
                Call.post(uri("a.example", receiver), "text/plain", bytes("x")).withRedirectsMax(1));

        assertThat(receiver.requests().get(0).body()).asString().isEqualTo("x");
        assertThat(receiver.requests().get(1).line()).isEqualTo("GET /made HTTP/1.1");
        assertThat(receiver.requests().get(1).headers()).doesNotContainKey("content-type");
    }
}

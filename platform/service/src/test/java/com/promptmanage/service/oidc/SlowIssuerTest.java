package com.promptmanage.service.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.outbound.AddressRange;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbound.OutboundSettings;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.FreePorts;
import com.promptmanage.testkit.ManualClock;
import io.javalin.http.Context;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An issuer that takes its time, or is away, once it was there. */
class SlowIssuerTest {

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-24T12:00:00Z"));

    private final int port = FreePorts.one();

    private final String url = "http://127.0.0.1:%d".formatted(port);

    private final AtomicInteger questions = new AtomicInteger();

    private volatile CountDownLatch answers = new CountDownLatch(0);

    private volatile boolean isAway;

    private volatile JWK key = key("first");

    private final HttpServer server = HttpServer.start(HttpServer.Options.onPort(port), List.of(routes -> {
        routes.get("/.well-known/openid-configuration", ctx -> answer(ctx, """
                        {"issuer": "%1$s", "authorization_endpoint": "%1$s/authorize", "token_endpoint": "%1$s/token",
                         "jwks_uri": "%1$s/keys", "subject_types_supported": ["public"],
                         "response_types_supported": ["code"], "id_token_signing_alg_values_supported": ["ES256"]}
                        """.formatted(url)));
        routes.get("/keys", ctx -> answer(ctx, new JWKSet(key).toString()));
    }));

    private final Outbound outbound =
            new Outbound(OutboundSettings.DEFAULTS.withAllowed(List.of(AddressRange.of("127.0.0.1"))));

    private final OidcIssuer issuer = new OidcIssuer(
            new IssuerSettings("slow", "Slow", url, "client", Optional.empty(), List.of("openid"), true, false),
            URI.create("https://prompts.example.com/callback"),
            outbound,
            clock);

    private final IssuerKeys keys = new IssuerKeys(new IssuerCalls(outbound), clock);

    private final ExecutorService people = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void close() {
        answers.countDown();
        people.close();
        server.close();
        outbound.close();
    }

    @Test
    void oneAsksAgainAndTheOthersGoOnWithWhatIsKnown() throws Exception {
        URI known = URI.create(url + "/authorize");
        assertThat(address()).isEqualTo(known);
        clock.advance(Remembered.FRESH);
        answers = new CountDownLatch(1);

        Future<URI> asking = people.submit(this::address);
        Await.until(() -> assertThat(questions).hasValue(2));
        for (int i = 0; i < 50; i++) {
            assertThat(address()).isEqualTo(known);
        }

        assertThat(asking).isNotDone();
        assertThat(questions).hasValue(2);
        answers.countDown();
        assertThat(asking.get()).isEqualTo(known);
        assertThat(address()).isEqualTo(known);
        assertThat(questions).hasValue(2);
    }

    @Test
    void whoCannotGoOnWithoutAnAnswerWaitsForTheSameOne() throws Exception {
        answers = new CountDownLatch(1);
        List<Future<URI>> all = each(20, this::address);
        Await.until(() -> assertThat(questions).hasValue(1));

        answers.countDown();
        for (Future<URI> one : all) {
            assertThat(one.get()).isEqualTo(URI.create(url + "/authorize"));
        }

        assertThat(questions).hasValue(1);
    }

    @Test
    void anIssuerThatIsAwayIsAskedNowAndThenAndWhatIsKnownCountsForADay() throws Exception {
        URI known = address();
        isAway = true;
        clock.advance(Remembered.FRESH);

        for (int i = 0; i < 3; i++) {
            assertThat(address()).isEqualTo(known);
        }
        assertThat(questions).hasValue(2);
        clock.advance(Remembered.PAUSE);
        assertThat(address()).isEqualTo(known);
        assertThat(questions).hasValue(3);

        clock.advance(Remembered.USABLE);
        assertThatThrownBy(this::address).isInstanceOf(IssuerException.class);
        isAway = false;
        assertThat(address()).isEqualTo(known);
    }

    @Test
    void whoseSignatureIsByANewKeyWaitsForTheOneWhoFetchesIt() throws Exception {
        URI place = URI.create(url + "/keys");
        JWKSet old = keys.at(place);
        key = key("second");
        clock.advance(Remembered.PAUSE);
        answers = new CountDownLatch(1);

        List<Future<JWKSet>> all = each(20, () -> keys.newerAt(place, old));
        Await.until(() -> assertThat(questions).hasValue(2));
        assertThat(keys.at(place)).as("by a key that is known").isEqualTo(old);
        answers.countDown();

        for (Future<JWKSet> one : all) {
            assertThat(one.get().getKeyByKeyId("second")).isNotNull();
        }
        assertThat(questions).hasValue(2);
    }

    /** Where it sends people, without what is of this attempt. */
    private URI address() throws IssuerException {
        return URI.create(issuer.signInAt(Attempt.make()).toString().replaceFirst("\\?.*", ""));
    }

    private <T> List<Future<T>> each(int count, Callable<T> work) {
        return IntStream.range(0, count).mapToObj(i -> people.submit(work)).toList();
    }

    private static JWK key(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private void answer(Context ctx, String text) throws InterruptedException {
        questions.incrementAndGet();
        answers.await();
        if (isAway) {
            ctx.status(503).json(Map.of());
        } else {
            ctx.contentType("application/json").result(text);
        }
    }
}

package com.promptmanage.service.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.service.access.AccessSettings.HourlyRates;
import com.promptmanage.service.access.People.NewUser;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.MigratedDatabase;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.outbound.AddressRange;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.ManualClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Passwords that are tried many at a time, at two processes with one database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SignInFloodTest {

    private static final String PASSWORD = TestAccess.PASSWORD;

    private static final int PER_NETWORK = 20;

    private static final int AT_ONCE = 80;

    private static final Duration WAIT_MAX = Duration.ofMinutes(2);

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-24T12:00:00Z"));

    private final String url = MigratedDatabase.url();

    private final List<Instance> instances = List.of(new Instance(), new Instance());

    private final HttpClient client = HttpClient.newHttpClient();

    private final class Instance implements AutoCloseable {

        // Enough connections and time that nobody is turned away for want of them, however slow the machine.
        private final Database database = Database.open(patient(url));

        private final Access access = new Access(
                database,
                clock,
                AccessSettings.DEFAULTS
                        .withPasswordMemoryKib(64)
                        .withHourlyRates(new HourlyRates(1_000, 1_000, PER_NETWORK))
                        .withTrustedProxies(List.of(AddressRange.of("127.0.0.1"))));

        private final HttpServer server = HttpServer.start(HttpServer.Options.onPort(0), List.of(access.routes()));

        @Override
        public void close() {
            server.close();
            access.close();
            database.close();
        }
    }

    private static DatabaseSettings patient(String url) {
        var usual = DatabaseSettings.of(url, MigratedDatabase.APP_PASSWORD);
        return usual.patient(WAIT_MAX).withConnectionsMax(20);
    }

    /** @param from the address that it comes from */
    private record Try(String from, String email, String password) {}

    SignInFloodTest() {
        user("ann");
        for (int i = 0; i < AT_ONCE; i += 4) {
            user("right-" + i);
        }
    }

    private void user(String name) {
        instances
                .getFirst()
                .access
                .people()
                .ensureUser(new NewUser("usr_" + name, name + "@example.com", name, Optional.of(PASSWORD)));
    }

    @BeforeEach
    void forgetAll() {
        database().useAsSystem(handle -> {
            handle.execute("DELETE FROM sign_up_counts");
            handle.execute("DELETE FROM sign_in_failures");
        });
    }

    @AfterAll
    void close() {
        client.close();
        instances.forEach(Instance::close);
    }

    @Test
    void asManyAsMayBeWrongFromOneNetworkAreLookedAtAndNoMore() {
        List<HttpResponse<String>> answers = atOnce(
                AT_ONCE, i -> new Try("2001:db8:7:7::" + i, "someone-%d@example.com".formatted(i), "Spring2026!"));

        assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(401, 429);
        assertThat(answers.stream().filter(one -> one.statusCode() == 401)).hasSize(PER_NETWORK);
        var right =
                send(0, new Try("2001:db8:7:7::1", "ann@example.com", PASSWORD)).join();
        var wrong =
                send(1, new Try("2001:db8:7:7::1", "ann@example.com", "wrong")).join();
        assertThat(right.statusCode()).isEqualTo(429);
        assertThat(told(right)).isEqualTo(told(wrong));
    }

    @Test
    void rightOnesAmongThemGiveNobodyMoreTries() {
        List<HttpResponse<String>> answers = atOnce(
                AT_ONCE,
                i -> i % 4 == 0
                        ? new Try("203.0.113.7", "right-%d@example.com".formatted(i), PASSWORD)
                        : new Try("203.0.113.7", "someone-%d@example.com".formatted(i), "Spring2026!"));
        // While those that are right are looked at they take the place of others.
        long wrong = answers.stream().filter(one -> one.statusCode() == 401).count();
        assertThat(wrong).isLessThanOrEqualTo(PER_NETWORK);

        for (int i = (int) wrong; i < PER_NETWORK; i++) {
            assertThat(send(i % 2, new Try("203.0.113.7", "later-%d@example.com".formatted(i), "wrong"))
                            .join()
                            .statusCode())
                    .isEqualTo(401);
        }
        assertThat(send(0, new Try("203.0.113.7", "ann@example.com", PASSWORD))
                        .join()
                        .statusCode())
                .isEqualTo(429);
    }

    @Test
    void whoIsTurnedAwayWithoutALookAtThePasswordHasNotTriedAWrongOne() {
        var limits = new SignInLimits(database(), new HourlyCounts(clock), clock, 2);

        for (int i = 0; i < 5; i++) {
            assertThat(status(limits, ProblemException.unavailable("Too many are signing in.", Duration.ofSeconds(5))))
                    .isEqualTo(503);
        }
        assertThat(List.of(
                        status(limits, ProblemException.unauthenticated("wrong")),
                        status(limits, ProblemException.unauthenticated("wrong")),
                        status(limits, ProblemException.unauthenticated("wrong"))))
                .containsExactly(401, 401, 429);
    }

    private static int status(SignInLimits limits, ProblemException signIn) {
        return catchThrowableOfType(
                        ProblemException.class,
                        () -> limits.within("203.0.113.50", () -> {
                            throw signIn;
                        }))
                .problem()
                .status();
    }

    @Test
    void anAddressIsLockedForANetworkAfterFiveWrongOnesFromThereWhetherItExistsOrNot() {
        for (String email : List.of("ann@example.com", "nobody@example.com")) {
            List<HttpResponse<String>> answers = atOnce(AT_ONCE, i -> new Try("198.51.100." + i, email, "wrong-" + i));

            assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(401, 429);
            assertThat(answers.stream().filter(one -> one.statusCode() == 401)).hasSize(SignInLocks.FAILURES_MAX);
            var right = send(0, new Try("198.51.100.200", email, PASSWORD)).join();
            var wrong = send(1, new Try("198.51.100.201", email, "wrong")).join();
            assertThat(right.statusCode()).isEqualTo(429);
            assertThat(told(right)).isEqualTo(told(wrong));
        }
    }

    @Test
    void whoLocksAnAddressFromTheirNetworkKeepsNobodyElseOut() {
        for (String network : List.of("198.51.100.%d", "2001:db8:66:%d::1")) {
            List<HttpResponse<String>> answers =
                    atOnce(AT_ONCE, i -> new Try(network.formatted(i), "ann@example.com", "wrong-" + i));

            assertThat(answers.stream().filter(one -> one.statusCode() == 401)).hasSize(SignInLocks.FAILURES_MAX);
            assertThat(statusFrom(network.formatted(99), "ann@example.com", PASSWORD))
                    .isEqualTo(429);
            for (String elsewhere : List.of("198.51.101.7", "2001:db8:67::1")) {
                assertThat(statusFrom(elsewhere, "ann@example.com", PASSWORD)).isEqualTo(200);
            }
        }
    }

    @Test
    void aGuessFromManyNetworksIsBoundedTooWhetherTheAddressExistsOrNot() {
        int networks = SignInLocks.FAILURES_EVERYWHERE_MAX + AT_ONCE / 2;
        for (String email : List.of("ann@example.com", "nobody@example.com")) {
            var statuses = new ArrayList<Integer>();
            for (int first = 0; first < networks; first += AT_ONCE) {
                int from = first;
                int count = Math.min(AT_ONCE, networks - first);
                atOnce(count, i -> new Try("10.1.%d.1".formatted(from + i), email, "wrong"))
                        .forEach(answer -> statuses.add(answer.statusCode()));
            }

            assertThat(statuses).containsOnly(401, 429);
            assertThat(statuses.stream().filter(status -> status == 401)).hasSize(SignInLocks.FAILURES_EVERYWHERE_MAX);
            var right = send(0, new Try("203.0.113.9", email, PASSWORD)).join();
            var wrong = send(1, new Try("203.0.113.9", email, "wrong")).join();
            assertThat(right.statusCode()).isEqualTo(429);
            assertThat(told(right)).isEqualTo(told(wrong));
        }
        // What was refused everywhere is none of the five of its network.
        for (int i = 0; i < SignInLocks.FAILURES_MAX; i++) {
            assertThat(statusFrom("203.0.113.9", "ann@example.com", PASSWORD)).isEqualTo(429);
        }
        clock.advance(SignInLocks.LOCKED_FOR);
        assertThat(statusFrom("203.0.113.9", "ann@example.com", PASSWORD)).isEqualTo(200);
    }

    /** Else one network, or whoever signs in again and again, would fill what all have together. */
    @Test
    void whatOneNetworkIsRefusedAndWhatIsRightIsNoneOfThoseFromEverywhere() {
        for (int i = 0; i < SignInLocks.FAILURES_EVERYWHERE_MAX; i++) {
            statusFrom("198.51.100." + i, "ann@example.com", "wrong");
            assertThat(statusFrom("203.0.113.9", "ann@example.com", PASSWORD)).isEqualTo(200);
        }
        assertThat(statusFrom("192.0.2.1", "ann@example.com", "wrong")).isEqualTo(401);
    }

    @Test
    void whoTypesAnAddressWithANetworkCountsForNobodyElse() {
        for (int i = 0; i < SignInLocks.FAILURES_MAX; i++) {
            statusFrom("192.0.2.1", "ann@example.com FROM " + HourlyCounts.site("203.0.113.9"), "wrong");
        }
        assertThat(statusFrom("203.0.113.9", "ann@example.com", "wrong")).isEqualTo(401);
        assertThat(statusFrom("203.0.113.9", "ann@example.com", PASSWORD)).isEqualTo(200);
    }

    private int statusFrom(String address, String email, String password) {
        return send(0, new Try(address, email, password)).join().statusCode();
    }

    @Test
    void aRightOneAmongThemIsNoneOfTheFiveAndTheLockComesAllTheSame() throws Exception {
        var answers = new ArrayList<Integer>();
        var right = database().<CompletableFuture<HttpResponse<String>>, Exception>asSystem(handle -> {
            // Who is right waits here, after the password was looked at.
            handle.execute("SELECT 1 FROM users WHERE id = 'usr_ann' FOR UPDATE");
            var waiting = send(0, new Try("198.51.100.1", "ann@example.com", PASSWORD));
            Await.until(() -> assertThat(waiting.isDone()
                            || handle.createQuery("""
                                            SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                                            WHERE NOT l.granted AND a.datname = current_database()
                                            """).mapTo(Long.class).one() > 0)
                    .isTrue());
            for (int i = 0; i < SignInLocks.FAILURES_MAX; i++) {
                answers.add(status("wrong"));
            }
            return waiting;
        });
        assertThat(right.join().statusCode()).isEqualTo(200);
        assertThat(answers).containsExactly(401, 401, 401, 401, 429);

        assertThat(status("the fifth")).isEqualTo(401);
        assertThat(status("the sixth")).isEqualTo(429);
        assertThat(status(PASSWORD)).isEqualTo(429);
    }

    @Test
    void whoSignsInMoreOftenAtOnceThanMayBeWrongIsToldToWaitAMoment() throws Exception {
        var waiting = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        var next = database().<HttpResponse<String>, Exception>asSystem(handle -> {
            // Who is right waits here, after the password was looked at.
            handle.execute("SELECT 1 FROM users WHERE id = 'usr_ann' FOR UPDATE");
            for (int i = 0; i < SignInLocks.FAILURES_MAX; i++) {
                waiting.add(send(0, new Try("198.51.100.1", "ann@example.com", PASSWORD)));
            }
            Await.until(() -> assertThat(thatWaitForLocks()).isEqualTo(SignInLocks.FAILURES_MAX));
            return send(1, new Try("198.51.100.1", "ann@example.com", PASSWORD)).join();
        });

        assertThat(next.statusCode()).isEqualTo(429);
        assertThat(next.headers().firstValue("Retry-After")).hasValue("2");
        assertThat(next.body()).contains("are under way").doesNotContain("wrong passwords");
        assertThat(waiting.stream().map(one -> one.join().statusCode())).containsOnly(200);
        assertThat(status(PASSWORD)).isEqualTo(200);
        for (int i = 0; i < SignInLocks.FAILURES_MAX; i++) {
            assertThat(status("wrong")).isEqualTo(401);
        }
        assertThat(send(0, new Try("198.51.100.1", "ann@example.com", PASSWORD))
                        .join()
                        .body())
                .contains("Too many wrong passwords");
    }

    @Test
    void whoWasWrongOnceBeforeIsToldSoTooAndIsLetInWhenThoseAreRight() throws Exception {
        assertThat(statusFrom("198.51.100.1", "ann@example.com", "wrong")).isEqualTo(401);
        var waiting = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        var next = database().<HttpResponse<String>, Exception>asSystem(handle -> {
            // Who is right waits here, after the password was looked at.
            handle.execute("SELECT 1 FROM users WHERE id = 'usr_ann' FOR UPDATE");
            for (int i = 0; i < SignInLocks.FAILURES_MAX - 1; i++) {
                waiting.add(send(0, new Try("198.51.100.1", "ann@example.com", PASSWORD)));
            }
            Await.until(() -> assertThat(thatWaitForLocks()).isEqualTo(SignInLocks.FAILURES_MAX - 1));
            return send(1, new Try("198.51.100.1", "ann@example.com", PASSWORD)).join();
        });

        assertThat(next.statusCode()).isEqualTo(429);
        assertThat(next.headers().firstValue("Retry-After")).hasValue("2");
        assertThat(next.body()).contains("are under way").doesNotContain("wrong passwords");
        assertThat(waiting.stream().map(one -> one.join().statusCode())).containsOnly(200);
        assertThat(statusFrom("198.51.100.1", "ann@example.com", PASSWORD)).isEqualTo(200);
    }

    @Test
    void whoIsToldToWaitForThoseUnderWayHasUsedUpNothingOfTheirNetwork() throws Exception {
        var waiting = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        var turnedAway = database().<List<String>, Exception>asSystem(handle -> {
            // Who is right waits here, after the password was looked at.
            handle.execute("SELECT 1 FROM users WHERE id = 'usr_ann' FOR UPDATE");
            for (int i = 0; i < SignInLocks.FAILURES_MAX; i++) {
                waiting.add(send(0, new Try("198.51.100.3", "ann@example.com", PASSWORD)));
            }
            Await.until(() -> assertThat(thatWaitForLocks()).isEqualTo(SignInLocks.FAILURES_MAX));
            var answers = new ArrayList<String>();
            for (int i = 0; i < PER_NETWORK; i++) {
                answers.add(send(i % 2, new Try("198.51.100.3", "ann@example.com", PASSWORD))
                        .join()
                        .body());
            }
            return answers;
        });

        assertThat(waiting.stream().map(one -> one.join().statusCode())).containsOnly(200);
        assertThat(turnedAway)
                .hasSize(PER_NETWORK)
                .allSatisfy(body -> assertThat(body).contains("are under way"));
        assertThat(statusFrom("198.51.100.3", "right-0@example.com", PASSWORD)).isEqualTo(200);
    }

    /** In a transaction of its own, for one sees the connections only that there were when it first looked. */
    private long thatWaitForLocks() {
        return instances
                .getLast()
                .database
                .asSystem(handle -> handle.createQuery("""
                        SELECT count(DISTINCT l.pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                        WHERE NOT l.granted AND a.datname = current_database()
                        """).mapTo(Long.class).one());
    }

    @Test
    void whoSignsInManyTimesAtOnceLocksNoOneOut() {
        List<HttpResponse<String>> answers = atOnce(AT_ONCE, i -> new Try("192.0.2." + i, "ann@example.com", PASSWORD));

        // Some may be turned away while as many as may be wrong are looked at.
        assertThat(answers).extracting(HttpResponse::statusCode).contains(200).isSubsetOf(200, 429);
        assertThat(status(PASSWORD)).isEqualTo(200);
    }

    private int status(String password) {
        return send(1, new Try("198.51.100.2", "ann@example.com", password))
                .join()
                .statusCode();
    }

    private Database database() {
        return instances.getFirst().database;
    }

    private List<HttpResponse<String>> atOnce(int count, IntFunction<Try> tries) {
        var sent = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        for (int i = 0; i < count; i++) {
            sent.add(send(i % instances.size(), tries.apply(i)));
        }
        return sent.stream().map(CompletableFuture::join).toList();
    }

    private CompletableFuture<HttpResponse<String>> send(int process, Try wanted) {
        try {
            String body =
                    Json.mapper().writeValueAsString(Map.of("email", wanted.email(), "password", wanted.password()));
            return client.sendAsync(
                    HttpRequest.newBuilder(
                                    URI.create(instances.get(process).server.baseUri() + "/api/auth/login"))
                            .header("X-Forwarded-For", wanted.from())
                            .POST(BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that a caller sees, but for what is different in each answer. */
    private static String told(HttpResponse<String> answer) {
        try {
            ObjectNode body = (ObjectNode) Json.mapper().readTree(answer.body());
            body.remove("instance");
            return answer.statusCode() + " " + answer.headers().firstValue("Retry-After") + " " + body;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package com.promptmanage.runner.budget;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.FakeServer;
import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.node.CallEstimate;
import com.promptmanage.runner.work.BudgetGate.Planned;
import com.promptmanage.runner.work.BudgetGate.Verdict;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.Routes;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.testkit.ManualClock;
import com.promptmanage.topics.account.Account;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a node is told before it pays, by budgets that answer, do not answer, or answer too late. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpBudgetGateTest {

    private static final String OPEN = """
            {"allowed": true, "estimatedCostNanoUsd": 42000,
             "budgets": [{"id": "b1", "name": "Month", "enforcement": "block", "failMode": "open", "wouldExceed": false}],
             "failClosed": []}
            """;

    private static final String CLOSED = closedFor("{\"dimension\": \"account\", \"value\": \"*\"}");

    private static final String DENIED = """
            {"allowed": false, "estimatedCost": "0.000042", "estimatedCostNanoUsd": 42000, "deniedBy": "b1",
             "budgets": [{"id": "b1", "name": "Month", "enforcement": "block", "failMode": "closed", "wouldExceed": true}]}
            """;

    /** Of a budget that is open while it does not answer. At list price a call costs 45000 nanoUSD. */
    private static final String OPEN_WITH_LITTLE_LEFT = """
            {"allowed": true, "estimatedCostNanoUsd": 42000, "counted": "AQ",
             "budgets": [{"id": "b1", "name": "Month", "dimension": "account", "value": "team:little", "unit": "usd",
                          "remaining": "0.0001", "remainingNanoUsd": 100000, "enforcement": "block", "failMode": "open",
                          "wouldExceed": false, "periodEnd": "9999-01-01T00:00:00Z"}],
             "failClosed": []}
            """;

    /** Longer than any of them may wait, so that an answer never comes because a lock was given up. */
    private static final Duration LOCK_MAX = Duration.ofSeconds(90);

    private static final int NODES_MAX = 64;

    private static final Map<String, Object> KAFKA =
            Map.of("bootstrap.servers", EmbeddedKafka.shared().bootstrapServers());

    private final ManualClock clock = new ManualClock(Instant.now());

    /** For the superuser, who may lock any table. */
    private final String url = MigratedDatabase.url();

    private final Database database = Database.open(
            new DatabaseSettings(url, Optional.empty(), "of-the-tests", 8, LOCK_MAX, LOCK_MAX, Duration.ofSeconds(30)));

    private final Access access = new Access(database, clock);

    private FakeServer server;

    private HttpBudgetGate gate;

    /** The first question of a process takes longer than others: on a busy machine longer than a call waits. */
    @BeforeAll
    void askForTheFirstTime() throws Exception {
        try (var first = new FakeServer().thenJson(200, OPEN);
                var asking = new HttpBudgetGate(access.keys(), database, clock, NODES_MAX, KAFKA)) {
            asking.askAt(URI.create(first.url("/")));
            Await.until(() -> assertThat(asking.check(call("earliest")))
                    .isInstanceOfSatisfying(
                            Verdict.Allowed.class,
                            allowed -> assertThat(allowed.estimateNanoUsd()).hasValue(42_000)));
        }
    }

    @BeforeEach
    void start() {
        server = new FakeServer();
        gate = gate();
    }

    @AfterEach
    void stop() {
        gate.close();
        server.close();
    }

    @AfterAll
    void close() {
        access.close();
        database.close();
    }

    /** A question that a busy machine has answered too late spoils what follows from it: then all of it once more. */
    private void inTime(Await.Expectation asking) throws Exception {
        Await.until(() -> {
            stop();
            start();
            asking.check();
        });
    }

    private static void assertTold(HttpBudgetGate gate, Planned call) throws InterruptedException {
        assertThat(gate.check(call))
                .isInstanceOfSatisfying(
                        Verdict.Allowed.class,
                        allowed -> assertThat(allowed.estimateNanoUsd()).hasValue(42_000));
    }

    @Test
    void whatTheBudgetsSayGoesWithTheirState() throws Exception {
        inTime(() -> {
            server.thenJson(200, OPEN).thenJson(200, DENIED);

            assertThat(gate.check(call("acme"))).isInstanceOfSatisfying(Verdict.Allowed.class, allowed -> {
                assertThat(allowed.estimateNanoUsd()).hasValue(42_000);
                assertThat(allowed.budgets().orElseThrow().at("/0/name").asText())
                        .isEqualTo("Month");
            });
            assertThat(gate.check(call("acme"))).isInstanceOfSatisfying(Verdict.Denied.class, denied -> {
                assertThat(denied.message()).startsWith("Budget 'Month' does not allow the next call, to gpt-4o-mini");
                assertThat(denied.details().path("code").asText()).isEqualTo("budget_exceeded");
            });
            assertThat(server.last().json().path("teamId").asText()).isEqualTo("acme");
            assertThat(server.last().json().path("inputTokens").asLong()).isEqualTo(100);
            assertThat(server.last().json().path("executionId").asText()).isEqualTo("exe_1");
        });
    }

    @Test
    void whoWasNeverAskedAboutIsLetThroughWhenThereIsNoAnswer() throws Exception {
        server.thenJson(503, "{}");

        awaitAllowed(gate, call("stranger"));
    }

    @Test
    void aBudgetThatSaidClosedBlocksWhileItDoesNotAnswerAlsoAfterARestart() throws Exception {
        inTime(() -> {
            server.thenJson(200, CLOSED).thenJson(500, "{}");
            assertTold(gate, call("kept"));

            assertThat(gate.check(call("kept"))).isInstanceOfSatisfying(Verdict.Denied.class, denied -> {
                assertThat(denied.details().path("code").asText()).isEqualTo("budget_unanswered");
                assertThat(denied.passes()).as("asked again by itself").isTrue();
            });
            assertThat(gate.check(call("other"))).isInstanceOf(Verdict.Allowed.class);
        });
        awaitWritten("kept");

        try (var restarted = gate()) {
            assertThat(restarted.check(call("kept"))).isInstanceOf(Verdict.Denied.class);
        }
        try (var early = new HttpBudgetGate(access.keys(), database, clock, NODES_MAX, KAFKA)) {
            assertThat(early.check(call("kept"))).as("nobody to ask yet").isInstanceOf(Verdict.Denied.class);
        }
    }

    @Test
    void aBudgetThatIsOpenInNeedHoldsCallsToWhatItSaidLast() throws Exception {
        inTime(() -> {
            server.thenJson(200, OPEN_WITH_LITTLE_LEFT).thenJson(503, "{}");
            for (int made = 0; made < 2; made++) {
                assertThat(gate.check(call("little")))
                        .isInstanceOfSatisfying(
                                Verdict.Allowed.class,
                                allowed -> allowed.reservation().end());
            }

            assertThat(gate.check(call("little"))).isInstanceOfSatisfying(Verdict.Denied.class, denied -> {
                assertThat(denied.details().path("code").asText()).isEqualTo("budget_unanswered");
                assertThat(denied.message()).contains("'Month' said last, 0.000013 USD are left");
                assertThat(denied.passes()).as("asked again by itself").isTrue();
            });
            assertThat(gate.check(call("stranger"))).isInstanceOf(Verdict.Allowed.class);
        });
    }

    @Test
    void anAnswerThatDoesNotSayWhatIsAllowedIsNone() throws Exception {
        inTime(() -> {
            server.thenJson(200, CLOSED).thenJson(200, "{}").thenJson(200, "null");
            assertTold(gate, call("unclear"));

            for (int i = 0; i < 2; i++) {
                assertThat(gate.check(call("unclear"))).isInstanceOfSatisfying(Verdict.Denied.class, denied -> {
                    assertThat(denied.details().path("code").asText()).isEqualTo("budget_unanswered");
                    assertThat(denied.passes()).as("asked again by itself").isTrue();
                });
            }
            assertThat(gate.check(call("elsewhere"))).isInstanceOf(Verdict.Allowed.class);
        });
    }

    /** Whoever was asked about last, and whether they were ever asked about. */
    @Test
    void aBudgetOfOneMemberBlocksThatMemberAndNobodyElseAlsoAfterARestart() throws Exception {
        String told = closedFor("{\"dimension\": \"member\", \"value\": \"ada\"}");
        inTime(() -> {
            server.thenJson(200, told).thenJson(200, told).thenJson(500, "{}");
            assertTold(gate, call("mixed", "ada"));
            assertTold(gate, call("mixed", "bob"));
        });
        awaitWritten("mixed");

        try (var restarted = gate()) {
            for (HttpBudgetGate one : List.of(gate, restarted)) {
                assertThat(one.check(call("mixed", "ada"))).isInstanceOf(Verdict.Denied.class);
                awaitAllowed(one, call("mixed", "bob"));
                awaitAllowed(one, call("mixed", "never asked about"));
            }
        }
    }

    /** On a busy machine what is written down may be read too late. */
    private static void awaitAllowed(HttpBudgetGate gate, Planned call) throws Exception {
        Await.until(() -> assertThat(gate.check(call)).isInstanceOf(Verdict.Allowed.class));
    }

    @Test
    void aBudgetThatChangesToOpenLetsThroughAgain() throws Exception {
        inTime(() -> {
            server.thenJson(200, CLOSED).thenJson(200, OPEN).thenJson(200, "not json");
            assertTold(gate, call("changing"));
            assertTold(gate, call("changing"));

            assertThat(gate.check(call("changing"))).isInstanceOf(Verdict.Allowed.class);
        });
    }

    /** It returns while the other side still thinks: the server answers only when the test is over. */
    @Test
    void anAnswerThatComesTooLateIsNone() throws Exception {
        inTime(() -> {
            var over = new CountDownLatch(1);
            server.thenJson(200, CLOSED).then(exchange -> {
                try {
                    over.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            assertTold(gate, call("late"));

            Verdict verdict = gate.check(call("late"));
            over.countDown();

            assertThat(verdict).isInstanceOf(Verdict.Denied.class);
        });
    }

    @Test
    void theBudgetsAreAskedByAKeyOfTheProcessThatMayOnlyReadAndEndsWithIt() throws Exception {
        gate.close();
        Await.until(() -> {
            var callers = new LinkedBlockingQueue<Caller>();
            Routes check = routes -> routes.post("/api/token-tracking/check", ctx -> {
                callers.add(access.authentication().caller(ctx));
                ctx.contentType("application/json").result(OPEN);
            });
            try (var query = HttpServer.start(HttpServer.Options.onPort(0), List.of(check));
                    var asking = new HttpBudgetGate(access.keys(), database, clock, NODES_MAX, KAFKA)) {
                asking.askAt(query.baseUri());
                assertTold(asking, call("acme"));
                assertTold(asking, call("other"));
                clock.advance(Duration.ofDays(1).plusMinutes(1));
                assertTold(asking, call("acme"));
            }

            assertThat(callers)
                    .hasSize(3)
                    .allSatisfy(caller -> assertThat(caller).isInstanceOfSatisfying(Caller.Key.class, key -> {
                        assertThat(key.maySpeakForOthers()).isTrue();
                        assertThat(key.scopes()).containsExactly(KeyScope.QUERY);
                    }));
            assertThat(callers.stream().distinct()).as("replaced after a day").hasSize(2);
        });
        Long left =
                database.asSystem(handle -> handle.createQuery("SELECT count(*) FROM api_keys WHERE revoked_at IS NULL")
                        .mapTo(Long.class)
                        .one());
        assertThat(left).isZero();
    }

    /** It is told while the tables are still locked, which they are until the test lets go of them. */
    @Test
    void whileTheDatabaseStandsStillIsToldInTimeWhetherACallMayBePaidFor() throws Exception {
        server.thenJson(200, OPEN);
        gate.check(call("asked"));
        gate.close();
        try (Connection other = DriverManager.getConnection(url);
                Statement statement = other.createStatement();
                var beside = Executors.newVirtualThreadPerTaskExecutor()) {
            other.setAutoCommit(false);
            statement.execute("LOCK TABLE api_keys, fail_modes IN ACCESS EXCLUSIVE MODE");
            try {
                gate = gate();
                Future<Verdict> withoutKey = beside.submit(() -> gate.check(call("asked")));

                assertThat(withoutKey.get(30, TimeUnit.SECONDS))
                        .as("neither a key nor what was said last can be had")
                        .isInstanceOf(Verdict.Denied.class);
            } finally {
                other.rollback();
            }
        }

        server.thenJson(200, OPEN);
        Await.until(() -> {
            assertThat(gate.check(call("asked"))).isInstanceOf(Verdict.Allowed.class);
            assertThat(server.asked()).as("asked again, with a key").hasSizeGreaterThan(1);
        });
    }

    @Test
    void anAnswerCountsWhetherItCanBeWrittenDownOrNot() throws Exception {
        inTime(() -> {
            server.thenJson(200, OPEN).thenJson(200, CLOSED).thenJson(500, "{}");
            assertTold(gate, call("first"));
            try (Connection other = DriverManager.getConnection(url);
                    Statement statement = other.createStatement();
                    var beside = Executors.newVirtualThreadPerTaskExecutor()) {
                other.setAutoCommit(false);
                statement.execute("LOCK TABLE fail_modes IN ACCESS EXCLUSIVE MODE");
                try {
                    Future<Verdict> told = beside.submit(() -> gate.check(call("second")));
                    assertThat(told.get(30, TimeUnit.SECONDS)).isInstanceOf(Verdict.Allowed.class);
                    Future<Verdict> untold = beside.submit(() -> gate.check(call("second")));
                    assertThat(untold.get(30, TimeUnit.SECONDS)).isInstanceOf(Verdict.Denied.class);
                } finally {
                    other.rollback();
                }
            }
        });
        awaitWritten("second");
    }

    /** That a budget of the team blocks in need: no call waits for it. */
    private void awaitWritten(String team) throws Exception {
        Await.until(() -> assertThat(database.<Optional<String>, RuntimeException>asSystem(
                        handle -> handle.createQuery("SELECT closed FROM fail_modes WHERE account = :account")
                                .bind("account", "team:" + team)
                                .mapTo(String.class)
                                .findOne()))
                .hasValueSatisfying(closed -> assertThat(closed).contains("dimension")));
    }

    private static String closedFor(String budget) {
        return OPEN.replace("\"open\"", "\"closed\"").replace("[]", "[" + budget + "]");
    }

    private HttpBudgetGate gate() {
        var made = new HttpBudgetGate(access.keys(), database, clock, NODES_MAX, KAFKA);
        made.askAt(URI.create(server.url("/")));
        return made;
    }

    private static Planned call(String team) {
        return call(team, "ada");
    }

    private static Planned call(String team, String user) {
        return new Planned(
                Account.team(team), user, "wf_1", "exe_1", "node", new CallEstimate("openai", "gpt-4o-mini", 100, 50));
    }
}

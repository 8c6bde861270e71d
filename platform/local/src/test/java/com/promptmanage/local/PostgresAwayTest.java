package com.promptmanage.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.local.command.LocalFile;
import com.promptmanage.service.database.Waits;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.PresentMonth;
import com.promptmanage.testkit.Signals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * PostgreSQL stands still with all its connections open, which is worse than being gone: nobody is told, everyone waits.
 * Events are accepted and counted, calls through the gateway are checked, made and counted, alerts are told and so is what was spent, as if
 * nothing were; who signs in or comes with a session is asked to come again; the history follows when it is back.
 */
class PostgresAwayTest {

    private static final String OF_TEAM = "?teamId=team_demo";

    private static final int EVENTS = 20;

    private static final long EVENT_NANO_USD = 750_000;

    /** Of a call through the gateway: 60 tokens, 40 cached ones and 50 that came out. */
    private static final long CALL_NANO_USD = 42_000;

    private static final String SPENT = "usr_spent";

    /** How many calls through the gateway were made: each is answered 200, and counted once. */
    private int made;

    @TempDir
    private Path attempts;

    @Test
    void eventsAreCountedAndAlertsAreToldWhileItStandsStillAndTheHistoryFollows() throws Exception {
        PresentMonth.run(() -> {
            made = 0;
            whileItStandsStill(Files.createTempDirectory(attempts, "attempt"));
        });
    }

    private void whileItStandsStill(Path directory) throws Exception {
        try (var models = FakeModels.start();
                // How long that is waited for is what this is about.
                var stack = LocalStack.start(
                        Patience.in(directory, models.environment()).withWaits(Waits.USUAL));
                var api = Api.of(stack.local());
                var session = new Api(
                        stack.local().baseUrl(),
                        login(api, stack.local()).json().path("token").asText());
                var beside = Executors.newVirtualThreadPerTaskExecutor();
                Stream<String> stream = api.lines("/api/token-tracking/alerts/stream" + OF_TEAM)) {
            var seen = new CopyOnWriteArrayList<JsonNode>();
            var reading = beside.submit(() -> stream.filter(line -> line.startsWith("data:"))
                    .map(line -> Api.read(line.substring("data:".length())))
                    .forEach(seen::add));
            assertThat(api.post("/api/token-tracking/budgets" + OF_TEAM, """
                            {"name": "the month", "dimension": "account", "limitUsd": "0.0075", "period": "month",
                             "thresholds": [{"percent": 100, "severity": "critical"}]}
                            """).status())
                    .isEqualTo(201);
            prepareGateway(api);
            log(api, 0);
            Await.until(() -> assertThat(reconciled(api, 1)).isTrue());
            assertThat(spent(api)).isEqualTo(cost(1));

            List<Long> database = postgres();
            database.forEach(pid -> Signals.send("STOP", pid));
            try {
                for (int i = 1; i < EVENTS; i++) {
                    log(api, i);
                }
                call(api, SPENT, 402);
                call(api, "usr_demo", 200);
                Await.until(() -> assertThat(seen)
                        .extracting(alert -> alert.path("threshold").asInt())
                        .containsExactly(100));
                assertThatSpendIsToldAndWhoAsksForPeopleIsSentAway(api, session, stack.local(), beside);
                // By now what was known of the provider's key and of the account is no longer fresh.
                call(api, "usr_demo", 200);
            } finally {
                database.forEach(pid -> Signals.send("CONT", pid));
            }

            Await.until(
                    Duration.ofSeconds(90),
                    () -> assertThat(reconciled(api, EVENTS)).isTrue());
            Await.until(() -> assertThat(api.get("/api/token-tracking/alerts" + OF_TEAM)
                            .json()
                            .path("alerts"))
                    .hasSize(1));
            assertThat(seen).hasSize(1);
            reading.cancel(true);
        }
    }

    /** Nobody waits for longer than a client does. */
    private void assertThatSpendIsToldAndWhoAsksForPeopleIsSentAway(
            Api api, Api session, LocalFile local, ExecutorService beside) throws Exception {
        // A connection that was used a moment ago is not tried before it is used again.
        Await.until(() -> assertThat(api.get("/health/ready").status()).isEqualTo(503));
        var answers = List.of(
                beside.submit(() -> session.get("/api/auth/me")),
                beside.submit(() -> session.get("/api/token-tracking/stats" + OF_TEAM)),
                beside.submit(() -> login(api, local)));

        Await.until(() -> assertThat(spent(api)).isEqualTo(cost(EVENTS)));
        for (Future<Api.Answer> answer : answers) {
            assertThat(answer.get().status()).isEqualTo(503);
            assertThat(answer.get().json().path("code").asText()).isEqualTo("unavailable");
        }
    }

    private static Api.Answer login(Api api, LocalFile local) throws Exception {
        return api.post(
                "/api/auth/login",
                "{\"email\": \"%s\", \"password\": \"%s\"}".formatted(local.email(), local.password()));
    }

    /** As the statistics tell it. */
    private static long spent(Api api) throws Exception {
        Api.Answer stats = api.get("/api/token-tracking/stats" + OF_TEAM + "&period=month");
        assertThat(stats.status()).isEqualTo(200);
        return stats.json().at("/summary/totalCostNanoUsd").asLong();
    }

    private static void log(Api api, int number) throws Exception {
        assertThat(api.post("/api/token-tracking/log", """
                        {"eventId": "call-%d", "userId": "usr_demo", "teamId": "team_demo", "model": "gpt-4o-mini",
                         "inputTokens": 1000, "outputTokens": 1000}
                        """.formatted(number)).status())
                .isEqualTo(200);
    }

    /** A key of the provider is left there, and used; nothing is left for one of the members. */
    private void prepareGateway(Api api) throws Exception {
        assertThat(api.put("/api/gateway/keys/openai" + OF_TEAM, "{\"key\": \"sk-left-here\", \"allApiKeys\": true}")
                        .status())
                .isEqualTo(204);
        assertThat(api.post("/api/token-tracking/budgets" + OF_TEAM, """
                        {"name": "nothing left", "dimension": "member", "value": "%s", "limitUsd": "0.000001",
                         "period": "month", "thresholds": [], "enforcement": "block", "failMode": "closed"}
                        """.formatted(SPENT))
                        .status())
                .isEqualTo(201);
        call(api, "usr_demo", 200);
        call(api, SPENT, 402);
    }

    /** Budgets that answer too late, on a busy machine, are asked again. */
    private void call(Api api, String user, int expected) throws Exception {
        Await.until(() -> {
            int status = api.post("/gateway/openai/v1/chat/completions", """
                            {"model": "gpt-4o-mini", "user": "%s", "messages": [{"role": "user", "content": "hello"}]}
                            """.formatted(user))
                    .status();
            made += status == 200 ? 1 : 0;
            assertThat(status).isEqualTo(expected);
        });
    }

    private long cost(int events) {
        return events * EVENT_NANO_USD + made * CALL_NANO_USD;
    }

    /** Whether the ledger, the rated topic and the history all have so many events, and the calls through the gateway. */
    private boolean reconciled(Api api, int events) throws Exception {
        JsonNode found = api.get("/api/token-tracking/reconciliation" + OF_TEAM).json();
        return found.path("agrees").booleanValue()
                && found.path("history").path("events").asInt() == events + made
                && found.path("history").path("costNanoUsd").asLong() == cost(events);
    }

    /** The server's processes, which are children of this one. */
    private static List<Long> postgres() {
        List<Long> pids = ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().command().orElse("").endsWith("/postgres"))
                .map(ProcessHandle::pid)
                .toList();
        assertThat(pids).as("the server with its connections").hasSizeGreaterThan(2);
        return pids;
    }
}

package com.promptmanage.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.local.command.LocalFile;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.Signals;
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
 * Events are accepted and counted, alerts are told and so is what was spent, as if nothing were; who signs in or comes with a session
 * is asked to come again; the history follows when it is back.
 */
class PostgresAwayTest {

    private static final String OF_TEAM = "?teamId=team_demo";

    private static final int EVENTS = 20;

    private static final long EVENT_NANO_USD = 750_000;

    @TempDir
    private Path directory;

    @Test
    void eventsAreCountedAndAlertsAreToldWhileItStandsStillAndTheHistoryFollows() throws Exception {
        try (var stack = LocalStack.start(LocalStack.Options.in(directory));
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
            log(api, 0);
            Await.until(() -> assertThat(reconciled(api, 1)).isTrue());
            assertThat(spent(api)).isEqualTo(EVENT_NANO_USD);

            List<Long> database = postgres();
            database.forEach(pid -> Signals.send("STOP", pid));
            try {
                for (int i = 1; i < EVENTS; i++) {
                    log(api, i);
                }
                Await.until(() -> assertThat(seen)
                        .extracting(alert -> alert.path("threshold").asInt())
                        .containsExactly(100));
                assertThatSpendIsToldAndWhoAsksForPeopleIsSentAway(api, session, stack.local(), beside);
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
    private static void assertThatSpendIsToldAndWhoAsksForPeopleIsSentAway(
            Api api, Api session, LocalFile local, ExecutorService beside) throws Exception {
        // A connection that was used a moment ago is not tried before it is used again.
        Await.until(() -> assertThat(api.get("/health/ready").status()).isEqualTo(503));
        var answers = List.of(
                beside.submit(() -> session.get("/api/auth/me")),
                beside.submit(() -> session.get("/api/token-tracking/stats" + OF_TEAM)),
                beside.submit(() -> login(api, local)));

        Await.until(() -> assertThat(spent(api)).isEqualTo(EVENTS * EVENT_NANO_USD));
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

    /** Whether the ledger, the rated topic and the history all have so many events. */
    private static boolean reconciled(Api api, int events) throws Exception {
        JsonNode found = api.get("/api/token-tracking/reconciliation" + OF_TEAM).json();
        return found.path("agrees").booleanValue()
                && found.path("history").path("events").asInt() == events
                && found.path("history").path("costNanoUsd").asLong() == events * EVENT_NANO_USD;
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

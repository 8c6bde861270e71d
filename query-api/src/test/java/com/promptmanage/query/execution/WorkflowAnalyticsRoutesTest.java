package com.promptmanage.query.execution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.routing.ExecutionRouting;
import com.promptmanage.query.routing.Forwarding;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.service.access.AccessSettings;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.operations.OpenApi;
import com.promptmanage.streams.read.ExecutionReads;
import com.promptmanage.streams.read.Executions.Place;
import com.promptmanage.streams.read.RunFigures;
import com.promptmanage.topics.account.Account;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WorkflowAnalyticsRoutesTest {

    private static final String PATH = "/api/workflow-analytics";

    private static final Instant NOW = Instant.parse("2026-11-25T12:05:00Z");

    private static final Account ACME = Account.team("acme");

    private final AtomicReference<Place> place = new AtomicReference<>(new Place.Here(new Told()));

    private final AtomicReference<String> asked = new AtomicReference<>("");

    private final Forwarding forwarding = new Forwarding(Duration.ofSeconds(30), Duration.ofSeconds(30));

    private final TestApi api = TestApi.start(
            NOW,
            AccessSettings.DEFAULTS.withTiersEnforced(true),
            parts -> List.of(new WorkflowAnalyticsRoutes(
                    parts.access().authentication(),
                    new ExecutionRouting(account -> place.get(), forwarding),
                    new AccountZones(parts.database()),
                    parts.access().tiers(),
                    parts.clock())));

    private String acme = "";

    /** Two that completed and one that failed, a day apart. */
    private final class Told implements ExecutionReads {

        private static final RunFigures GOOD = RunFigures.ofOne("completed", 100, 1_000_000, OptionalLong.of(2_000))
                .plus(RunFigures.ofOne("completed", 50, 500_000, OptionalLong.of(1_000)));

        private static final RunFigures BAD = RunFigures.ofOne("failed", 10, 1, OptionalLong.of(60));

        @Override
        public Map<String, RunFigures> workflows(Account account, long fromMs, long toMs) {
            asked.set("%s %s %s".formatted(account, Instant.ofEpochMilli(fromMs), Instant.ofEpochMilli(toMs)));
            return Map.of("wf_1", GOOD.plus(BAD));
        }

        @Override
        public WorkflowFigures workflow(Account account, String workflowId, long fromMs, long toMs, ZoneId zone) {
            asked.set("%s %s %s %s %s"
                    .formatted(account, workflowId, Instant.ofEpochMilli(fromMs), Instant.ofEpochMilli(toMs), zone));
            return new WorkflowFigures(
                    Map.of(LocalDate.parse("2026-11-25"), new DayFigures(GOOD.plus(BAD), Map.of("ask", 1L))),
                    Map.of("ask", BAD));
        }
    }

    @BeforeAll
    void fill() {
        api.team("acme", "Europe/Berlin");
        api.team("rival", "UTC");
        acme = api.key(ACME, KeyScope.QUERY);
        tier("enterprise");
    }

    private void tier(String tier) {
        api.database().useAsSystem(handle -> handle.execute("UPDATE teams SET tier = ?", tier));
        api.access().tiers().forget(ACME);
    }

    @Test
    void theyAreShownAsFarBackAsTheTierSays() {
        tier("team");
        try {
            Answer tooFar = api.get(acme, PATH + "?startDate=2026-10-01");
            assertThat(tooFar.status()).isEqualTo(403);
            assertThat(tooFar.json().path("code").asText()).isEqualTo("tier_limit");
            assertThat(tooFar.json().path("limit").path("name").asText()).isEqualTo("workflowHistoryDays");
            assertThat(tooFar.json().path("limit").path("max").intValue()).isEqualTo(30);
            assertThat(api.get(acme, PATH + "?startDate=2026-11-01").status()).isEqualTo(200);

            tier("free");
            Answer today = api.get(acme, PATH);
            assertThat(today.status()).isEqualTo(200);
            assertThat(today.header(ShownHistory.HEADER)).hasValue("0");
            assertThat(asked.get()).isEqualTo("team:acme 2026-11-25T00:00:00Z 2026-11-25T12:15:00Z");
        } finally {
            tier("enterprise");
        }
    }

    @AfterAll
    void stop() {
        api.close();
        forwarding.close();
    }

    @Test
    void theRouteIsTheDescribedOne() {
        assertThat(OpenApi.of("query", "test", List.of(WorkflowAnalyticsRoutes.OPEN_API))
                        .differencesFrom(api.server()))
                .isEmpty();
        assertThat(OpenApi.of("query", "test", List.of(WorkflowAnalyticsRoutes.OPEN_API, OpenApi.OPERATIONS))
                        .danglingReferences())
                .isEmpty();
    }

    @Test
    void allWorkflowsOfAnAccountAreTold() {
        JsonNode answer = api.get(acme, PATH).json();

        assertThat(asked.get()).isEqualTo("team:acme 2026-10-26T12:00:00Z 2026-11-25T12:15:00Z");
        assertThat(answer.at("/summary/executions").longValue()).isEqualTo(3);
        assertThat(answer.at("/summary/successRate").textValue()).isEqualTo("0.6667");
        assertThat(answer.at("/summary/byStatus")).hasToString("{\"completed\":2,\"failed\":1}");
        assertThat(answer.at("/summary/totalCostNanoUsd").longValue()).isEqualTo(1_500_001);
        assertThat(answer.at("/summary/totalCost").textValue()).isEqualTo("0.001500001");
        assertThat(answer.at("/summary/executionTimeMs/average").longValue()).isEqualTo(1_020);
        assertThat(answer.at("/workflows/0/workflowId").textValue()).isEqualTo("wf_1");
        assertThat(answer.at("/workflows/0/totalTokens").longValue()).isEqualTo(160);
        assertThat(answer.has("nodes")).isFalse();
    }

    @Test
    void oneWorkflowIsToldByDayAndByNodeInTheTeamsZone() {
        JsonNode answer = api.get(
                        api.signIn("acme-admin"),
                        PATH + "?teamId=acme&workflowId=wf_1&startDate=2026-11-25&endDate=2026-11-25")
                .json();

        assertThat(asked.get()).isEqualTo("team:acme wf_1 2026-11-24T23:00:00Z 2026-11-25T23:00:00Z Europe/Berlin");
        assertThat(answer.at("/days/0/date").textValue()).isEqualTo("2026-11-25");
        assertThat(answer.at("/days/0/executions").longValue()).isEqualTo(3);
        assertThat(answer.at("/days/0/failuresByNode/ask").longValue()).isEqualTo(1);
        assertThat(answer.at("/nodes/0/nodeId").textValue()).isEqualTo("ask");
        assertThat(answer.at("/nodes/0/executionTimeMs/p95").longValue()).isEqualTo(60);
    }

    @Test
    void fourHundredDaysAreThoseOfTheCalendarAlsoIfItsClockIsSetBack() {
        String since = PATH + "?timezone=Europe/Berlin&startDate=2025-10-20";

        Answer whole = api.get(acme, since + "&endDate=2026-11-23");
        Answer longer = api.get(acme, since + "&endDate=2026-11-24");

        assertThat(whole.status()).isEqualTo(200);
        assertThat(longer.json().path("errors").findValuesAsText("field")).containsExactly("startDate");
    }

    @Test
    void strangersAreToldNothingAndFaultsAllAtOnce() {
        assertThat(api.get("", PATH).status()).isEqualTo(401);
        Answer stranger = api.get(api.signIn("rival-owner"), PATH + "?teamId=acme&timezone=Mars");
        assertThat(stranger.status()).isEqualTo(404);
        assertThat(stranger.json().toString()).doesNotContain("Mars", "timezone");
        Answer wrong = api.get(acme, PATH + "?timezone=Mars&startDate=2024-01-01&endDate=2026-11-25&workflowId=");
        assertThat(wrong.json().path("errors").findValuesAsText("field"))
                .containsExactlyInAnyOrder("timezone", "startDate", "workflowId");
    }

    @Test
    void whoCannotAnswerSaysThatItIsForAMoment() {
        place.set(new Place.Moving("partition 3 is being restored"));
        try {
            Answer answer = api.get(acme, PATH);
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("Retry-After")).hasValue("1");
        } finally {
            place.set(new Place.Here(new Told()));
        }
    }
}

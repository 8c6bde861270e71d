package com.promptmanage.query.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.http.TestRoutes;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.service.access.AccessSettings;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReconciliationRoutesTest {

    private static final String PATH = "/api/token-tracking/reconciliation";

    private static final Account ACME = Account.team("acme");

    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    private TestApi api;

    private String key;

    @BeforeEach
    void start() {
        api = TestApi.start(NOW, ReconciliationRoutesTest::routes);
        key = api.key(ACME, KeyScope.QUERY);
        api.metering().reads().price("m", usage -> 1_000);
        api.metering()
                .add(
                        TokenUsage.of("ann", "acme", "m", TokenCounts.ofInputOutput(3, 4)),
                        Instant.parse("2026-11-24T00:00:00Z"));
        api.metering().commit();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    private static List<Routes> routes(TestApi.Parts parts) {
        return List.of(new ReconciliationRoutes(
                parts.database(),
                parts.access().authentication(),
                TestRoutes.routing(parts),
                new ShownHistory(parts.access().tiers(), parts.clock()),
                Duration.ofDays(400),
                parts.clock()));
    }

    @Test
    void nothingIsComparedThatTheTierDoesNotShow() {
        try (TestApi free =
                TestApi.start(NOW, AccessSettings.DEFAULTS.withTiersEnforced(true), ReconciliationRoutesTest::routes)) {
            String ofFree = free.key(ACME, KeyScope.QUERY);

            TestApi.Answer year = free.get(ofFree, PATH + "?teamId=acme&period=year");
            assertThat(year.json().path("startDate").asText()).isEqualTo("2026-11-17");
            assertThat(year.header(ShownHistory.HEADER)).hasValue("7");
            TestApi.Answer asked = free.get(ofFree, PATH + "?teamId=acme&startDate=2026-11-01");
            assertThat(asked.status()).isEqualTo(403);
            assertThat(asked.json().path("limit").path("name").asText()).isEqualTo("historyDays");
        }
    }

    @Test
    void aDifferenceIsToldPlaceByPlace() {
        totals("2026-11-24", 2, 14, 1_500);

        JsonNode found = api.get(key, PATH + "?teamId=acme").json();

        assertThat(found.path("agrees").booleanValue()).isFalse();
        assertThat(found.path("ledger").path("tokens").asLong()).isEqualTo(7);
        assertThat(found.path("ledger").path("cost").asText()).isEqualTo("0.000001");
        assertThat(found.path("differences").path("ratedTopic").path("events").asLong())
                .isEqualTo(1);
        assertThat(found.path("differences")
                        .path("ratedTopic")
                        .path("costNanoUsd")
                        .asLong())
                .isEqualTo(500);
        assertThat(found.path("differences").path("history").path("cost").asText())
                .isEqualTo("-0.000001");
    }

    @Test
    void onlyTheDaysThatWereAskedForAreCompared() {
        totals("2026-11-24", 1, 7, 1_000);
        totals("2026-11-23", 9, 9, 9);

        JsonNode day = api.get(key, PATH + "?teamId=acme&period=day").json();
        JsonNode range = api.get(key, PATH + "?teamId=acme&startDate=2026-11-23&endDate=2026-11-24")
                .json();

        assertThat(day.path("differences").path("ratedTopic").path("events").asLong())
                .isZero();
        assertThat(day.path("startDate").asText()).isEqualTo("2026-11-24");
        assertThat(day.path("endDate").asText()).isEqualTo("2026-11-24");
        assertThat(range.path("differences").path("ratedTopic").path("events").asLong())
                .isEqualTo(9);
    }

    @Test
    void itIsForThoseWhoMaySeeTheWholeAccount() {
        api.team("acme", "UTC");
        assertThat(api.get(api.signIn("acme-viewer"), PATH + "?teamId=acme").status())
                .isEqualTo(403);
        assertThat(api.get(api.key(Account.team("x"), KeyScope.QUERY), PATH + "?teamId=acme")
                        .status())
                .isEqualTo(404);
        assertThat(api.get(key, PATH + "?teamId=acme&userId=ann").status()).isEqualTo(400);
        assertThat(api.get(key, PATH + "?teamId=acme&period=hour").status()).isEqualTo(400);
        assertThat(api.get(key, PATH + "?teamId=acme&startDate=2025-10-19&endDate=2025-10-20")
                        .status())
                .as("older than what is kept")
                .isEqualTo(400);
    }

    private void totals(String day, long events, long tokens, long costNanoUsd) {
        api.database()
                .useAsSystem(handle -> handle.createUpdate("""
                        INSERT INTO rated_totals (account, day, events, unpriced_events, tokens, cost_nano_usd)
                        VALUES ('team:acme', CAST(:day AS date), :events, 0, :tokens, :cost)
                        """)
                        .bind("day", day)
                        .bind("events", events)
                        .bind("tokens", tokens)
                        .bind("cost", costNanoUsd)
                        .execute());
    }
}

package com.promptmanage.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.query.price.PriceOverrideRoutes;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.settings.AccountSettings;
import com.promptmanage.topics.settings.AccountSettingsCodec;
import com.promptmanage.topics.usage.TokenKind;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PriceOverrideRoutesTest {

    private static final String PATH = "/api/token-tracking/price-overrides";

    private TestApi api;

    @BeforeEach
    void start() {
        api = TestApi.start(
                Instant.parse("2026-11-24T12:00:00Z"),
                parts -> List.of(
                        new PriceOverrideRoutes(parts.database(), parts.access().authentication(), parts.clock())));
        api.team("acme", "Asia/Kathmandu");
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void anOwnPriceReachesTheMeteringWithAllElseThatTheAccountGoesBy() {
        api.database()
                .useAsSystem(
                        handle -> handle.execute(
                                "UPDATE teams SET settings = '{\"tags\": [\"project\"], \"trustedCostSources\": [\"litellm\"]}'"));

        Answer answer = put("acme-admin", """
                {"priceOverrides": [{"model": "gpt-4o-mini", "provider": "openai",
                  "usdPerMillion": {"input": "0.10", "output": "0.40"}}]}""");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json()
                        .at("/priceOverrides/0/tiers/0/usdPerMillion/input")
                        .asText())
                .isEqualTo("0.10");
        AccountSettings told = published().getLast();
        assertThat(told.account()).isEqualTo(Account.team("acme"));
        assertThat(told.zone()).isEqualTo(ZoneId.of("Asia/Kathmandu"));
        assertThat(told.tags()).containsExactly("project");
        assertThat(told.trustedCostSources()).isEqualTo(Set.of("litellm"));
        assertThat(told.priceOverrides()).singleElement().satisfies(price -> {
            assertThat(price.model()).isEqualTo("gpt-4o-mini");
            assertThat(price.effectiveFrom()).isEqualTo(Instant.EPOCH);
            assertThat(price.ratesFor("", 1).told())
                    .containsEntry(TokenKind.INPUT, NanoUsd.ofUsd("0.10").value());
        });
    }

    @Test
    void aChangeReplacesAllAndWhatWasAnsweredMayBeSentBack() {
        put("acme-admin", """
                {"priceOverrides": [
                  {"model": "a", "provider": "p", "effectiveFrom": "2026-01-01T00:00:00Z", "usdPerMillion": {"input": "1"}},
                  {"model": "a", "provider": "p", "effectiveFrom": "2026-06-01T00:00:00Z", "usdPerMillion": {"input": "2"}}]}""");
        JsonNode before =
                api.get(api.signIn("acme-viewer"), PATH + "?teamId=acme").json();
        assertThat(before.path("priceOverrides")).hasSize(2);

        assertThat(put("acme-owner", before.toString()).json()).isEqualTo(before);
        assertThat(put("acme-owner", "{\"priceOverrides\": []}").json().path("priceOverrides"))
                .isEmpty();

        // What changed nothing is neither told to the metering nor an entry of the log.
        assertThat(published()).hasSize(2);
        assertThat(published().getLast().priceOverrides()).isEmpty();
        assertThat(logged()).containsExactly("acme-admin 0 2", "acme-owner 2 0");
    }

    @Test
    void whatIsTooLargeForTheMeteringIsRefusedAtOnceAndChangesNothing() {
        put("acme-admin", """
                {"priceOverrides": [{"model": "before", "provider": "p", "usdPerMillion": {"input": "1"}}]}""");
        // More than a form takes, but nothing says that each of two forms leaves room for the other.
        api.database().useAsSystem(handle -> handle.execute("""
                        UPDATE teams SET settings = jsonb_build_object('trustedCostSources',
                            (SELECT jsonb_agg(repeat('x', 100) || n) FROM generate_series(1, 8000) AS n))
                        """));

        Answer refused = put("acme-admin", """
                {"priceOverrides": [{"model": "after", "provider": "p", "usdPerMillion": {"input": "1"}}]}""");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.json().path("detail").asText()).contains("team:acme", "more room");
        assertThat(published()).hasSize(1);
        assertThat(api.get(api.signIn("acme-viewer"), PATH + "?teamId=acme")
                        .json()
                        .at("/priceOverrides/0/model")
                        .asText())
                .isEqualTo("before");
    }

    @Test
    void everythingWrongIsToldAtOnceAndNothingIsChanged() {
        Answer answer = put("acme-admin", """
                {"priceOverides": [], "priceOverrides": [
                  {"provider": "p", "usdPerMillion": {"input": "1"}},
                  {"model": "m", "provider": "p"},
                  {"model": "m", "provider": "p", "usdPerMillion": {"imput": "1"}},
                  {"model": "m", "provider": "p", "effectiveFrom": "soon", "usdPerMillion": {"input": "1"}},
                  {"model": "m", "provider": "p", "usdPerMillion": {"input": "-1"}},
                  {"model": "n", "provider": "p", "usdPerMillion": {"input": "1"}},
                  {"model": "n", "provider": "p", "usdPerMillion": {"input": "2"}}]}""");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().findValuesAsText("field"))
                .contains(
                        "priceOverides",
                        "priceOverrides[0].model",
                        "priceOverrides[1].usdPerMillion",
                        "priceOverrides[2].usdPerMillion.imput",
                        "priceOverrides[3].effectiveFrom",
                        "priceOverrides[4].usdPerMillion.input",
                        "priceOverrides[6].id");
        assertThat(published()).isEmpty();
    }

    @Test
    void eachFaultOfOnePriceIsToldOnceAndAtItsOwnField() {
        Answer answer = put("acme-admin", """
                {"priceOverrides": [
                  {"model": "m", "provider": "p", "id": "", "aliases": ["n", 7], "effectiveFrom": "soon",
                   "contextTokensMax": 0, "usdPerMillion": {"input": "-1", "output": "much", "reasoning": 2, "imput": "1"}},
                  {"model": "m", "provider": "p", "usdPerMillion": {}},
                  {"model": "m", "provider": "p", "effectiveFrom": "+10000-01-01T00:00:00Z", "usdPerMillion": []},
                  {"model": "m", "provider": "p", "tiers": []},
                  {"model": "m", "provider": "p", "tiers": [
                    {"name": "a", "usdPerMillion": {"input": "1"}},
                    {"usdPerMillion": {"input": null}, "serviceTiers": ["flex", 1], "inputTokenAbove": 5},
                    {"name": "c", "serviceTiers": "flex", "inputTokensAbove": -2, "usdPerMillion": {"input": "1"}}]},
                  {"model": "%s", "provider": "p", "usdPerMillion": {"input": "1"}}]}""".formatted("m".repeat(256)));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().findValuesAsText("field"))
                .containsExactlyInAnyOrder(
                        "priceOverrides[0].id",
                        "priceOverrides[0].aliases[1]",
                        "priceOverrides[0].effectiveFrom",
                        "priceOverrides[0].contextTokensMax",
                        "priceOverrides[0].usdPerMillion.input",
                        "priceOverrides[0].usdPerMillion.output",
                        "priceOverrides[0].usdPerMillion.reasoning",
                        "priceOverrides[0].usdPerMillion.imput",
                        "priceOverrides[1].usdPerMillion",
                        "priceOverrides[2].effectiveFrom",
                        "priceOverrides[2].usdPerMillion",
                        "priceOverrides[3].tiers",
                        "priceOverrides[4].tiers[0]",
                        "priceOverrides[4].tiers[1].name",
                        "priceOverrides[4].tiers[1].usdPerMillion",
                        "priceOverrides[4].tiers[1].serviceTiers[1]",
                        "priceOverrides[4].tiers[1].inputTokenAbove",
                        "priceOverrides[4].tiers[2].serviceTiers",
                        "priceOverrides[4].tiers[2].inputTokensAbove",
                        "priceOverrides[4].tiers[2]",
                        "priceOverrides[5].id");
        assertThat(published()).isEmpty();
    }

    @Test
    void aListPriceWithTiersMayBeSentAsAnOwnOne() {
        Answer answer = put("acme-admin", """
                {"priceOverrides": [{"model": "m", "provider": "p", "contextTokensMax": 1000, "aliases": ["n"], "tiers": [
                  {"name": "Flex", "serviceTiers": ["flex"], "usdPerMillion": {"input": "1"}, "nanoUsdPerMillion": {"input": 1000000000}},
                  {"name": "long", "serviceTiers": [], "inputTokensAbove": 200000, "usdPerMillion": {"input": "4"}},
                  {"name": "standard", "inputTokensAbove": -1, "usdPerMillion": {"input": "2"}}]}]}""");

        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
        assertThat(published().getLast().priceOverrides()).singleElement().satisfies(price -> {
            assertThat(price.ratesFor("flex", 1).nanoUsdPerMillion(TokenKind.INPUT))
                    .isEqualTo(1_000_000_000);
            assertThat(price.ratesFor("", 200_001).nanoUsdPerMillion(TokenKind.INPUT))
                    .isEqualTo(4_000_000_000L);
            assertThat(price.ratesFor("", 1).nanoUsdPerMillion(TokenKind.INPUT)).isEqualTo(2_000_000_000);
        });
    }

    @Test
    void pricesSentForAnotherAccountThanTheAddressNamesReplaceNobodys() {
        Answer answer = put("acme-admin", "{\"account\": \"team:other\", \"priceOverrides\": []}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/errors/0/field").asText()).isEqualTo("account");
        assertThat(published()).isEmpty();
    }

    @Test
    void pricesAreForThoseWhoManageBudgetsToSetAndAnothersAreNotThere() {
        String prices = "{\"priceOverrides\": []}";

        assertThat(put("acme-editor", prices).status()).isEqualTo(403);
        assertThat(api.put(api.key(Account.team("other"), KeyScope.MANAGE), PATH + "?teamId=acme", prices)
                        .status())
                .isEqualTo(404);
        assertThat(api.put("", PATH + "?teamId=acme", prices).status()).isEqualTo(401);
        assertThat(api.get(api.signIn("acme-admin"), PATH + "?teamId=acme&userId=ann")
                        .status())
                .isEqualTo(400);
    }

    private Answer put(String user, String body) {
        return api.put(api.signIn(user), PATH + "?teamId=acme", body);
    }

    /** Who made it, and of how many prices how many became, for each change. */
    private List<String> logged() {
        return api.database()
                .asSystem(handle -> handle.createQuery("""
                                SELECT concat_ws(' ', actor_id, jsonb_array_length(old_values -> 'priceOverrides'),
                                                 jsonb_array_length(new_values -> 'priceOverrides'))
                                FROM audit_log WHERE action = 'price_overrides_changed' ORDER BY id
                                """).mapTo(String.class).list());
    }

    private List<AccountSettings> published() {
        return api.database()
                .asSystem(handle -> handle.createQuery(
                                "SELECT record_value FROM outbox WHERE topic = 'accounts' ORDER BY id")
                        .map((row, ctx) -> AccountSettingsCodec.read(row.getBytes("record_value")))
                        .list());
    }
}

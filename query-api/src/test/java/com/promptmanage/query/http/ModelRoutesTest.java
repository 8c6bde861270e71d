package com.promptmanage.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.pricing.Catalogue;
import com.promptmanage.topics.usage.TokenKind;
import java.time.Instant;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ModelRoutesTest {

    private static final String ESTIMATE = "/api/token-tracking/estimate";

    private static final String RECOMMENDATION = "/api/token-tracking/budget/recommendation";

    private final TestApi api = TestApi.start(Instant.parse("2026-11-16T12:00:00Z"), TestRoutes::of);

    private String key = "";

    @BeforeAll
    void fill() {
        key = api.key(Account.team("acme"), KeyScope.QUERY);
        api.metering()
                .reads()
                .price(
                        "gpt-4o-mini",
                        call -> call.tokens().totalInput() * 150 + call.tokens().get(TokenKind.OUTPUT) * 600);
        api.metering()
                .reads()
                .price(
                        "gpt-4",
                        call -> call.tokens().totalInput() * 30_000
                                + call.tokens().get(TokenKind.OUTPUT) * 60_000);
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @Test
    void everyModelOfTheCatalogueIsListedWithThePriceInForce() {
        JsonNode models = api.get(key, "/api/models").json().get("models");

        assertThat(models.size()).isEqualTo((int) Catalogue.prices().stream()
                .map(price -> price.model())
                .distinct()
                .count());
        JsonNode mini = StreamSupport.stream(models.spliterator(), false)
                .filter(model -> model.get("id").textValue().equals("gpt-4o-mini"))
                .findFirst()
                .orElseThrow();
        assertThat(mini.get("provider").textValue()).isEqualTo("openai");
        JsonNode standard = mini.at("/price/tiers").get(mini.at("/price/tiers").size() - 1);
        assertThat(standard.at("/usdPerMillion/input").textValue()).isEqualTo("0.15");
        assertThat(standard.at("/usdPerMillion/output").textValue()).isEqualTo("0.60");
        assertThat(standard.at("/nanoUsdPerMillion/input").longValue()).isEqualTo(150_000_000);
        assertThat(api.get(key, "/api/models?provider=anthropic").json().get("models"))
                .isNotEmpty()
                .allSatisfy(
                        model -> assertThat(model.get("provider").textValue()).isEqualTo("anthropic"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "claude-3-5-sonnet",
                "claude-3.5-sonnet",
                "Claude-3-5-Sonnet",
                "claude-3-5-sonnet@20241022",
                "openrouter/anthropic/claude-3-5-sonnet-20241022"
            })
    void aModelsPricesAreFoundByAnyOfItsNames(String name) {
        JsonNode prices = api.get(key, "/api/models/" + name + "/prices").json();

        JsonNode tiers = prices.at("/prices/0/tiers");
        assertThat(tiers.get(tiers.size() - 1).at("/usdPerMillion/input").textValue())
                .isEqualTo("3.00");
        assertThat(prices.at("/prices/0/effectiveFrom").textValue()).isEqualTo(Catalogue.EFFECTIVE_FROM.toString());
    }

    @Test
    void aModelWithoutAPriceIsNotThere() {
        assertThat(api.get(key, "/api/models/of-no-price/prices").status()).isEqualTo(404);
        assertThat(api.get("", "/api/models").status()).isEqualTo(401);
        assertThat(api.get(key, "/api/models?teamId=rival").status()).isEqualTo(404);
        assertThat(api.get(key, "/api/models?teamId=acme").status()).isEqualTo(200);
    }

    @Test
    void anEstimateTellsTokensCostAndWhatElseOneCouldDo() {
        JsonNode estimate = api.post(
                        key,
                        ESTIMATE,
                        "{\"text\":\"Tell me how many tokens there are in this text.\",\"model\":\"gpt-4\"}")
                .json();

        assertThat(estimate.get("inputTokens").longValue()).isEqualTo(11);
        assertThat(estimate.get("outputTokens").longValue()).isEqualTo(9);
        assertThat(estimate.get("totalTokens").longValue()).isEqualTo(20);
        assertThat(estimate.get("inputCost").textValue()).isEqualTo("0.00033");
        assertThat(estimate.get("estimatedCost").textValue()).isEqualTo("0.00087");
        assertThat(estimate.get("estimatedCostNanoUsd").longValue()).isEqualTo(870_000);
        assertThat(estimate.get("approximate").booleanValue()).isFalse();
        assertThat(estimate.get("unpriced").booleanValue()).isFalse();
        assertThat(estimate.at("/suggestions/0/type").textValue()).isEqualTo("model_switch");
        assertThat(estimate.at("/suggestions/0/switchTo/model").textValue()).isEqualTo("gpt-4o-mini");
    }

    @Test
    void nothingIsEstimatedAtNothing() {
        JsonNode estimate = api.post(key, ESTIMATE, "{\"text\":\"\",\"model\":\"gpt-4o-mini\"}")
                .json();

        assertThat(estimate.get("totalTokens").longValue()).isZero();
        assertThat(estimate.get("estimatedCost").textValue()).isEqualTo("0.00");
        assertThat(estimate.get("suggestions")).isEmpty();
    }

    @Test
    void aModelWithoutAPriceIsEstimatedInTokensOnly() {
        JsonNode estimate = api.post(key, ESTIMATE, "{\"text\":\"Hello\",\"model\":\"of-no-price\"}")
                .json();

        assertThat(estimate.get("unpriced").booleanValue()).isTrue();
        assertThat(estimate.get("estimatedCost").isNull()).isTrue();
        assertThat(estimate.get("approximate").booleanValue()).isTrue();
        assertThat(estimate.get("inputTokens").longValue()).isPositive();
    }

    @Test
    void whatIsTooLongIsRefused() {
        Answer answer =
                api.post(key, ESTIMATE, "{\"text\":\"%s\",\"model\":\"gpt-4o-mini\"}".formatted("x".repeat(1 << 20)));

        assertThat(answer.status()).isEqualTo(413);
        assertThat(api.post(key, ESTIMATE, "{\"model\":\"gpt-4o-mini\"}").status())
                .isEqualTo(400);
        assertThat(api.post(key, ESTIMATE, "{\"text\":\"a\",\"model\":\"m\",\"maxOutputTokens\":-1}")
                        .status())
                .isEqualTo(400);
    }

    /** The product's set-up wizard: 50 to 200 prompts a month on gpt-4o-mini. */
    @Test
    void aFirstBudgetIsRecommended() {
        JsonNode recommendation = api.get(key, RECOMMENDATION + "?promptsPerMonth=50-200&models=gpt-4o-mini")
                .json();

        assertThat(recommendation.get("monthlyBudgetUsd").textValue()).isEqualTo("30.00");
        assertThat(recommendation.get("basis").textValue()).isEqualTo("volume");
        assertThat(recommendation.get("thresholds"))
                .extracting(threshold -> threshold.get("amountUsd").textValue())
                .containsExactly("22.50", "27.00", "30.00");
        assertThat(api.get(key, RECOMMENDATION + "?promptsPerMonth=many").status())
                .isEqualTo(400);
    }
}

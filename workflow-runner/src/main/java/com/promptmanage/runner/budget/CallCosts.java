package com.promptmanage.runner.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.promptmanage.runner.node.CallEstimate;
import com.promptmanage.runner.work.BudgetGate.Planned;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.pricing.CallPrices;
import com.promptmanage.topics.pricing.CallPricesCodec;
import com.promptmanage.topics.pricing.ListPrices;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.usage.TokenCounts;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What calls may cost at most while the budgets, which know each account's own prices, do not say so: by the prices that they told
 * last, else by the list. Safe for use by several threads.
 */
final class CallCosts {

    private static final int PRICES_MAX = 10_000;

    private final ListPrices list = new ListPrices();

    /** As they were told. */
    private final Cache<Priced, JsonNode> last =
            Caffeine.newBuilder().maximumSize(PRICES_MAX).build();

    /** What an account pays for. */
    private record Priced(Account account, String model, String provider) {

        static Priced of(Planned call) {
            return new Priced(
                    call.account(), call.estimate().model(), call.estimate().provider());
        }
    }

    /** @param answer of the budgets to a question about the call, as the API describes it */
    void hear(Planned call, JsonNode answer) {
        JsonNode prices = answer.path("prices");
        if (prices.isObject()) {
            last.put(Priced.of(call), prices);
        }
    }

    /** In nanoUSD; empty if it is not known. */
    OptionalLong atMost(Planned call) {
        CallEstimate estimate = call.estimate();
        var tokens = TokenCounts.ofInputOutput(estimate.inputTokens(), estimate.maxOutputTokens());
        return price(call)
                .flatMap(price -> ListPrices.cost(price, null, tokens))
                .map(cost -> OptionalLong.of(cost.value()))
                .orElse(OptionalLong.empty());
    }

    private Optional<ModelPrice> price(Planned call) {
        String model = call.estimate().model();
        @Nullable JsonNode told = last.getIfPresent(Priced.of(call));
        return told == null
                ? list.find(model)
                : read(told).flatMap(prices -> prices.ownFor(model).or(prices::listed));
    }

    /** Another version of the query API may tell them otherwise. */
    private static Optional<CallPrices> read(JsonNode prices) {
        try {
            return Optional.of(CallPricesCodec.read(prices));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}

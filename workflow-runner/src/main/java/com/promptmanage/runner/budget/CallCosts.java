package com.promptmanage.runner.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.node.CallEstimate;
import com.promptmanage.runner.work.BudgetGate.Planned;
import com.promptmanage.service.budget.CallCost;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.pricing.ListPrices;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What calls cost by the prices that the budgets, which know each account's own, told last; where they told none, by the list. Safe
 * for use by several threads.
 */
final class CallCosts {

    private static final int PRICES_MAX = 10_000;

    private final ListPrices list = new ListPrices();

    /** As they were told. */
    private final Cache<Priced, JsonNode> last =
            Caffeine.newBuilder().maximumSize(PRICES_MAX).build();

    /** What an account pays for, by the name that is asked for. */
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

    /** What the call may cost at most, nanoUSD; empty if that is not known. */
    OptionalLong atMost(Planned call) {
        CallEstimate estimate = call.estimate();
        return of(
                call,
                estimate.model(),
                null,
                TokenCounts.ofInputOutput(estimate.inputTokens(), estimate.maxOutputTokens()));
    }

    /** What it has cost, nanoUSD; empty if that is not known. */
    OptionalLong of(Planned call, CallUsage used) {
        return of(call, used.model(), used.serviceTier(), used.tokens());
    }

    private OptionalLong of(Planned call, String model, @Nullable String serviceTier, TokenCounts tokens) {
        var usage = TokenUsage.builder(call.userId(), model)
                .serviceTier(serviceTier)
                .tokens(tokens)
                .build();
        return CallCost.of(
                        usage, call.estimate().model(), Optional.ofNullable(last.getIfPresent(Priced.of(call))), list)
                .map(cost -> OptionalLong.of(cost.cost().value()))
                .orElse(OptionalLong.empty());
    }
}

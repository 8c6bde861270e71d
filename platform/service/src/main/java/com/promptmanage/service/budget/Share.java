package com.promptmanage.service.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.account.Account;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * A budget that blocks, and that a call counts toward.
 *
 * @param name for people
 * @param leftNanoUsd as the budget knows, nanoUSD; empty if it is not of money
 * @param leftTokens as the budget knows; empty if it is not of tokens
 */
public record Share(Key key, String name, OptionalLong leftNanoUsd, OptionalLong leftTokens) {

    /** @param value of a budget that is for each value of its dimension */
    public record Key(String account, String id, String value) {}

    /**
     * Those that block; of the others nothing is taken.
     *
     * @param budgets that a call counts toward, as the API tells of them
     */
    static List<Share> blocking(Account account, JsonNode budgets) {
        var shares = new ArrayList<Share>(0);
        for (JsonNode budget : budgets) {
            if (budget.path("enforcement").asText().equals("block")) {
                shares.add(of(account, budget));
            }
        }
        return shares;
    }

    private static Share of(Account account, JsonNode budget) {
        String id = budget.path("id").asText();
        return new Share(
                new Key(account.value(), id, budget.path("value").asText()),
                budget.path("name").asText(id),
                whole(budget.path("remainingNanoUsd")),
                whole(budget.path("remainingTokens")));
    }

    static OptionalLong whole(JsonNode number) {
        return number.isIntegralNumber() ? OptionalLong.of(number.longValue()) : OptionalLong.empty();
    }
}

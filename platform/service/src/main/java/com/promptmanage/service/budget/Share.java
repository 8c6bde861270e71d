package com.promptmanage.service.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.pricing.CatalogueNames;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A budget that blocks, and that a call counts toward.
 *
 * @param name for people
 * @param dimension what the budget is on; empty if only a newer query API knows that
 * @param leftNanoUsd as the budget knows, nanoUSD; empty if it is not of money
 * @param leftTokens as the budget knows; empty if it is not of tokens
 * @param knownFor how long no more than that can be left, unless the budget is changed: until its period ends
 */
public record Share(
        Key key,
        String name,
        Optional<Dimension> dimension,
        OptionalLong leftNanoUsd,
        OptionalLong leftTokens,
        Duration knownFor) {

    /** Of a query API that does not tell when the period ends. */
    private static final Duration KNOWN_FOR_USUAL = Duration.ofHours(1);

    private static final Duration KNOWN_FOR_MAX = Duration.ofDays(366);

    /** @param value of a budget that is for each value of its dimension */
    public record Key(String account, String id, String value) {

        /** Of what the call counts toward of a budget; empty if it does not count toward it. */
        static Optional<Key> of(Account account, String id, Dimension dimension, JsonNode question) {
            if (dimension.kind() == Dimension.Kind.ACCOUNT) {
                return Optional.of(new Key(account.value(), id, account.value()));
            }
            JsonNode named = ClosedBudgets.On.named(question, dimension);
            if (!named.isTextual()) {
                return Optional.empty();
            }
            String value = dimension.kind() == Dimension.Kind.MODEL
                    ? CatalogueNames.of(
                            named.textValue(), question.path("provider").textValue())
                    : named.textValue();
            return Optional.of(new Key(account.value(), id, value));
        }
    }

    /**
     * Those that block; of the others nothing is taken.
     *
     * @param budgets that a call counts toward, as the API tells of them
     * @param nowMs ms since the epoch
     */
    static List<Share> blocking(Account account, JsonNode budgets, long nowMs) {
        var shares = new ArrayList<Share>(0);
        for (JsonNode budget : budgets) {
            if (budget.path("enforcement").asText().equals("block")) {
                shares.add(of(account, budget, nowMs));
            }
        }
        return shares;
    }

    private static Share of(Account account, JsonNode budget, long nowMs) {
        String id = budget.path("id").asText();
        Optional<Dimension> dimension = Dimension.parse(budget.path("dimension").asText());
        return new Share(
                new Key(account.value(), id, value(account, dimension, budget)),
                budget.path("name").asText(id),
                dimension,
                whole(budget.path("remainingNanoUsd")),
                whole(budget.path("remainingTokens")),
                knownFor(budget.path("periodEnd"), nowMs));
    }

    /** By which it is found for a call that the budgets were not asked about: {@link Key#of}. */
    private static String value(Account account, Optional<Dimension> dimension, JsonNode budget) {
        String told = budget.path("value").asText();
        return switch (dimension.map(Dimension::kind).orElse(Dimension.Kind.TAG)) {
            case ACCOUNT -> account.value();
            case MODEL -> CatalogueNames.of(told, null);
            case MEMBER, PROVIDER, WORKFLOW, PROMPT, API_KEY, EXECUTION_TYPE, TAG, EVENT_TYPE -> told;
        };
    }

    private static Duration knownFor(JsonNode periodEnd, long nowMs) {
        try {
            if (periodEnd.isTextual()) {
                long leftMs = Instant.parse(periodEnd.textValue()).toEpochMilli() - nowMs;
                return Duration.ofMillis(Math.clamp(leftMs, 0, KNOWN_FOR_MAX.toMillis()));
            }
        } catch (DateTimeParseException | ArithmeticException e) {
            // As if it were not told.
        }
        return KNOWN_FOR_USUAL;
    }

    static OptionalLong whole(JsonNode number) {
        return number.isIntegralNumber() ? OptionalLong.of(number.longValue()) : OptionalLong.empty();
    }
}

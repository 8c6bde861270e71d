package com.promptmanage.service.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.pricing.CallPrices;
import com.promptmanage.topics.pricing.CallPricesCodec;
import com.promptmanage.topics.pricing.ListPrices;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.usage.TokenUsage;
import java.util.Optional;

/**
 * What a call has cost, as far as it can be told at once. What is charged is the ledger's to say.
 *
 * @param basis whose price it is: {@link #ACCOUNT} or {@link #LIST}
 */
public record CallCost(NanoUsd cost, String basis) {

    /** What the account pays: its own price if it has one, else the list's. */
    public static final String ACCOUNT = "account";

    /** What the list says: whether the account has a price of its own is not known. */
    public static final String LIST = "list";

    /**
     * Empty if it is not known.
     *
     * @param asked the model that was asked for; the one that answered is in the usage
     * @param told what the budgets, who know the account's own prices, say of them; empty if they have not said it
     */
    public static Optional<CallCost> of(TokenUsage usage, String asked, Optional<JsonNode> told, ListPrices list) {
        if (told.isEmpty()) {
            return listed(usage, list);
        }
        return read(told.get()).flatMap(prices -> of(usage, asked, prices, list));
    }

    private static Optional<CallCost> of(TokenUsage usage, String asked, CallPrices prices, ListPrices list) {
        if (!CallPrices.mayBeTheSame(asked, usage.model())) {
            // The budgets were not asked about this one.
            return listed(usage, list);
        }
        return price(prices, asked, usage.model(), list).flatMap(price -> at(price, usage, ACCOUNT));
    }

    private static Optional<CallCost> listed(TokenUsage usage, ListPrices list) {
        return list.find(usage.model()).flatMap(price -> at(price, usage, LIST));
    }

    private static Optional<ModelPrice> price(CallPrices prices, String asked, String answered, ListPrices list) {
        Optional<ModelPrice> own = prices.ownFor(answered);
        if (own.isPresent() || asked.equals(answered)) {
            return own.or(prices::listed);
        }
        // If the list in force is the one that we come with, we know what it says of the other name.
        return prices.listed().equals(list.find(asked)) ? list.find(answered) : prices.listedFor(answered);
    }

    private static Optional<CallCost> at(ModelPrice price, TokenUsage usage, String basis) {
        return ListPrices.cost(price, usage.serviceTier(), usage.tokens()).map(cost -> new CallCost(cost, basis));
    }

    /** Another version of the query API may not tell them, or tell them otherwise. */
    private static Optional<CallPrices> read(JsonNode prices) {
        try {
            return Optional.of(CallPricesCodec.read(prices));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}

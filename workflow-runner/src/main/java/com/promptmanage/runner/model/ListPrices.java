package com.promptmanage.runner.model;

import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.pricing.ModelPrice;
import java.util.Optional;

/**
 * What a call costs at list price: for a run's own running cost, shown at once. What is charged is the ledger's to say, which
 * knows each account's own prices.
 */
public final class ListPrices {

    private final com.promptmanage.topics.pricing.ListPrices prices = new com.promptmanage.topics.pricing.ListPrices();

    /** Rounded once, half-even. Empty for a model that is not listed: that is no price, not none to pay. */
    public Optional<NanoUsd> cost(CallUsage usage) {
        return prices.cost(usage.model(), usage.serviceTier(), usage.tokens());
    }

    /** Who offers a model of this name, if it is listed. */
    Optional<String> providerOf(String model) {
        return prices.find(model).map(ModelPrice::provider);
    }
}

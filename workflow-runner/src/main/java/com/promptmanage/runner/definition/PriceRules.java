package com.promptmanage.runner.definition;

import com.promptmanage.runner.definition.DefinitionFault.Place;
import com.promptmanage.runner.definition.NodeConfig.Prompt;
import com.promptmanage.topics.pricing.ListPrices;

/** Warns of models of which the price list does not say what they cost. */
final class PriceRules {

    private final Checking checking;

    private final ListPrices prices;

    private PriceRules(Checking checking, ListPrices prices) {
        this.checking = checking;
        this.prices = prices;
    }

    static void check(Checking checking, ListPrices prices) {
        var rules = new PriceRules(checking, prices);
        for (int i = 0; i < checking.nodes().size(); i++) {
            if (checking.nodes().get(i).config() instanceof Prompt prompt) {
                rules.check(checking.nodePlace(i).at("config"), prompt);
            }
        }
    }

    private void check(Place config, Prompt prompt) {
        model(config.at("model"), prompt.model());
        Place fallback = config.at("fallbackModels");
        for (int i = 0; i < prompt.fallbackModels().size(); i++) {
            model(fallback.at(i), prompt.fallbackModels().get(i));
        }
    }

    /** What a template's name will be is known only when the node runs. */
    private void model(Place place, String name) {
        if (!name.isBlank() && !name.contains("{{") && prices.find(name).isEmpty()) {
            checking.warning(
                    place,
                    "names \"%s\", which has no list price: its calls count as unpriced, and a maxCostUsd lets none of them be made unless the account has a price of its own for it"
                            .formatted(Checking.shown(name)),
                    "Name a model of the price list, or give the account a price for this one.");
        }
    }
}

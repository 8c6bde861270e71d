package com.promptmanage.topics.pricing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What a planned call may be charged by. A provider answers by another of the model's names than was asked for, and that name is
 * the one that is charged.
 *
 * @param own the account's own prices in force for the model, by whichever of its names; they come before the list
 * @param listed the list's price in force for the name that is asked for; empty if it is not listed
 */
public record CallPrices(List<ModelPrice> own, Optional<ModelPrice> listed) {

    public CallPrices {
        own = List.copyOf(own);
    }

    /** Whether two names may be names of the same model: one with a date and one without, for example. */
    public static boolean mayBeTheSame(String name, String other) {
        return !Collections.disjoint(ModelName.keys(name), ModelName.keys(other));
    }

    /** The account's own price for a name; empty if it pays what the list says. */
    public Optional<ModelPrice> ownFor(String name) {
        for (String key : ModelName.keys(name)) {
            for (ModelPrice price : own) {
                if (ModelName.key(price.model()).equals(key)) {
                    return Optional.of(price);
                }
            }
            for (ModelPrice price : own) {
                if (keys(price).contains(key)) {
                    return Optional.of(price);
                }
            }
        }
        return Optional.empty();
    }

    /** What the list says of a name, if that is the price that it has for the name that was asked for. */
    public Optional<ModelPrice> listedFor(String name) {
        return listed.filter(price -> !Collections.disjoint(keys(price), ModelName.keys(name)));
    }

    private static List<String> keys(ModelPrice price) {
        var keys = new ArrayList<String>();
        keys.add(ModelName.key(price.model()));
        price.aliases().forEach(alias -> keys.add(ModelName.key(alias)));
        return keys;
    }
}

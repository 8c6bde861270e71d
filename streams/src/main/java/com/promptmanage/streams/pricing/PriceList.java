package com.promptmanage.streams.pricing;

import com.promptmanage.topics.pricing.ModelPrice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The prices of all models, found by any name that producers use for them. Not thread-safe.
 *
 * <p>Names are compared as {@link ModelName} says. A name that several models claim belongs to the one whose own name it is,
 * else to the first in the order of names.
 */
public final class PriceList {

    private final Map<String, List<ModelPrice>> versionsByModel = new HashMap<>();

    private final Map<String, PriceTimeline> timelinesByModel = new HashMap<>();

    /** From a key to the models that claim it. */
    private final Map<String, TreeSet<String>> claims = new HashMap<>();

    private long generation;

    public static PriceList of(List<ModelPrice> prices) {
        var byModel = new HashMap<String, List<ModelPrice>>();
        prices.forEach(price -> byModel.computeIfAbsent(price.model(), model -> new ArrayList<>())
                .add(price));
        var list = new PriceList();
        byModel.forEach(list::put);
        return list;
    }

    /** Takes over all versions of a model's price in place of those before. */
    public void put(String model, List<ModelPrice> versions) {
        remove(model);
        if (versions.isEmpty()) {
            return;
        }
        versionsByModel.put(model, List.copyOf(versions));
        timelinesByModel.put(model, new PriceTimeline(versions));
        for (String key : keysOf(model, versions)) {
            claims.computeIfAbsent(key, none -> new TreeSet<>()).add(model);
        }
        generation++;
    }

    public void remove(String model) {
        List<ModelPrice> versions = versionsByModel.remove(model);
        if (versions != null) {
            timelinesByModel.remove(model);
            for (String key : keysOf(model, versions)) {
                Set<String> models = claims.get(key);
                if (models != null) {
                    models.remove(model);
                }
            }
            generation++;
        }
    }

    /** Rises with every change: what was found before may be found differently now. */
    public long generation() {
        return generation;
    }

    public boolean isEmpty() {
        return versionsByModel.isEmpty();
    }

    /**
     * The prices of a model.
     *
     * @param name as the producer wrote it
     * @param provider likewise; a price of that provider is preferred
     * @return {@link PriceTimeline#NONE} if it has none
     */
    public PriceTimeline find(String name, @Nullable String provider) {
        List<String> keys = ModelName.keys(name);
        if (provider != null) {
            for (String key : keys) {
                PriceTimeline timeline = claimed(ModelName.key(provider) + "/" + key);
                if (timeline != null) {
                    return timeline;
                }
            }
        }
        for (String key : keys) {
            PriceTimeline timeline = claimed(key);
            if (timeline != null) {
                return timeline;
            }
        }
        return PriceTimeline.NONE;
    }

    private @Nullable PriceTimeline claimed(String key) {
        Set<String> models = claims.get(key);
        if (models == null || models.isEmpty()) {
            return null;
        }
        for (String model : models) {
            if (ModelName.key(model).equals(key)) {
                return timelinesByModel.get(model);
            }
        }
        return timelinesByModel.get(models.iterator().next());
    }

    private static Set<String> keysOf(String model, List<ModelPrice> versions) {
        var keys = new TreeSet<String>();
        keys.add(ModelName.key(model));
        for (ModelPrice version : versions) {
            keys.add(ModelName.key(version.provider()) + "/" + ModelName.key(model));
            version.aliases().forEach(alias -> keys.add(ModelName.key(alias)));
        }
        return keys;
    }
}

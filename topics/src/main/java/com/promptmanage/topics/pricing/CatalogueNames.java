package com.promptmanage.topics.pricing;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names under which models of the {@link Catalogue} count, whichever of their names is used: for those who have to tell models
 * apart where the prices in force cannot be asked for.
 */
public final class CatalogueNames {

    /** From each key under which a model is looked for to its own name. */
    private static final Map<String, String> MODELS = models();

    private CatalogueNames() {}

    /**
     * @param name as a producer wrote it
     * @param provider likewise; a model of that provider is preferred
     * @return the model's own name; the name as it came if the catalogue does not know it
     */
    public static String of(String name, @Nullable String provider) {
        List<String> keys = ModelName.keys(name);
        if (provider != null) {
            for (String key : keys) {
                String model = MODELS.get(ModelName.key(provider) + "/" + key);
                if (model != null) {
                    return model;
                }
            }
        }
        for (String key : keys) {
            String model = MODELS.get(key);
            if (model != null) {
                return model;
            }
        }
        return name;
    }

    /** A key that several models claim belongs to the one whose own name it is, else to the first. */
    private static Map<String, String> models() {
        var models = new HashMap<String, String>();
        var own = new HashMap<String, String>();
        Catalogue.prices().stream()
                .sorted(Comparator.comparing(ModelPrice::model))
                .forEach(price -> {
                    String name = ModelName.key(price.model());
                    for (String key : keys(price)) {
                        boolean isOwn = key.equals(name) || key.endsWith("/" + name);
                        (isOwn ? own : models).putIfAbsent(key, price.model());
                    }
                });
        models.putAll(own);
        return Map.copyOf(models);
    }

    /** With and without the provider before them. */
    private static Set<String> keys(ModelPrice price) {
        var keys = new HashSet<String>();
        keys.add(ModelName.key(price.model()));
        price.aliases().forEach(alias -> keys.add(ModelName.key(alias)));
        for (String key : List.copyOf(keys)) {
            keys.add(ModelName.key(price.provider()) + "/" + key);
        }
        return keys;
    }
}

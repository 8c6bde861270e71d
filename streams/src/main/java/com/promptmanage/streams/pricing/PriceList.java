package com.promptmanage.streams.pricing;

import com.promptmanage.topics.pricing.ModelName;
import com.promptmanage.topics.pricing.ModelPrice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The prices of all models, found by any name that producers use for them. Not thread-safe.
 *
 * <p>Names are compared as {@link ModelName} says. The same model at another provider is another offer, with prices of its
 * own. A name that several offers claim belongs to the one whose own name it is, else to the first by model and provider.
 */
public final class PriceList {

    private static final Comparator<Offer> ORDER =
            Comparator.comparing(Offer::model).thenComparing(Offer::provider);

    private final Map<String, List<Offer>> offersByModel = new HashMap<>();

    /** From a key to the offers that claim it, in order. */
    private final Map<String, List<Offer>> claims = new HashMap<>();

    private long generation;

    /** What one provider takes for a model, and the keys under which that is found. */
    private record Offer(String model, String provider, Set<String> keys, PriceTimeline prices) {

        static Offer of(String model, String provider, List<ModelPrice> versions) {
            var keys = new TreeSet<String>();
            keys.add(ModelName.key(model));
            versions.forEach(version -> version.aliases().forEach(alias -> keys.add(ModelName.key(alias))));
            for (String key : List.copyOf(keys)) {
                keys.add(provider + "/" + key);
            }
            return new Offer(model, provider, keys, new PriceTimeline(versions));
        }

        boolean isNamed(String key) {
            String own = ModelName.key(model);
            return key.equals(own) || key.endsWith("/" + own);
        }
    }

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
        var byProvider = new TreeMap<String, List<ModelPrice>>();
        for (ModelPrice version : versions) {
            byProvider
                    .computeIfAbsent(ModelName.key(version.provider()), provider -> new ArrayList<>())
                    .add(version);
        }
        var offers = new ArrayList<Offer>();
        byProvider.forEach((provider, ofProvider) -> offers.add(Offer.of(model, provider, ofProvider)));
        offersByModel.put(model, offers);
        for (Offer offer : offers) {
            for (String key : offer.keys()) {
                List<Offer> claiming = claims.computeIfAbsent(key, none -> new ArrayList<>());
                claiming.add(offer);
                claiming.sort(ORDER);
            }
        }
        generation++;
    }

    public void remove(String model) {
        List<Offer> offers = offersByModel.remove(model);
        if (offers != null) {
            for (Offer offer : offers) {
                for (String key : offer.keys()) {
                    claims.computeIfPresent(key, (claimed, claiming) -> {
                        claiming.removeIf(other -> other.model().equals(model));
                        return claiming.isEmpty() ? null : claiming;
                    });
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
        return offersByModel.isEmpty();
    }

    /**
     * The prices of a model. To be asked once for a name, not for each event: it allocates.
     *
     * @param name as the producer wrote it
     * @param provider likewise; a price of that provider is preferred
     * @return {@link PriceTimeline#NONE} if it has none
     */
    public PriceTimeline find(String name, @Nullable String provider) {
        List<String> keys = ModelName.keys(name);
        if (provider != null) {
            for (String key : keys) {
                Offer offer = claiming(ModelName.key(provider) + "/" + key);
                if (offer != null) {
                    return offer.prices();
                }
            }
        }
        for (String key : keys) {
            Offer offer = claiming(key);
            if (offer != null) {
                return offer.prices();
            }
        }
        return PriceTimeline.NONE;
    }

    /** The offer that a key belongs to: of those that claim it, the one whose own name it is, else the first. */
    private @Nullable Offer claiming(String key) {
        List<Offer> claiming = claims.get(key);
        if (claiming == null) {
            return null;
        }
        for (Offer offer : claiming) {
            if (offer.isNamed(key)) {
                return offer;
            }
        }
        return claiming.getFirst();
    }
}

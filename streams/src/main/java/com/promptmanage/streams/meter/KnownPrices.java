package com.promptmanage.streams.meter;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.promptmanage.streams.ledger.Names;
import com.promptmanage.streams.ledger.NumberMap;
import com.promptmanage.streams.pricing.PriceList;
import com.promptmanage.streams.pricing.PriceTimeline;

/** A price list that is asked for each event: each pair of model and provider is looked for once. */
final class KnownPrices {

    /** In place of a provider's number where there is no provider. */
    static final int NO_PROVIDER = -1;

    private final PriceList list;

    private final NumberMap<Known> found = new NumberMap<>();

    /**
     * What is known of a model by the name that its producer used.
     *
     * @param prices {@link PriceTimeline#NONE} if it is not listed
     * @param model number of the name that the list has for it; of the producer's if it is not listed
     * @param provider likewise: the list's, unless the producer names another one; {@link #NO_PROVIDER} if neither says
     */
    record Known(PriceTimeline prices, int model, int provider) {}

    KnownPrices(PriceList list) {
        this.list = list;
    }

    boolean isEmpty() {
        return list.isEmpty();
    }

    /**
     * @param model number of the producer's name for the model
     * @param provider number of the producer's name for the provider; {@link Names#EMPTY} if it names none
     */
    Known of(Names names, int model, int provider) {
        Known known = found.get(model, provider);
        if (known == null) {
            known = find(names, model, provider);
            found.put(model, provider, known);
        }
        return known;
    }

    /** The list has changed, or the numbers of names have lost their meaning. */
    void forget() {
        found.clear();
    }

    private Known find(Names names, int model, int provider) {
        String named = provider == Names.EMPTY ? null : text(names, provider);
        PriceTimeline prices = list.find(text(names, model), named);
        if (!prices.isListed()) {
            return new Known(prices, model, provider == Names.EMPTY ? NO_PROVIDER : provider);
        }
        return new Known(
                prices,
                names.number(prices.model().getBytes(UTF_8)),
                named == null || prices.isOf(named)
                        ? names.number(prices.provider().getBytes(UTF_8))
                        : provider);
    }

    private static String text(Names names, int number) {
        return new String(names.text(number), UTF_8);
    }
}

package com.promptmanage.streams.meter;

import com.promptmanage.streams.intake.Text;
import com.promptmanage.streams.ledger.Names;
import com.promptmanage.streams.ledger.NumberMap;
import com.promptmanage.streams.pricing.PriceList;
import com.promptmanage.streams.pricing.PriceTimeline;
import org.jspecify.annotations.Nullable;

/** A price list that is asked for each event: each pair of model and provider is looked for once. */
final class KnownPrices {

    private final PriceList list;

    private final NumberMap<PriceTimeline> found = new NumberMap<>();

    KnownPrices(PriceList list) {
        this.list = list;
    }

    boolean isEmpty() {
        return list.isEmpty();
    }

    /** {@link PriceTimeline#NONE} if the model has no price. */
    PriceTimeline of(Names names, Text model, Text provider) {
        int modelNumber = names.number(model.bytes(), model.start(), model.length());
        int providerNumber = names.number(provider.bytes(), provider.start(), provider.length());
        PriceTimeline timeline = found.get(modelNumber, providerNumber);
        if (timeline == null) {
            timeline = list.find(model.toString(), textOrNull(provider));
            found.put(modelNumber, providerNumber, timeline);
        }
        return timeline;
    }

    /** The list has changed, or the numbers of names have lost their meaning. */
    void forget() {
        found.clear();
    }

    private static @Nullable String textOrNull(Text text) {
        return text.isPresent() ? text.toString() : null;
    }
}

package com.promptmanage.streams.meter;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.promptmanage.streams.intake.EventReader;
import com.promptmanage.streams.intake.ReceivedEvent;
import com.promptmanage.streams.intake.Rejection;
import com.promptmanage.streams.intake.Rejection.Reason;
import com.promptmanage.streams.intake.Text;
import com.promptmanage.streams.ledger.LedgerStore;
import com.promptmanage.streams.ledger.Names;
import com.promptmanage.streams.ledger.NumberMap;
import com.promptmanage.streams.pricing.CostOf;
import com.promptmanage.streams.pricing.PriceList;
import com.promptmanage.streams.pricing.PriceTimeline;
import com.promptmanage.streams.pricing.PriceTimeline.Priced;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.ModelPriceCodec;
import com.promptmanage.topics.pricing.Rates;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the price of an event: what its producer reports if trusted to, the account's own price, or the catalogue's. */
final class Pricing {

    private static final byte[] NO_PRICE_ID = {};

    private final LedgerStore ledger;

    private @Nullable PriceList catalogue;

    /** What a model and a provider were found to be priced by, under their numbers. */
    private final NumberMap<PriceTimeline> found = new NumberMap<>();

    private final Map<ModelPrice, byte[]> priceIds = new HashMap<>();

    private long costNanoUsd;

    private byte[] priceId = NO_PRICE_ID;

    Pricing(LedgerStore ledger) {
        this.ledger = ledger;
    }

    /** Takes over all versions of a model's price; none if the value is null. */
    void put(byte @Nullable [] key, byte @Nullable [] value) throws Rejection {
        if (key == null || key.length == 0) {
            throw new Rejection(Reason.INVALID, "the record's key is not a model");
        }
        if (value != null) {
            EventReader.requireSize(value);
        }
        List<ModelPrice> prices;
        try {
            prices = value == null ? List.of() : ModelPriceCodec.readAll(value);
        } catch (IllegalArgumentException e) {
            throw new Rejection(Reason.INVALID, "not a list of prices: " + e.getMessage());
        }
        if (prices.stream().anyMatch(price -> !Arrays.equals(price.model().getBytes(UTF_8), key))) {
            throw new Rejection(Reason.INVALID, "the prices are not of the model that is the record's key");
        }
        PriceList list = catalogue();
        ledger.put(StateKeys.prices(key), value);
        long changes = StateKeys.priceChanges(ledger.get(StateKeys.priceChangesKey()));
        ledger.put(
                StateKeys.priceChangesKey(),
                ByteBuffer.allocate(Long.BYTES).putLong(changes + 1).array());
        list.put(new String(key, UTF_8), prices);
        found.clear();
        priceIds.clear();
    }

    /**
     * Prices an event of token usage; the cost is {@link #costNanoUsd} then.
     *
     * @param costs receives the parts of the cost by token kind, nanoUSD; a reported cost has none
     * @return false if there is no price
     * @throws Rejection if the cost is beyond what is plausible for a call
     */
    boolean price(MeteredAccount account, ReceivedEvent event, long[] costs) throws Rejection {
        if (event.reportedCostNanoUsd() >= 0 && account.trusts(event.source())) {
            costNanoUsd = event.reportedCostNanoUsd();
            priceId = NO_PRICE_ID;
            return true;
        }
        String serviceTier =
                event.serviceTier().isPresent() ? event.serviceTier().toString().toLowerCase(Locale.ROOT) : "";
        Priced priced = priced(account, event, serviceTier);
        if (priced == null || !Rates.cover(event.tokens(), priced.rates())) {
            return false;
        }
        try {
            costNanoUsd = CostOf.nanoUsd(event.tokens(), priced.rates(), costs);
        } catch (ArithmeticException e) {
            throw new Rejection(Reason.OVERFLOW, "the event's cost does not fit");
        }
        priceId = priceIds.computeIfAbsent(priced.price(), price -> RatedBatch.quoted(price.id()));
        return true;
    }

    /** Of the event last priced. */
    long costNanoUsd() {
        return costNanoUsd;
    }

    /** Of the event last priced, as JSON; empty for a reported cost. */
    byte[] priceId() {
        return priceId;
    }

    /** The numbers of names have lost their meaning. */
    void forgetNumbers() {
        found.clear();
    }

    private @Nullable Priced priced(MeteredAccount account, ReceivedEvent event, String serviceTier) {
        PriceList overrides = account.overrides();
        if (!overrides.isEmpty()) {
            Priced own = overrides
                    .find(event.model().toString(), textOrNull(event.provider()))
                    .at(event.timeMs(), serviceTier, event.totalInputTokens());
            if (own != null) {
                return own;
            }
        }
        Names names = ledger.names();
        int model = number(names, event.model());
        int provider = number(names, event.provider());
        PriceTimeline timeline = found.get(model, provider);
        if (timeline == null) {
            timeline = catalogue().find(event.model().toString(), textOrNull(event.provider()));
            found.put(model, provider, timeline);
        }
        return timeline.at(event.timeMs(), serviceTier, event.totalInputTokens());
    }

    private PriceList catalogue() {
        PriceList list = catalogue;
        if (list == null) {
            var read = new PriceList();
            ledger.newestRows(StateKeys.allPrices(), StateKeys.afterAllPrices())
                    .forEach((key, value) -> read.put(
                            new String(key.get(), 1, key.get().length - 1, UTF_8), ModelPriceCodec.readAll(value)));
            list = read;
            catalogue = list;
        }
        return list;
    }

    private static int number(Names names, Text text) {
        return names.number(text.bytes(), text.start(), text.length());
    }

    private static @Nullable String textOrNull(Text text) {
        return text.isPresent() ? text.toString() : null;
    }
}

package com.promptmanage.streams.meter;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.promptmanage.streams.intake.EventReader;
import com.promptmanage.streams.intake.ReceivedEvent;
import com.promptmanage.streams.intake.Rejection;
import com.promptmanage.streams.intake.Rejection.Reason;
import com.promptmanage.streams.intake.Text;
import com.promptmanage.streams.ledger.LedgerStore;
import com.promptmanage.streams.ledger.NumberMap;
import com.promptmanage.streams.pricing.CostOf;
import com.promptmanage.streams.pricing.PriceList;
import com.promptmanage.streams.pricing.PriceTimeline.Priced;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.ModelPriceCodec;
import com.promptmanage.topics.pricing.Rates;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the price of an event: what its producer reports if trusted to, the account's own price, or the catalogue's. */
final class Pricing {

    private static final byte[] NO_PRICE_ID = {};

    private final LedgerStore ledger;

    private final PriceList catalogue = new PriceList();

    /** The catalogue, once it was read from the state. */
    private @Nullable KnownPrices known;

    /** In lower case, by the number of the name as it came. */
    private final NumberMap<String> serviceTiers = new NumberMap<>();

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
        KnownPrices before = known();
        ledger.put(StateKeys.prices(key), value);
        long changes = StateKeys.priceChanges(ledger.get(StateKeys.priceChangesKey()));
        ledger.put(StateKeys.priceChangesKey(), StateKeys.priceChangesValue(changes + 1));
        catalogue.put(new String(key, UTF_8), prices);
        before.forget();
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
        Priced priced = priced(account, event, serviceTier(event.serviceTier()));
        if (priced == null || !Rates.cover(event.tokens(), priced.rates())) {
            return false;
        }
        try {
            costNanoUsd = CostOf.nanoUsd(event.tokens(), priced.rates(), costs);
        } catch (ArithmeticException e) {
            throw new Rejection(Reason.OVERFLOW, "the event's cost does not fit");
        }
        priceId = priced.id();
        return true;
    }

    /** Of the event last priced. */
    long costNanoUsd() {
        return costNanoUsd;
    }

    /** Of the event last priced, in UTF-8; empty for a reported cost. */
    byte[] priceId() {
        return priceId;
    }

    /** The numbers of names have lost their meaning. */
    void forgetNumbers() {
        if (known != null) {
            known.forget();
        }
        serviceTiers.clear();
    }

    /** An account's own price for the model is the only one that counts, so that a gap in it shows. */
    private @Nullable Priced priced(MeteredAccount account, ReceivedEvent event, String serviceTier) {
        KnownPrices overrides = account.overrides();
        if (!overrides.isEmpty()) {
            Priced own = overrides
                    .of(ledger.names(), event.model(), event.provider())
                    .at(event.timeMs(), serviceTier, event.totalInputTokens());
            if (own != null) {
                return own;
            }
        }
        return known().of(ledger.names(), event.model(), event.provider())
                .at(event.timeMs(), serviceTier, event.totalInputTokens());
    }

    private KnownPrices known() {
        KnownPrices prices = known;
        if (prices == null) {
            ledger.newestRows(StateKeys.allPrices(), StateKeys.afterAllPrices())
                    .forEach((key, value) -> catalogue.put(
                            new String(key.get(), 1, key.get().length - 1, UTF_8), ModelPriceCodec.readAll(value)));
            prices = new KnownPrices(catalogue);
            known = prices;
        }
        return prices;
    }

    private String serviceTier(Text tier) {
        if (!tier.isPresent()) {
            return "";
        }
        int number = ledger.names().number(tier.bytes(), tier.start(), tier.length());
        String known = serviceTiers.get(number, 0);
        if (known == null) {
            known = tier.toString().toLowerCase(Locale.ROOT);
            serviceTiers.put(number, 0, known);
        }
        return known;
    }
}

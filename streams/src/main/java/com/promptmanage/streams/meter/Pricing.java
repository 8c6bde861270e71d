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
import com.promptmanage.streams.meter.KnownPrices.Known;
import com.promptmanage.streams.pricing.CostOf;
import com.promptmanage.streams.pricing.PriceList;
import com.promptmanage.streams.pricing.PriceTimeline.Priced;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.ModelPriceCodec;
import com.promptmanage.topics.pricing.Rates;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Finds the price of an event: what its producer reports if trusted to, the account's own price, or the catalogue's. And the
 * names under which it counts once it has a price: the catalogue's, or else those of the account's own prices.
 */
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

    private int spelledModel = Names.EMPTY;

    private int spelledProvider = KnownPrices.NO_PROVIDER;

    private int model = Names.EMPTY;

    private int provider = KnownPrices.NO_PROVIDER;

    Pricing(LedgerStore ledger) {
        this.ledger = ledger;
    }

    /**
     * Takes over all versions of a model's price; none if the value is null.
     *
     * @return the versions
     */
    List<ModelPrice> put(byte @Nullable [] key, byte @Nullable [] value) throws Rejection {
        // Packed, a key can be larger than our changelog takes, and a deletion has nothing else to be judged by.
        String name = key == null ? "" : new String(key, UTF_8);
        if (key == null || !Account.isId(name) || !Arrays.equals(name.getBytes(UTF_8), key)) {
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
        catalogue.put(name, prices);
        before.forget();
        return prices;
    }

    /**
     * Prices an event of token usage; the cost is {@link #costNanoUsd} then.
     *
     * @param costs receives the parts of the cost by token kind, nanoUSD; a reported cost has none
     * @return false if there is no price
     * @throws Rejection if the cost is beyond what is plausible for a call
     */
    boolean price(MeteredAccount account, ReceivedEvent event, long[] costs) throws Rejection {
        Priced priced = priced(account, event, serviceTier(event.serviceTier()));
        if (event.reportedCostNanoUsd() >= 0 && account.trusts(event.source())) {
            costNanoUsd = event.reportedCostNanoUsd();
            priceId = NO_PRICE_ID;
            return true;
        }
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

    /** Of the event last asked for, the number of the model's name that it counts under if it has a price. */
    int model() {
        return model;
    }

    /** Likewise of the provider; {@link KnownPrices#NO_PROVIDER} if there is none. */
    int provider() {
        return provider;
    }

    /** Of the event last asked for, the number of the model's name as it came: it counts under that without a price. */
    int spelledModel() {
        return spelledModel;
    }

    /** Likewise of the provider. */
    int spelledProvider() {
        return spelledProvider;
    }

    /** The number of the name under which an account's usage of a model counts once it has a price. */
    int countedAs(MeteredAccount account, String name) {
        Names names = ledger.names();
        int number = names.number(name.getBytes(UTF_8));
        Known listed = known().of(names, number, Names.EMPTY);
        return listed.prices().isListed() || account.overrides().isEmpty()
                ? listed.model()
                : account.overrides().of(names, number, Names.EMPTY).model();
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
        Names names = ledger.names();
        int providerNumber = number(names, event.provider());
        spelledModel = number(names, event.model());
        spelledProvider = event.provider().isPresent() ? providerNumber : KnownPrices.NO_PROVIDER;
        model = spelledModel;
        provider = spelledProvider;
        Known listed = known().of(names, spelledModel, providerNumber);
        countAs(listed);
        KnownPrices overrides = account.overrides();
        if (!overrides.isEmpty()) {
            Known own = overrides.of(names, spelledModel, providerNumber);
            if (!listed.prices().isListed()) {
                countAs(own);
            }
            Priced price = own.prices().at(event.timeMs(), serviceTier, event.totalInputTokens());
            if (price != null) {
                return price;
            }
        }
        return listed.prices().at(event.timeMs(), serviceTier, event.totalInputTokens());
    }

    /** What is not listed goes on counting under the names that it has. */
    private void countAs(Known found) {
        if (found.prices().isListed()) {
            model = found.model();
            provider = found.provider();
        }
    }

    private static int number(Names names, Text text) {
        return names.number(text.bytes(), text.start(), text.length());
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

package com.promptmanage.streams.meter;

import com.promptmanage.streams.intake.Text;
import com.promptmanage.streams.ledger.Buckets;
import com.promptmanage.streams.pricing.PriceList;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.settings.AccountSettings;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An account at work: what the task's thread keeps of it on the heap between events. */
final class MeteredAccount {

    private static final byte LIFETIME_VERSION = 2;

    private final int number;

    private final byte[] name;

    private AccountSettings settings;

    private Buckets buckets;

    private KnownPrices overrides;

    /** The numbers of the tags' names by which spend is seen. */
    private int[] tags = {};

    private final RatedBatch rated = new RatedBatch();

    private List<MeteredBudget> budgets = List.of();

    private long lifetimeCostNanoUsd;

    private long lifetimeTokens;

    /** The earliest quarter-hour with an event. */
    private int firstQuarter = Integer.MAX_VALUE;

    /** The latest. */
    private int lastQuarter = Integer.MIN_VALUE;

    private boolean lifetimeChanged;

    MeteredAccount(int number, byte[] name, AccountSettings settings, byte @Nullable [] lifetime) {
        this.number = number;
        this.name = name;
        this.settings = settings;
        this.buckets = new Buckets(settings.zone());
        this.overrides = new KnownPrices(PriceList.of(settings.priceOverrides()));
        if (lifetime != null) {
            var stored = ByteBuffer.wrap(lifetime);
            if (stored.get() != LIFETIME_VERSION) {
                throw new IllegalStateException("the account's sums have a later format: run a newer program");
            }
            lifetimeCostNanoUsd = stored.getLong();
            lifetimeTokens = stored.getLong();
            firstQuarter = stored.getInt();
            lastQuarter = stored.getInt();
        }
    }

    static int firstQuarter(byte[] lifetime) {
        return ByteBuffer.wrap(lifetime).getInt(1 + 2 * Long.BYTES);
    }

    static int lastQuarter(byte[] lifetime) {
        return ByteBuffer.wrap(lifetime).getInt(1 + 2 * Long.BYTES + Integer.BYTES);
    }

    int number() {
        return number;
    }

    byte[] name() {
        return name;
    }

    Account account() {
        return settings.account();
    }

    AccountSettings settings() {
        return settings;
    }

    Buckets buckets() {
        return buckets;
    }

    int[] tags() {
        return tags;
    }

    RatedBatch rated() {
        return rated;
    }

    List<MeteredBudget> budgets() {
        return budgets;
    }

    void changeSettings(AccountSettings newSettings) {
        if (!newSettings.zone().equals(settings.zone())) {
            buckets = new Buckets(newSettings.zone());
        }
        settings = newSettings;
        overrides = new KnownPrices(PriceList.of(newSettings.priceOverrides()));
    }

    KnownPrices overrides() {
        return overrides;
    }

    /** Whether the cost that a source reports wins over the price list. */
    boolean trusts(Text source) {
        Set<String> trusted = settings.trustedCostSources();
        return !trusted.isEmpty() && (trusted.contains("*") || trusted.contains(source.toString()));
    }

    void seeBy(int[] newTags) {
        tags = newTags;
    }

    void limitBy(List<MeteredBudget> newBudgets) {
        budgets = newBudgets;
    }

    /**
     * Whether the account's sums can take so much more. Every row of the account is at most its lifetime sum, so where
     * that fits none can overflow.
     */
    boolean hasRoomFor(long costNanoUsd, long tokens) {
        return lifetimeCostNanoUsd <= Long.MAX_VALUE - costNanoUsd && lifetimeTokens <= Long.MAX_VALUE - tokens;
    }

    int firstQuarter() {
        return firstQuarter;
    }

    int lastQuarter() {
        return lastQuarter;
    }

    void addToLifetime(int quarter, long costNanoUsd, long tokens) {
        firstQuarter = Math.min(firstQuarter, quarter);
        lastQuarter = Math.max(lastQuarter, quarter);
        lifetimeCostNanoUsd += costNanoUsd;
        lifetimeTokens += tokens;
        lifetimeChanged = true;
    }

    /** The sums to store, or null if they have not changed since the last call. */
    byte @Nullable [] takeChangedLifetime() {
        if (!lifetimeChanged) {
            return null;
        }
        lifetimeChanged = false;
        return ByteBuffer.allocate(1 + 2 * Long.BYTES + 2 * Integer.BYTES)
                .put(LIFETIME_VERSION)
                .putLong(lifetimeCostNanoUsd)
                .putLong(lifetimeTokens)
                .putInt(firstQuarter)
                .putInt(lastQuarter)
                .array();
    }
}

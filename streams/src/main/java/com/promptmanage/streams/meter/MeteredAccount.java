package com.promptmanage.streams.meter;

import com.promptmanage.streams.intake.Text;
import com.promptmanage.streams.ledger.Buckets;
import com.promptmanage.streams.ledger.Extent;
import com.promptmanage.streams.ledger.LedgerStore;
import com.promptmanage.streams.pricing.PriceList;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.settings.AccountSettings;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An account at work: what the task's thread keeps of it on the heap between events. */
final class MeteredAccount implements LedgerStore.Account {

    private static final byte LIFETIME_VERSION = 3;

    /** Did not say from when on rows are kept: nothing was dropped yet. */
    private static final byte LIFETIME_VERSION_BEFORE = 2;

    private static final int LIFETIME_BYTES = 1 + 2 * Long.BYTES + 3 * Integer.BYTES;

    private final int number;

    private final byte[] name;

    private final int partition;

    private AccountSettings settings;

    private Buckets buckets;

    private KnownPrices overrides;

    /** The numbers of the tags' names by which spend is seen. */
    private int[] tags = {};

    private final RatedBatch rated = new RatedBatch();

    private List<MeteredBudget> budgets = List.of();

    private long lifetimeCostNanoUsd;

    private long lifetimeTokens;

    private Extent extent = Extent.NOTHING;

    private int rowsUpToQuarter;

    private boolean lifetimeChanged;

    /** @param partition the one that it is on, wherever its records are put */
    MeteredAccount(int number, byte[] name, int partition, AccountSettings settings, byte @Nullable [] lifetime) {
        this.number = number;
        this.name = name;
        this.partition = partition;
        this.settings = settings;
        this.buckets = new Buckets(settings.zone());
        this.overrides = new KnownPrices(PriceList.of(settings.priceOverrides()));
        if (lifetime != null) {
            extent = extentOf(lifetime);
            lifetimeCostNanoUsd = ByteBuffer.wrap(lifetime).getLong(1);
            lifetimeTokens = ByteBuffer.wrap(lifetime).getLong(1 + Long.BYTES);
        }
        rowsUpToQuarter = extent.lastQuarter();
    }

    static Extent extentOf(byte[] lifetime) {
        var stored = ByteBuffer.wrap(lifetime);
        byte version = stored.get();
        if (version != LIFETIME_VERSION && version != LIFETIME_VERSION_BEFORE) {
            throw new IllegalStateException("the account's sums have a later format: run a newer program");
        }
        stored.position(1 + 2 * Long.BYTES);
        return new Extent(
                stored.getInt(),
                stored.getInt(),
                version == LIFETIME_VERSION_BEFORE ? Extent.ALL_KEPT : stored.getInt());
    }

    int number() {
        return number;
    }

    byte[] name() {
        return name;
    }

    int partition() {
        return partition;
    }

    Account account() {
        return settings.account();
    }

    AccountSettings settings() {
        return settings;
    }

    @Override
    public Buckets buckets() {
        return buckets;
    }

    @Override
    public int keptFromQuarter() {
        return extent.keptFromQuarter();
    }

    @Override
    public int rowsUpToQuarter() {
        return rowsUpToQuarter;
    }

    @Override
    public void hasRowOf(int quarter) {
        rowsUpToQuarter = Math.max(rowsUpToQuarter, quarter);
    }

    Extent extent() {
        return extent;
    }

    /** From now on rows begin here, as {@link Extent#keptFromQuarter} says. */
    void keepFrom(int quarter) {
        extent = new Extent(extent.firstQuarter(), extent.lastQuarter(), quarter);
        lifetimeChanged = true;
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

    void addToLifetime(int quarter, long costNanoUsd, long tokens) {
        if (quarter < extent.firstQuarter() || quarter > extent.lastQuarter()) {
            extent = new Extent(
                    Math.min(extent.firstQuarter(), quarter),
                    Math.max(extent.lastQuarter(), quarter),
                    extent.keptFromQuarter());
        }
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
        return ByteBuffer.allocate(LIFETIME_BYTES)
                .put(LIFETIME_VERSION)
                .putLong(lifetimeCostNanoUsd)
                .putLong(lifetimeTokens)
                .putInt(extent.firstQuarter())
                .putInt(extent.lastQuarter())
                .putInt(extent.keptFromQuarter())
                .array();
    }
}

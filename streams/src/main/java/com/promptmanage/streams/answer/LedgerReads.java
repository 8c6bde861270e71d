package com.promptmanage.streams.answer;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.promptmanage.streams.ledger.Amounts;
import com.promptmanage.streams.ledger.Buckets;
import com.promptmanage.streams.ledger.Cover;
import com.promptmanage.streams.ledger.Extent;
import com.promptmanage.streams.ledger.LedgerStore;
import com.promptmanage.streams.meter.StateKeys;
import com.promptmanage.streams.pricing.CostOf;
import com.promptmanage.streams.pricing.PriceList;
import com.promptmanage.streams.pricing.PriceTimeline;
import com.promptmanage.streams.pricing.PriceTimeline.Priced;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.BudgetSpend;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.streams.read.SpendQuery.Step;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.BudgetCodec;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period.Window;
import com.promptmanage.topics.pricing.CallPrices;
import com.promptmanage.topics.pricing.ModelName;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.ModelPriceCodec;
import com.promptmanage.topics.pricing.Rates;
import com.promptmanage.topics.settings.AccountSettings;
import com.promptmanage.topics.settings.AccountSettingsCodec;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/** Answers about the accounts of one partition from its committed rows. Thread-safe. */
public final class LedgerReads implements AccountReads {

    private static final long[] NOTHING = new long[Amounts.WIDTH];

    private final LedgerStore ledger;

    private final LongSupplier lag;

    /** @param lag how many records this copy is behind */
    public LedgerReads(LedgerStore ledger, LongSupplier lag) {
        this.ledger = ledger;
        this.lag = lag;
    }

    @Override
    public List<SpendEntry> spend(SpendQuery query) {
        return ledger.atOneCommit(() -> spendNow(query));
    }

    private List<SpendEntry> spendNow(SpendQuery query) {
        Extent extent = extent(query.account());
        Buckets buckets = new Buckets(settings(query.account()).zone());
        int from = Buckets.quarter(query.fromMs());
        int to = (int) Math.ceilDiv(query.toMs(), Buckets.QUARTER_MS);
        var starts = new ArrayList<Long>();
        var runs = new ArrayList<List<Cover.Run>>();
        if (query.step() == Step.WHOLE) {
            starts.add(query.fromMs());
            runs.add(extent.cover(buckets, query.fromMs(), query.toMs()));
        } else {
            var steps = new Buckets(query.zone());
            for (int start = from; start < to; ) {
                int end = Math.min(to, Math.max(start + 1, endOfStep(steps, query.step(), start)));
                starts.add(stepStartMs(steps, query.step(), start));
                runs.add(extent.cover(buckets, Buckets.quarterStartMs(start), Buckets.quarterStartMs(end)));
                start = end;
            }
        }
        return entries(query, starts, runs);
    }

    private List<SpendEntry> entries(SpendQuery query, List<Long> starts, List<List<Cover.Run>> runs) {
        Account account = query.account();
        boolean whole = query.dimension().kind() == Dimension.Kind.ACCOUNT;
        String value = whole ? null : query.value();
        var sums = new StepSums(ledger, account.key(), query.dimension(), value == null ? null : value.getBytes(UTF_8));
        List<Map<Bytes, long[]>> steps = sums.of(runs);
        var entries = new ArrayList<SpendEntry>();
        for (int i = 0; i < steps.size(); i++) {
            long startMs = starts.get(i);
            new TreeMap<>(steps.get(i))
                    .forEach((name, amounts) -> entries.add(new SpendEntry(
                            whole ? account.value() : new String(name.get(), UTF_8), startMs, spend(amounts))));
        }
        return entries;
    }

    private static int endOfStep(Buckets steps, Step step, int quarter) {
        return switch (step) {
            case QUARTER_HOUR, WHOLE -> quarter + 1;
            case HOUR -> hourStart(steps, quarter) + 4;
            case DAY -> steps.dayStart(steps.day(quarter) + 1);
            case MONTH -> steps.monthStart(steps.month(quarter) + 1);
        };
    }

    private static long stepStartMs(Buckets steps, Step step, int quarter) {
        int start = switch (step) {
            case QUARTER_HOUR, WHOLE -> quarter;
            case HOUR -> hourStart(steps, quarter);
            case DAY -> steps.dayStart(steps.day(quarter));
            case MONTH -> steps.monthStart(steps.month(quarter));
        };
        return Buckets.quarterStartMs(start);
    }

    /** Local hours begin on quarters that depend on the zone's offset. */
    private static int hourStart(Buckets steps, int quarter) {
        int offsetSeconds = steps.zone()
                .getRules()
                .getOffset(java.time.Instant.ofEpochMilli(Buckets.quarterStartMs(quarter)))
                .getTotalSeconds();
        return quarter - Math.floorMod(quarter + offsetSeconds / 900, 4);
    }

    @Override
    public List<BudgetSpend> budgets(Account account, long nowMs) {
        return ledger.atOneCommit(() -> budgetsNow(account, nowMs));
    }

    private List<BudgetSpend> budgetsNow(Account account, long nowMs) {
        var spends = new ArrayList<BudgetSpend>();
        for (Budget budget : definitions(account)) {
            Window window = budget.period().windowAt(nowMs);
            if (budget.isForEach()) {
                var sums = new StepSums(ledger, account.key(), budget.dimension(), null);
                new TreeMap<>(sums.ofOne(cover(account, window)))
                        .forEach((value, amounts) -> spends.add(new BudgetSpend(
                                budget, new String(value.get(), UTF_8), window, partOf(budget, amounts))));
            } else {
                spends.add(spend(budget, limited(budget), window));
            }
        }
        return spends;
    }

    @Override
    public List<BudgetSpend> covering(TokenUsage call, long nowMs) {
        return ledger.atOneCommit(() -> coveringNow(call, nowMs));
    }

    private List<BudgetSpend> coveringNow(TokenUsage call, long nowMs) {
        var spends = new ArrayList<BudgetSpend>();
        PriceTimeline listed = listed(call.account(), call.model(), call.provider());
        for (Budget budget : definitions(call.account())) {
            String value = valueOf(call, listed, budget.dimension());
            if (budget.covers(value) || limited(budget).equals(value)) {
                Window window = budget.period().windowAt(nowMs);
                spends.add(spend(budget, value == null ? budget.value() : value, window));
            }
        }
        return spends;
    }

    private BudgetSpend spend(Budget budget, String value, Window window) {
        Account account = budget.account();
        boolean whole = budget.dimension().kind() == Dimension.Kind.ACCOUNT;
        byte[] name = whole ? new byte[0] : value.getBytes(UTF_8);
        long[] amounts = new StepSums(ledger, account.key(), budget.dimension(), name)
                .ofOne(cover(account, window))
                .getOrDefault(Bytes.wrap(name), NOTHING);
        return new BudgetSpend(budget, whole ? account.value() : value, window, partOf(budget, amounts));
    }

    /** The value that a budget limits: a model by the name that its usage counts under, whichever it was given. */
    private String limited(Budget budget) {
        return budget.dimension().kind() == Dimension.Kind.MODEL && !budget.isForEach()
                ? countedModel(budget.account(), budget.value())
                : budget.value();
    }

    @Override
    public String countedModel(Account account, String model) {
        PriceTimeline listed = listed(account, model, null);
        return listed.isListed() ? listed.model() : model;
    }

    /** As the meter names what it counts: by the catalogue, or else by the account's own prices. */
    private PriceTimeline listed(Account account, String model, @Nullable String provider) {
        PriceTimeline listed = catalogue().find(model, provider);
        return listed.isListed()
                ? listed
                : PriceList.of(settings(account).priceOverrides()).find(model, provider);
    }

    private List<Cover.Run> cover(Account account, Window window) {
        return extent(account).cover(new Buckets(settings(account).zone()), window.startMs(), window.endMs());
    }

    private Extent extent(Account account) {
        return StateKeys.extent(ledger.committed(StateKeys.lifetime(account.key())));
    }

    private static @Nullable String valueOf(TokenUsage call, PriceTimeline listed, Dimension dimension) {
        return switch (dimension.kind()) {
            case ACCOUNT -> call.account().value();
            case MEMBER -> call.userId();
            case MODEL -> listed.isListed() ? listed.model() : call.model();
            case PROVIDER -> provider(call.provider(), listed);
            case WORKFLOW -> call.workflowId();
            case PROMPT -> call.promptId();
            case API_KEY -> call.apiKeyId();
            case EXECUTION_TYPE -> call.executionType().value();
            case TAG -> call.tags().get(dimension.tag());
            case EVENT_TYPE -> null;
        };
    }

    private static @Nullable String provider(@Nullable String named, PriceTimeline listed) {
        return listed.isListed() && (named == null || listed.isOf(named)) ? listed.provider() : named;
    }

    private static long partOf(Budget budget, long[] amounts) {
        return switch (budget.limit()) {
            case Limit.Spend spend -> amounts[Amounts.COST_NANO_USD];
            case Limit.Tokens tokens ->
                Arrays.stream(amounts, Amounts.TOKENS, Amounts.WIDTH).sum();
        };
    }

    @Override
    public OptionalLong quote(TokenUsage call, long atMs) {
        long[] tokens = call.tokens().toArray();
        String serviceTier =
                call.serviceTier() == null ? "" : call.serviceTier().toLowerCase(Locale.ROOT);
        // As the meter does: an account's own price is the only one that counts, even where it has a gap.
        for (PriceList prices : List.of(PriceList.of(settings(call.account()).priceOverrides()), catalogue())) {
            Priced priced = prices.find(call.model(), call.provider())
                    .at(atMs, serviceTier, call.tokens().totalInput());
            if (priced != null) {
                return Rates.cover(tokens, priced.rates())
                        ? OptionalLong.of(costOf(tokens, priced.rates()))
                        : OptionalLong.empty();
            }
        }
        return OptionalLong.empty();
    }

    /** What does not fit is above every limit: who asks beforehand is to hear that, and not of a failure. */
    private static long costOf(long[] tokens, long[] rates) {
        try {
            return CostOf.nanoUsd(tokens, rates);
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }

    @Override
    public CallPrices prices(TokenUsage call, long atMs) {
        List<ModelPrice> overrides = settings(call.account()).priceOverrides();
        return new CallPrices(
                overrides.isEmpty() ? List.of() : ownPrices(overrides, call, atMs),
                inForce(catalogue(), call.model(), call, atMs));
    }

    private static List<ModelPrice> ownPrices(List<ModelPrice> overrides, TokenUsage call, long atMs) {
        PriceList prices = PriceList.of(overrides);
        List<String> keys = ModelName.keys(call.model());
        // What is left when all that is added to a model's name is taken off is in each of its names.
        String bare = keys.isEmpty() ? "" : keys.getLast();
        Set<ModelPrice> own = new LinkedHashSet<>();
        inForce(prices, call.model(), call, atMs).ifPresent(own::add);
        for (ModelPrice override : overrides) {
            for (String name : names(override)) {
                if (ModelName.key(name).contains(bare)) {
                    inForce(prices, name, call, atMs).ifPresent(own::add);
                }
            }
        }
        return List.copyOf(own);
    }

    private static List<String> names(ModelPrice price) {
        var names = new ArrayList<String>(price.aliases());
        names.add(price.model());
        return names;
    }

    /** Of any tier: which one a call is in is known when it has been made. */
    private static Optional<ModelPrice> inForce(PriceList prices, String model, TokenUsage call, long atMs) {
        return Optional.ofNullable(prices.find(model, call.provider()).at(atMs, "", 0))
                .map(Priced::price);
    }

    @Override
    public long committedOffset() {
        return ledger.committedPosition();
    }

    @Override
    public long lagRecords() {
        return lag.getAsLong();
    }

    @Override
    public <T> T atOneCommit(Supplier<T> reads) {
        return ledger.atOneCommit(reads);
    }

    @Override
    public AccountSettings settings(Account account) {
        byte[] stored = ledger.committed(StateKeys.account(account.key()));
        return stored == null ? AccountSettings.defaults(account) : AccountSettingsCodec.read(stored);
    }

    @Override
    public List<Budget> definitions(Account account) {
        byte[] stored = ledger.committed(StateKeys.budgets(account.key()));
        return stored == null ? List.of() : BudgetCodec.readAll(stored);
    }

    /** The price list as committed, and what the state looked like when it was read. */
    private record Listed(long changes, PriceList prices) {}

    private volatile @Nullable Listed listed;

    private PriceList catalogue() {
        long changes = StateKeys.priceChanges(ledger.committed(StateKeys.priceChangesKey()));
        Listed known = listed;
        if (known == null || known.changes() != changes) {
            var prices = new PriceList();
            ledger.scan(
                    StateKeys.allPrices(),
                    StateKeys.afterAllPrices(),
                    (key, value) ->
                            prices.put(new String(key, 1, key.length - 1, UTF_8), ModelPriceCodec.readAll(value)));
            known = new Listed(changes, prices);
            listed = known;
        }
        return known.prices();
    }

    private static Spend spend(long[] amounts) {
        return new Spend(
                amounts[Amounts.EVENTS],
                amounts[Amounts.UNPRICED_EVENTS],
                amounts[Amounts.COST_NANO_USD],
                TokenCounts.ofSums(Arrays.copyOfRange(amounts, Amounts.TOKENS, Amounts.WIDTH)));
    }
}

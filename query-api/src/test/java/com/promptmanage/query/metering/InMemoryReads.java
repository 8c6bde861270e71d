package com.promptmanage.query.metering;

import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.BudgetSpend;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period.Window;
import com.promptmanage.topics.pricing.CallPrices;
import com.promptmanage.topics.settings.AccountSettings;
import com.promptmanage.topics.usage.TokenUsage;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Answers by going through every event, so that there is nothing to get wrong. */
public final class InMemoryReads implements AccountReads {

    private static final long QUARTER_MS = 900_000;

    private record Event(TokenUsage usage, long atMs, OptionalLong costNanoUsd) {

        Spend spend() {
            return new Spend(1, costNanoUsd.isPresent() ? 0 : 1, costNanoUsd.orElse(0), usage.tokens());
        }
    }

    private record Step(String value, long startMs) {}

    private final List<Event> events = new ArrayList<>();

    private final Map<Account, List<Budget>> budgets = new HashMap<>();

    private final Map<String, ToLongFunction<TokenUsage>> prices = new HashMap<>();

    private final Map<String, CallPrices> callPrices = new HashMap<>();

    private final Map<String, String> countedModels = new HashMap<>();

    private int committed;

    private long lagRecords;

    /** From now on calls of a model cost this, nanoUSD. */
    public synchronized void price(String model, ToLongFunction<TokenUsage> costNanoUsd) {
        prices.put(model, costNanoUsd);
    }

    /** From now on calls of a model may be charged by these. */
    public synchronized void callPrices(String model, CallPrices of) {
        callPrices.put(model, of);
    }

    /** From now on it is known that usage of a model counts under another name of it. */
    public synchronized void countedModel(String name, String counted) {
        countedModels.put(name, counted);
    }

    public synchronized void lagRecords(long records) {
        lagRecords = records;
    }

    synchronized long add(TokenUsage usage, long atMs) {
        events.add(new Event(usage, atMs, quote(usage, atMs)));
        return events.size() - 1L;
    }

    synchronized Collection<Account> commit() {
        Set<Account> changed = new HashSet<>();
        events.subList(committed, events.size())
                .forEach(event -> changed.add(event.usage().account()));
        committed = events.size();
        return changed;
    }

    synchronized void budgets(Account account, List<Budget> of) {
        budgets.put(account, List.copyOf(of));
    }

    @Override
    public synchronized List<SpendEntry> spend(SpendQuery query) {
        long fromMs = Math.floorDiv(query.fromMs(), QUARTER_MS) * QUARTER_MS;
        long toMs = -Math.floorDiv(-query.toMs(), QUARTER_MS) * QUARTER_MS;
        var steps = new TreeMap<Step, Spend>(
                java.util.Comparator.comparingLong(Step::startMs).thenComparing(Step::value));
        for (Event event : events.subList(0, committed)) {
            String value = valueOf(event.usage(), query.dimension());
            if (event.usage().account().equals(query.account())
                    && event.atMs() >= fromMs
                    && event.atMs() < toMs
                    && value != null
                    && (query.value() == null || query.value().equals(value))) {
                steps.merge(new Step(value, startOf(event.atMs(), query, fromMs)), event.spend(), Spend::plus);
            }
        }
        return steps.entrySet().stream()
                .map(step -> new SpendEntry(step.getKey().value(), step.getKey().startMs(), step.getValue()))
                .toList();
    }

    @Override
    public synchronized List<BudgetSpend> budgets(Account account, long nowMs) {
        var spends = new ArrayList<BudgetSpend>();
        for (Budget budget : budgets.getOrDefault(account, List.of())) {
            Window window = budget.period().windowAt(nowMs);
            var byValue = new TreeMap<String, Long>();
            if (!budget.isForEach()) {
                byValue.put(budget.dimension().equals(Dimension.ACCOUNT) ? account.value() : budget.value(), 0L);
            }
            for (Event event : events.subList(0, committed)) {
                String value = valueOf(event.usage(), budget.dimension());
                if (event.usage().account().equals(account)
                        && window.contains(event.atMs())
                        && budget.covers(value)
                        && value != null) {
                    byValue.merge(value, amount(budget.limit(), event.spend()), Long::sum);
                }
            }
            byValue.forEach((value, spent) -> spends.add(new BudgetSpend(budget, value, window, spent)));
        }
        return spends;
    }

    @Override
    public synchronized List<BudgetSpend> covering(TokenUsage call, long nowMs) {
        var spends = new ArrayList<BudgetSpend>();
        for (Budget budget : budgets.getOrDefault(call.account(), List.of())) {
            String value = valueOf(call, budget.dimension());
            if (value != null && budget.covers(value)) {
                Window window = budget.period().windowAt(nowMs);
                long spent = events.subList(0, committed).stream()
                        .filter(event -> event.usage().account().equals(call.account())
                                && window.contains(event.atMs())
                                && value.equals(valueOf(event.usage(), budget.dimension())))
                        .mapToLong(event -> amount(budget.limit(), event.spend()))
                        .sum();
                spends.add(new BudgetSpend(budget, value, window, spent));
            }
        }
        return spends;
    }

    @Override
    public synchronized String countedModel(Account account, String model) {
        return countedModels.getOrDefault(model, model);
    }

    @Override
    public synchronized List<Budget> definitions(Account account) {
        return budgets.getOrDefault(account, List.of());
    }

    @Override
    public synchronized OptionalLong quote(TokenUsage call, long atMs) {
        ToLongFunction<TokenUsage> price = prices.get(call.model());
        return price == null ? OptionalLong.empty() : OptionalLong.of(price.applyAsLong(call));
    }

    @Override
    public synchronized CallPrices prices(TokenUsage call, long atMs) {
        return callPrices.getOrDefault(call.model(), new CallPrices(List.of(), Optional.empty()));
    }

    @Override
    public synchronized AccountSettings settings(Account account) {
        return new AccountSettings(account, ZoneOffset.UTC, List.of("env"), Set.of(), List.of());
    }

    @Override
    public synchronized <T> T atOneCommit(Supplier<T> reads) {
        return reads.get();
    }

    @Override
    public synchronized long committedOffset() {
        return committed - 1L;
    }

    @Override
    public synchronized long lagRecords() {
        return lagRecords;
    }

    private static long startOf(long atMs, SpendQuery query, long fromMs) {
        ZonedDateTime at = Instant.ofEpochMilli(atMs).atZone(query.zone());
        return switch (query.step()) {
            case QUARTER_HOUR -> Math.floorDiv(atMs, QUARTER_MS) * QUARTER_MS;
            case HOUR -> at.truncatedTo(ChronoUnit.HOURS).toInstant().toEpochMilli();
            case DAY -> at.toLocalDate().atStartOfDay(query.zone()).toInstant().toEpochMilli();
            case MONTH ->
                at.toLocalDate()
                        .withDayOfMonth(1)
                        .atStartOfDay(query.zone())
                        .toInstant()
                        .toEpochMilli();
            case WHOLE -> fromMs;
        };
    }

    private static long amount(Limit limit, Spend spend) {
        return switch (limit) {
            case Limit.Spend money -> spend.costNanoUsd();
            case Limit.Tokens tokens -> spend.tokens().total();
        };
    }

    private static @Nullable String valueOf(TokenUsage usage, Dimension dimension) {
        return switch (dimension.kind()) {
            case ACCOUNT -> usage.account().value();
            case MEMBER -> usage.userId();
            case MODEL -> usage.model();
            case PROVIDER -> usage.provider();
            case WORKFLOW -> usage.workflowId();
            case PROMPT -> usage.promptId();
            case API_KEY -> usage.apiKeyId();
            case EXECUTION_TYPE -> usage.executionType().value();
            case TAG -> usage.tags().get(dimension.tag());
            case EVENT_TYPE -> null;
        };
    }
}

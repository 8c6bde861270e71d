package com.promptmanage.query.budget;

import com.promptmanage.query.spend.Forecast;
import com.promptmanage.query.spend.PastDays;
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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How far each of an account's budgets has got at a moment. A budget that was made or changed a moment ago has no counter in
 * the stream yet; what it has spent is then read off the ledger, of which the counter is going to be made.
 */
final class Progresses {

    private static final Comparator<Progress> FURTHEST_FIRST =
            Comparator.comparingLong(Progress::spent).reversed().thenComparing(Progress::value);

    private final AccountReads reads;

    private final long nowMs;

    private final Map<String, List<BudgetSpend>> counted;

    /** What was read for one budget serves the others of the same kind. */
    private final Map<Past, Map<String, PastDays>> past = new HashMap<>();

    private record Past(PastDays.Of of, boolean ofTokens) {}

    Progresses(AccountReads reads, Account account, long nowMs) {
        this.reads = reads;
        this.nowMs = nowMs;
        this.counted = reads.budgets(account, nowMs).stream()
                .collect(Collectors.groupingBy(spend -> spend.budget().id()));
    }

    /** One for each value that has spend, the furthest first; of a budget with one value, always that one. */
    List<Progress> of(Budget budget) {
        List<BudgetSpend> spends = counted.getOrDefault(budget.id(), List.of()).stream()
                .filter(spend -> spend.budget().version() == budget.version())
                .toList();
        boolean isKnown = budget.isForEach() ? isKnown(budget) : !spends.isEmpty();
        return isKnown
                ? spends.stream().map(Progress::of).sorted(FURTHEST_FIRST).toList()
                : fromLedger(budget);
    }

    /** Where it is heading. */
    Forecast forecast(Progress progress) {
        Budget budget = progress.budget();
        boolean isWhole = budget.dimension().equals(Dimension.ACCOUNT);
        var of = new PastDays.Of(
                budget.account(),
                budget.dimension(),
                isWhole || budget.isForEach() ? null : progress.value(),
                budget.period().zone());
        PastDays days = past.computeIfAbsent(
                        new Past(of, progress.isOfTokens()),
                        wanted -> PastDays.read(reads, of, spend -> amount(budget.limit(), spend), nowMs))
                .getOrDefault(progress.value(), PastDays.NONE);
        return Forecast.of(progress.spent(), progress.window(), of.zone(), days, nowMs);
    }

    /** A budget for each value that has none yet may be unknown or unspent; in either case the ledger knows. */
    private boolean isKnown(Budget budget) {
        return counted.containsKey(budget.id())
                && counted.get(budget.id()).getFirst().budget().version() == budget.version();
    }

    private List<Progress> fromLedger(Budget budget) {
        Window window = budget.period().windowAt(nowMs);
        boolean isWhole = budget.dimension().equals(Dimension.ACCOUNT);
        String value = budget.dimension().equals(Dimension.MODEL) && !budget.isForEach()
                ? reads.countedModel(budget.account(), budget.value())
                : budget.value();
        List<SpendEntry> entries = reads.spend(new SpendQuery(
                budget.account(),
                budget.dimension(),
                isWhole || budget.isForEach() ? null : value,
                window.startMs(),
                window.endMs(),
                budget.period().zone(),
                SpendQuery.Step.WHOLE));
        if (entries.isEmpty() && !budget.isForEach()) {
            return List.of(new Progress(budget, isWhole ? budget.account().value() : value, window, 0));
        }
        return entries.stream()
                .map(entry -> new Progress(budget, entry.value(), window, amount(budget.limit(), entry.spend())))
                .sorted(FURTHEST_FIRST)
                .toList();
    }

    private static long amount(Limit limit, Spend spend) {
        return switch (limit) {
            case Limit.Spend money -> spend.costNanoUsd();
            case Limit.Tokens tokens -> spend.tokens().total();
        };
    }
}

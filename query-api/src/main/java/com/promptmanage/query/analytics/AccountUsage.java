package com.promptmanage.query.analytics;

import com.promptmanage.query.saving.Savings;
import com.promptmanage.query.usage.StatsRange;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.BudgetSpend;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.streams.read.SpendQuery.Step;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What an account used in a range, from one commit of its ledger.
 *
 * @param previous in as much time before
 * @param days by the days of the range's zone, those without use left out
 * @param members dearest first
 * @param models dearest first
 * @param budgets of the account, each with what is spent of it now
 * @param unspent the budgets of each member, as they stand for one who has spent nothing of them
 */
public record AccountUsage(
        Spend total,
        Spend previous,
        SortedMap<LocalDate, Spend> days,
        List<SpendEntry> members,
        List<SpendEntry> models,
        List<BudgetSpend> budgets,
        List<BudgetSpend> unspent,
        Savings savings) {

    private static final Comparator<SpendEntry> DEAREST_FIRST = Comparator.comparingLong(
                    (SpendEntry entry) -> entry.spend().costNanoUsd())
            .thenComparingLong(entry -> entry.spend().tokens().total())
            .reversed()
            .thenComparing(SpendEntry::value);

    public AccountUsage {
        members = members.stream().sorted(DEAREST_FIRST).toList();
        models = models.stream().sorted(DEAREST_FIRST).toList();
        budgets = List.copyOf(budgets);
        unspent = List.copyOf(unspent);
    }

    public static AccountUsage read(AccountReads reads, Account account, StatsRange range, Instant now) {
        return reads.atOneCommit(() -> {
            var days = new TreeMap<LocalDate, Spend>();
            spend(reads, account, Dimension.ACCOUNT, range, Step.DAY)
                    .forEach(entry -> days.merge(
                            Instant.ofEpochMilli(entry.startMs())
                                    .atZone(range.zone())
                                    .toLocalDate(),
                            entry.spend(),
                            Spend::plus));
            return new AccountUsage(
                    days.values().stream().reduce(Spend.NONE, Spend::plus),
                    previous(reads, account, range),
                    days,
                    account.isTeam() ? spend(reads, account, Dimension.MEMBER, range, Step.WHOLE) : List.of(),
                    spend(reads, account, Dimension.MODEL, range, Step.WHOLE),
                    reads.budgets(account, now.toEpochMilli()),
                    ofEachMember(reads.definitions(account), now.toEpochMilli()),
                    Savings.read(reads, account, range.fromMs(), range.toMs(), range.zone(), now.toEpochMilli()));
        });
    }

    /** Of the budgets of money for the whole account, the one that has got furthest. */
    public Optional<BudgetSpend> accountBudget() {
        return furthest(
                budgets.stream().filter(spend -> spend.budget().dimension().equals(Dimension.ACCOUNT)));
    }

    /** Of the budgets of money for one member, the one that has got furthest. */
    public Optional<BudgetSpend> memberBudget(String userId) {
        return furthest(budgets.stream()
                .filter(spend -> spend.budget().dimension().equals(Dimension.MEMBER)
                        && spend.value().equals(userId)));
    }

    /** Of the budgets of money for each member, the one of a member who has spent nothing of any. */
    public Optional<BudgetSpend> unspentMemberBudget() {
        return furthest(unspent.stream());
    }

    /** What was used in each step of the calendar, those without use included, up to today. */
    public Map<LocalDate, Spend> series(StatsRange range, Interval interval, Instant now) {
        var series = new TreeMap<LocalDate, Spend>();
        LocalDate today = now.atZone(range.zone()).toLocalDate();
        LocalDate last = day(range, range.toMs() - 1);
        for (LocalDate day = day(range, range.fromMs());
                !day.isAfter(last) && !day.isAfter(today);
                day = day.plusDays(1)) {
            series.putIfAbsent(interval.startOf(day), Spend.NONE);
        }
        days.forEach((day, spend) -> series.merge(interval.startOf(day), spend, Spend::plus));
        return series;
    }

    private static List<BudgetSpend> ofEachMember(List<Budget> definitions, long nowMs) {
        return definitions.stream()
                .filter(budget -> budget.dimension().equals(Dimension.MEMBER) && budget.isForEach())
                .map(budget ->
                        new BudgetSpend(budget, budget.value(), budget.period().windowAt(nowMs), 0))
                .toList();
    }

    private static LocalDate day(StatsRange range, long epochMs) {
        return Instant.ofEpochMilli(epochMs).atZone(range.zone()).toLocalDate();
    }

    private static Optional<BudgetSpend> furthest(Stream<BudgetSpend> budgets) {
        return budgets.filter(spend -> spend.budget().limit() instanceof Limit.Spend)
                .max((one, other) -> BigInteger.valueOf(one.spent())
                        .multiply(BigInteger.valueOf(other.budget().limit().amount()))
                        .compareTo(BigInteger.valueOf(other.spent())
                                .multiply(
                                        BigInteger.valueOf(one.budget().limit().amount()))));
    }

    private static Spend previous(AccountReads reads, Account account, StatsRange range) {
        if (range.previousFromMs() >= range.previousToMs()) {
            return Spend.NONE;
        }
        return reads
                .spend(new SpendQuery(
                        account,
                        Dimension.ACCOUNT,
                        null,
                        range.previousFromMs(),
                        range.previousToMs(),
                        range.zone(),
                        Step.WHOLE))
                .stream()
                .map(SpendEntry::spend)
                .reduce(Spend.NONE, Spend::plus);
    }

    private static List<SpendEntry> spend(
            AccountReads reads, Account account, Dimension dimension, StatsRange range, Step step) {
        return range.fromMs() >= range.toMs()
                ? List.of()
                : reads.spend(
                        new SpendQuery(account, dimension, null, range.fromMs(), range.toMs(), range.zone(), step));
    }
}

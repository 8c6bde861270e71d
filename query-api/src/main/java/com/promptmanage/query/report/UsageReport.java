package com.promptmanage.query.report;

import com.promptmanage.query.analytics.AccountUsage;
import com.promptmanage.query.report.Report.Day;
import com.promptmanage.query.report.Report.Figure;
import com.promptmanage.query.report.Report.Table;
import com.promptmanage.query.saving.Saving;
import com.promptmanage.query.saving.SavingsJson;
import com.promptmanage.query.spend.Ratio;
import com.promptmanage.query.usage.StatsRange;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.BudgetSpend;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.money.ShownUsd;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Writes the report of one period of an account. Every figure is from one commit of its ledger. */
final class UsageReport {

    private static final int ROWS_MAX = 10;

    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMMM uuuu", Locale.ENGLISH);

    private UsageReport() {}

    /**
     * @param last the last day, included
     * @param names of people, by their ids
     */
    record Of(
            Account account,
            String accountName,
            LocalDate first,
            LocalDate last,
            ZoneId zone,
            Map<String, String> names) {}

    static Report write(AccountReads reads, Of of, Instant now) {
        AccountUsage usage =
                AccountUsage.read(reads, of.account(), StatsRange.days(of.first(), of.last(), of.zone()), now);
        return new Report(
                "Usage of " + of.accountName(),
                period(of),
                figures(usage),
                days(of, usage),
                tables(of, usage),
                notes(usage));
    }

    private static String period(Of of) {
        String days = of.first().equals(of.last())
                ? DAY.format(of.first())
                : "%s to %s".formatted(DAY.format(of.first()), DAY.format(of.last()));
        return "%s (%s)".formatted(days, of.zone().getId());
    }

    private static List<Figure> figures(AccountUsage usage) {
        Spend total = usage.total();
        Spend previous = usage.previous();
        var figures = new ArrayList<Figure>();
        figures.add(new Figure(
                "Spend", ShownUsd.of(total.costNanoUsd()), compared(total.costNanoUsd(), previous.costNanoUsd())));
        figures.add(new Figure("Runs", "%,d".formatted(total.events()), compared(total.events(), previous.events())));
        figures.add(new Figure(
                "Tokens",
                "%,d".formatted(total.tokens().total()),
                compared(total.tokens().total(), previous.tokens().total())));
        figures.add(new Figure("Cost of a run", ShownUsd.of(Ratio.average(total.costNanoUsd(), total.events())), ""));
        return figures;
    }

    /** With as long a time before. */
    private static String compared(long now, long before) {
        if (before <= 0) {
            return "none in the time before";
        }
        var change = Ratio.percent(now - before, before).setScale(0, RoundingMode.HALF_EVEN);
        return "%s%s%% against the time before".formatted(change.signum() > 0 ? "+" : "", change.toPlainString());
    }

    private static List<Day> days(Of of, AccountUsage usage) {
        return of.first()
                .datesUntil(of.last().plusDays(1))
                .map(day -> new Day(
                        day,
                        Optional.ofNullable(usage.days().get(day))
                                .map(Spend::costNanoUsd)
                                .orElse(0L)))
                .toList();
    }

    private static List<Table> tables(Of of, AccountUsage usage) {
        var tables = new ArrayList<Table>();
        tables.add(parts("By model", "Model", usage.models(), usage.total(), Map.of()));
        if (!usage.members().isEmpty()) {
            tables.add(parts("By member", "Member", usage.members(), usage.total(), of.names()));
        }
        List<List<String>> budgets = usage.budgets().stream()
                .filter(spend -> spend.budget().dimension().equals(Dimension.ACCOUNT)
                        && spend.budget().limit() instanceof Limit.Spend)
                .map(UsageReport::budget)
                .toList();
        if (!budgets.isEmpty()) {
            tables.add(new Table("Budgets, as of now", List.of("Budget", "Spent", "Limit", "Used"), budgets));
        }
        List<List<String>> savings = usage.savings().savings().stream()
                .filter(saving -> saving.savedNanoUsd().isPresent())
                .limit(ROWS_MAX)
                .map(UsageReport::saving)
                .toList();
        if (!savings.isEmpty()) {
            tables.add(new Table("What could have been saved", List.of("How", "Paid", "Saving"), savings));
        }
        return tables;
    }

    private static Table parts(
            String title, String what, List<SpendEntry> parts, Spend total, Map<String, String> names) {
        var rows = new ArrayList<List<String>>();
        parts.stream()
                .limit(ROWS_MAX)
                .forEach(part -> rows.add(row(names.getOrDefault(part.value(), part.value()), part.spend(), total)));
        if (parts.size() > ROWS_MAX) {
            Spend rest = parts.stream().skip(ROWS_MAX).map(SpendEntry::spend).reduce(Spend.NONE, Spend::plus);
            rows.add(row("%d others".formatted(parts.size() - ROWS_MAX), rest, total));
        }
        return new Table(title, List.of(what, "Runs", "Tokens", "Cost", "Share"), rows);
    }

    private static List<String> row(String name, Spend spend, Spend total) {
        return List.of(
                name,
                "%,d".formatted(spend.events()),
                "%,d".formatted(spend.tokens().total()),
                ShownUsd.of(spend.costNanoUsd()),
                percent(spend.costNanoUsd(), total.costNanoUsd()));
    }

    private static List<String> budget(BudgetSpend spend) {
        long limit = spend.budget().limit().amount();
        return List.of(
                spend.budget().name(), ShownUsd.of(spend.spent()), ShownUsd.of(limit), percent(spend.spent(), limit));
    }

    private static List<String> saving(Saving saving) {
        return List.of(
                SavingsJson.title(saving),
                ShownUsd.of(saving.paidNanoUsd()),
                ShownUsd.of(saving.savedNanoUsd().orElseThrow()));
    }

    private static List<String> notes(AccountUsage usage) {
        long unpriced = usage.total().unpricedEvents();
        return unpriced == 0
                ? List.of()
                : List.of(
                        "%,d runs used a model that has no price: their tokens are in these figures, their cost is not."
                                .formatted(unpriced));
    }

    private static String percent(long part, long whole) {
        var rounded = Ratio.percent(part, whole).setScale(1, RoundingMode.HALF_EVEN);
        return rounded.stripTrailingZeros().toPlainString() + "%";
    }
}

package com.promptmanage.query.reconcile;

import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.Asked;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.streams.read.SpendQuery.Step;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.budget.Period.Unit;
import com.promptmanage.topics.budget.Period.Window;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/token-tracking/reconciliation}: what the ledger, the rated topic and the history say of the same days of
 * UTC.
 *
 * <p>The history follows the ledger by some tenths of a second. So while they differ they are read again, for a second at
 * most: a difference that stays is one, or the history is behind.
 */
public final class ReconciliationRoutes implements Routes {

    private static final Set<Unit> PERIODS = EnumSet.of(Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.YEAR);

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Database database;

    private final Authentication authentication;

    private final AccountRouting routing;

    private final ShownHistory shown;

    private final Duration retention;

    private final Clock clock;

    /** @param retention how far back all three are kept */
    public ReconciliationRoutes(
            Database database,
            Authentication authentication,
            AccountRouting routing,
            ShownHistory shown,
            Duration retention,
            Clock clock) {
        this.database = database;
        this.authentication = authentication;
        this.routing = routing;
        this.shown = shown;
        this.retention = retention;
        this.clock = clock;
    }

    /** @param to exclusive */
    private record Days(LocalDate from, LocalDate to) {}

    private record Differences(Figures ratedTopic, Figures history) {}

    /**
     * @param differences what the others have more than the ledger
     * @param agrees whether there are none
     */
    private record Reconciliation(
            String account,
            String startDate,
            String endDate,
            String asOf,
            Figures ledger,
            Figures ratedTopic,
            Figures history,
            Differences differences,
            boolean agrees) {}

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/token-tracking/reconciliation", this::reconcile);
    }

    private void reconcile(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account account = account(ctx, caller);
        var faults = new Faults();
        Days asked = days(ctx, faults);
        faults.check();
        Days days = shown(ctx, account, asked);
        routing.answer(ctx, account, reads -> ctx.json(settled(reads, caller.scope(account), account, days)));
    }

    private Days shown(Context ctx, Account account, Days asked) {
        Instant wanted = asked.from().atStartOfDay().toInstant(ZoneOffset.UTC);
        @Nullable Instant first = shown.from(ctx, account, wanted, ctx.queryParam("startDate") != null);
        return first == null ? asked : new Days(LocalDate.ofInstant(first, ZoneOffset.UTC), asked.to());
    }

    private static Account account(Context ctx, Caller caller) {
        var faults = new Faults();
        Optional<Asked> asked = Asked.of(caller, ctx.queryParam("teamId"), ctx.queryParam("userId"), faults);
        faults.check();
        Asked about = asked.orElseThrow();
        Permissions.requireQuery(caller, about.account());
        if (about.member() != null) {
            throw ProblemException.invalid(
                    "userId", "names one member of a team", "Leave it out: whole accounts are compared.");
        }
        return about.account();
    }

    private Reconciliation settled(AccountReads reads, Scope scope, Account account, Days days) {
        long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Reconciliation found = compare(reads, scope, account, days);
            if (found.agrees() || System.nanoTime() - deadlineNanos >= 0) {
                return found;
            }
            pause();
        }
    }

    private Reconciliation compare(AccountReads reads, Scope scope, Account account, Days days) {
        Instant asOf = clock.instant();
        Figures ledger = ledger(reads, account, days);
        RecordedFigures recorded = RecordedFigures.read(database, scope, account, days.from(), days.to());
        var differences = new Differences(
                recorded.ratedTopic().minus(ledger), recorded.history().minus(ledger));
        return new Reconciliation(
                account.value(),
                days.from().toString(),
                days.to().minusDays(1).toString(),
                asOf.toString(),
                ledger,
                recorded.ratedTopic(),
                recorded.history(),
                differences,
                differences.equals(new Differences(Figures.NONE, Figures.NONE)));
    }

    private static Figures ledger(AccountReads reads, Account account, Days days) {
        var query = new SpendQuery(
                account,
                Dimension.ACCOUNT,
                null,
                days.from().atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli(),
                days.to().atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli(),
                ZoneOffset.UTC,
                Step.WHOLE);
        return Figures.of(reads.spend(query).stream().map(SpendEntry::spend).reduce(Spend.NONE, Spend::plus));
    }

    private Days days(Context ctx, Faults faults) {
        @Nullable String start = ctx.queryParam("startDate");
        @Nullable String end = ctx.queryParam("endDate");
        if (start == null && end == null) {
            return period(ctx.queryParam("period"), faults);
        }
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        LocalDate first = start == null ? today : date("startDate", start, today, faults);
        LocalDate last = end == null ? today : date("endDate", end, today, faults);
        if (start == null) {
            faults.add("startDate", "is missing, though there is an endDate", "Send a date such as 2026-11-30.");
        } else if (last.isBefore(first)) {
            faults.add("endDate", "is before startDate", "Send a later one.");
        } else if (first.isBefore(today.minusDays(retention.toDays()))) {
            faults.add(
                    "startDate",
                    "is before what is kept",
                    "Send one of the last %d days.".formatted(retention.toDays()));
        }
        return new Days(first, last.plusDays(1));
    }

    private Days period(@Nullable String name, Faults faults) {
        Optional<Unit> unit = Unit.parse(name == null ? "month" : name).filter(PERIODS::contains);
        if (unit.isEmpty()) {
            faults.add("period", "is not known", "Use one of day, week, month, year, or startDate and endDate.");
        }
        Window window = Period.of(unit.orElse(Unit.MONTH), ZoneOffset.UTC).windowAt(clock.millis());
        return new Days(day(window.startMs()), day(window.endMs()));
    }

    private static LocalDate day(long epochMs) {
        return LocalDate.ofInstant(Instant.ofEpochMilli(epochMs), ZoneOffset.UTC);
    }

    private static LocalDate date(String name, String text, LocalDate otherwise, Faults faults) {
        try {
            LocalDate date = LocalDate.parse(text);
            if (date.getYear() >= 1970 && date.getYear() <= 2999) {
                return date;
            }
            faults.add(name, "is in the year " + date.getYear(), "Send one from 1970 to 2999.");
        } catch (DateTimeException e) {
            faults.add(name, "is not a date", "Send a day of UTC such as 2026-11-30.");
        }
        return otherwise;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ProblemException.unavailable("This process is stopping: ask again.", Duration.ofSeconds(1));
        }
    }
}

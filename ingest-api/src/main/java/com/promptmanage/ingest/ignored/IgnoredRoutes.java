package com.promptmanage.ingest.ignored;

import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.account.Account;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code GET /api/ingest/ignored}: what an account sent that does not count, and why. */
public final class IgnoredRoutes implements Routes {

    private static final int DAYS_USUAL = 7;

    private final Function<Context, Caller> callers;

    private final IgnoredUsage ignored;

    private final Clock clock;

    record Item(
            LocalDate day,
            String signal,
            String service,
            String reason,
            String explanation,
            long records,
            long tokens,
            Instant lastAt) {}

    record Page(List<Item> ignored, @Nullable String nextCursor) {}

    public IgnoredRoutes(Function<Context, Caller> callers, IgnoredUsage ignored, Clock clock) {
        this.callers = callers;
        this.ignored = ignored;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/ingest/ignored", this::list);
    }

    private void list(Context ctx) {
        Caller caller = callers.apply(ctx);
        Account account = account(ctx, caller);
        Permissions.requireQuery(caller, account);
        LocalDate since = since(ctx.queryParam("since"));
        ctx.json(new Page(
                ignored.since(caller, account, since).stream()
                        .map(one -> new Item(
                                one.getKey().day(),
                                one.getKey().signal(),
                                one.getKey().service(),
                                one.getKey().reason().value(),
                                one.getKey().reason().explanation(),
                                one.getValue().records(),
                                one.getValue().tokens(),
                                one.getValue().lastAt()))
                        .toList(),
                null));
    }

    private static Account account(Context ctx, Caller caller) {
        String team = ctx.queryParam("teamId");
        String user = ctx.queryParam("userId");
        if (team != null || user != null) {
            String value = team == null ? "user:" + user : "team:" + team;
            return Account.parse(value)
                    .orElseThrow(() -> ProblemException.invalid(
                            team == null ? "userId" : "teamId", "is no id", "Send 1 to 256 characters."));
        }
        return switch (caller) {
            case Caller.Person person -> Account.user(person.userId());
            case Caller.Key key -> key.account();
        };
    }

    private LocalDate since(@Nullable String text) {
        if (text == null) {
            return LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC).minusDays(DAYS_USUAL);
        }
        try {
            LocalDate day = LocalDate.parse(text);
            if (day.getYear() > 0 && day.getYear() < 10_000) {
                return day;
            }
        } catch (DateTimeParseException e) {
            // Said below.
        }
        throw ProblemException.invalid("since", "is no day", "Send for example 2026-11-24.");
    }
}

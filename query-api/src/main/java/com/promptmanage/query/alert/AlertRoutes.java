package com.promptmanage.query.alert;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.alert.AlertTable.Filter;
import com.promptmanage.query.alert.AlertTable.Found;
import com.promptmanage.query.alert.AlertTable.Listed;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Severity;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code /api/token-tracking/alerts}: the list, and that someone has seen to one. */
final class AlertRoutes implements Routes {

    private static final int LIMIT_MAX = 200;

    private static final int LIMIT_DEFAULT = 50;

    /** Older alerts nobody needs to be reminded of; and to count them would take longer each day. */
    private static final Duration UNREAD_FOR = Duration.ofDays(30);

    private final Authentication authentication;

    private final AlertTable table;

    private final Clock clock;

    AlertRoutes(Authentication authentication, AlertTable table, Clock clock) {
        this.authentication = authentication;
        this.table = table;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/token-tracking/alerts", this::list);
        routes.post("/api/token-tracking/alerts/{id}/acknowledge", this::acknowledge);
        routes.post("/api/token-tracking/alerts/{id}/read", this::read);
        routes.post("/api/token-tracking/alerts/read-all", this::readAll);
    }

    private void list(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Watch watch = Watch.of(ctx, caller);
        var faults = new Faults();
        var filter = new Filter(
                severity(ctx.queryParam("severity"), faults),
                ctx.queryParam("budgetId"),
                acknowledged(ctx.queryParam("acknowledged"), faults));
        @Nullable Long before = cursor(ctx.queryParam("cursor"), faults);
        int limit = limit(ctx.queryParam("limit"), faults);
        faults.check();
        // One more than wanted tells whether there is another page.
        ctx.json(answer(
                table.list(watch, filter, caller.person().orElse(null), unreadSince(), before, limit + 1), limit));
    }

    private void read(Context ctx) {
        Caller caller = authentication.caller(ctx);
        String reader = reader(caller);
        String id = ctx.pathParam("id");
        Account account = table.about(id)
                .filter(alert -> Permissions.mayQuery(caller, alert.account())
                        || (Dimension.MEMBER.value().equals(alert.dimension())
                                && alert.value() != null
                                && Permissions.mayQuery(caller, alert.account(), alert.value())))
                .map(AlertTable.About::account)
                .orElseThrow(() -> ProblemException.notFound("There is no such alert that you may see"));
        table.markRead(id, reader, clock.instant(), caller.scope(account));
        ctx.status(204);
    }

    private void readAll(Context ctx) {
        Caller caller = authentication.caller(ctx);
        String reader = reader(caller);
        int marked = table.markAllRead(Watch.of(ctx, caller), reader, unreadSince(), clock.instant());
        ctx.json(JsonNodeFactory.instance.objectNode().put("marked", marked));
    }

    private Instant unreadSince() {
        return clock.instant().minus(UNREAD_FOR);
    }

    private static String reader(Caller caller) {
        return caller.person()
                .orElseThrow(() ->
                        ProblemException.forbidden("Alerts are read by people: sign in, or use a key of a person"));
    }

    private void acknowledge(Context ctx) {
        Caller caller = authentication.caller(ctx);
        String id = ctx.pathParam("id");
        Account account = table.accountOf(id)
                .filter(owner -> Permissions.may(caller, Action.MANAGE_BUDGETS, owner)
                        || caller.accounts().contains(owner))
                // The same answer for what is not there and what is someone else's.
                .orElseThrow(() -> ProblemException.notFound("There is no such alert that you may see"));
        Permissions.require(caller, Action.MANAGE_BUDGETS, account);
        caller.person().ifPresent(reader -> table.markRead(id, reader, clock.instant(), caller.scope(account)));
        ctx.json(table.acknowledge(id, account, authentication.actor(ctx), clock.instant(), caller.scope(account)));
    }

    private static ObjectNode answer(Found found, int limit) {
        List<Listed> page =
                found.alerts().subList(0, Math.min(limit, found.alerts().size()));
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        var alerts = answer.putArray("alerts");
        page.forEach(listed -> alerts.add(listed.alert()));
        answer.put("unread", found.unread());
        answer.put(
                "nextCursor",
                found.alerts().size() <= limit
                        ? null
                        : Long.toString(page.getLast().number(), Character.MAX_RADIX));
        return answer;
    }

    private static @Nullable String severity(@Nullable String text, Faults faults) {
        if (text != null
                && Arrays.stream(Severity.values())
                        .noneMatch(severity -> severity.value().equals(text))) {
            faults.add(
                    "severity",
                    "is not known",
                    "Use one of "
                            + Arrays.stream(Severity.values())
                                    .map(Severity::value)
                                    .collect(Collectors.joining(", "))
                            + ".");
        }
        return text;
    }

    private static @Nullable Boolean acknowledged(@Nullable String text, Faults faults) {
        if (text != null && !text.equals("true") && !text.equals("false")) {
            faults.add(
                    "acknowledged", "is neither true nor false", "Send one of them, or leave it out for all alerts.");
        }
        return text == null ? null : Boolean.valueOf(text);
    }

    private static @Nullable Long cursor(@Nullable String text, Faults faults) {
        if (text == null) {
            return null;
        }
        if (text.matches("[0-9a-z]{1,12}")) {
            return Long.parseLong(text, Character.MAX_RADIX);
        }
        faults.add("cursor", "is not one of ours", "Send nextCursor as it came, or nothing for the first page.");
        return null;
    }

    private static int limit(@Nullable String text, Faults faults) {
        if (text == null) {
            return LIMIT_DEFAULT;
        }
        if (text.matches("\\d{1,3}")) {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= LIMIT_MAX) {
                return limit;
            }
        }
        faults.add("limit", "is not a number of alerts", "Send 1 to %d.".formatted(LIMIT_MAX));
        return LIMIT_DEFAULT;
    }
}

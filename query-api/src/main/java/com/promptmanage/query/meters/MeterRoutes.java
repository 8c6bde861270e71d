package com.promptmanage.query.meters;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.csv.CsvLine;
import com.promptmanage.query.meters.MeterTable.Row;
import com.promptmanage.query.routing.Asked;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.usage.UsageEvent;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/v1/meters}, {@code …/{slug}}, {@code …/{slug}/query}, {@code …/{slug}/subjects} and {@code /api/v1/events}, as
 * OpenMeter's SDKs call them. A subject is a user within the key's account; {@code teamId} names another account.
 */
public final class MeterRoutes implements Routes {

    private static final int SUBJECTS_MAX = 1_000;

    private static final int EVENTS_MAX = 100;

    private static final Duration EVENTS_SINCE = Duration.ofDays(3);

    private static final Duration SUBJECTS_SINCE = Duration.ofDays(400);

    private final Authentication authentication;

    private final ShownHistory shown;

    private final MeterTable table;

    private final Clock clock;

    public MeterRoutes(Authentication authentication, ShownHistory shown, Database database, Clock clock) {
        this.authentication = authentication;
        this.shown = shown;
        this.table = new MeterTable(database);
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/v1/meters", this::list);
        routes.get("/api/v1/meters/{slug}", this::get);
        routes.get("/api/v1/meters/{slug}/query", this::query);
        routes.get("/api/v1/meters/{slug}/subjects", this::subjects);
        routes.get("/api/v1/events", this::events);
    }

    private void list(Context ctx) {
        authentication.caller(ctx);
        ArrayNode meters = JsonNodeFactory.instance.arrayNode();
        for (Meter meter : Meter.values()) {
            meters.add(meter.json());
        }
        ctx.json(meters);
    }

    private void get(Context ctx) {
        authentication.caller(ctx);
        ctx.json(meter(ctx).json());
    }

    private void query(Context ctx) {
        List<String> subjects = ctx.queryParams("subject");
        Asked about = asked(ctx, subjects.size() == 1 ? subjects.getFirst() : null);
        Meter meter = meter(ctx);
        var faults = new Faults();
        MeterQuery query = MeterQuery.read(ctx, about.account(), about.member(), clock.instant(), faults);
        faults.check();
        query = query.since(shown(ctx, query.account(), query.from()));
        List<Row> rows = table.rows(query);
        if (rows.size() > MeterTable.ROWS_MAX) {
            throw ProblemException.invalid(
                    "windowSize",
                    "makes more than 100000 rows",
                    "Ask for a shorter range, larger windows or fewer groups.");
        }
        String accept = ctx.header("Accept");
        if (accept != null && accept.contains("text/csv")) {
            ctx.contentType("text/csv").result(csv(meter, query, rows));
        } else {
            ctx.json(json(meter, query, rows));
        }
    }

    private void subjects(Context ctx) {
        Asked about = asked(ctx, null);
        meter(ctx);
        Instant now = clock.instant();
        ArrayNode subjects = JsonNodeFactory.instance.arrayNode();
        table.subjects(about.account(), shown(ctx, about.account(), now.minus(SUBJECTS_SINCE)), now, SUBJECTS_MAX)
                .forEach(subjects::add);
        ctx.json(subjects);
    }

    private void events(Context ctx) {
        @Nullable String subject = ctx.queryParam("subject");
        Asked about = asked(ctx, subject);
        var faults = new Faults();
        Instant to = MeterQuery.time(ctx, "to", clock.instant(), faults);
        Instant from = MeterQuery.time(ctx, "from", to.minus(EVENTS_SINCE), faults);
        int limit = limit(ctx.queryParam("limit"), faults);
        faults.check();
        ArrayNode events = JsonNodeFactory.instance.arrayNode();
        table.events(
                        about.account(),
                        shown(ctx, about.account(), from),
                        to,
                        about.member(),
                        ctx.queryParam("id"),
                        limit)
                .forEach(told -> events.add(json(told)));
        ctx.json(events);
    }

    private static ObjectNode json(MeterTable.Told told) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ObjectNode event = json.putObject("event");
        event.put("specversion", "1.0");
        event.put("id", told.id());
        event.put("source", told.source());
        event.put("type", UsageEvent.TYPE);
        event.put("subject", told.subject());
        event.put("time", told.time().toString());
        ObjectNode data = event.putObject("data");
        data.put("model", told.model());
        data.put("tokens", told.tokens());
        Long cost = told.costNanoUsd();
        data.put("costUsd", cost == null ? null : new BigDecimal(new NanoUsd(cost).toUsd()));
        json.put("ingestedAt", told.time().toString());
        json.put("storedAt", told.time().toString());
        return json;
    }

    private static ObjectNode json(Meter meter, MeterQuery query, List<Row> rows) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("from", query.from().toString());
        json.put("to", query.to().toString());
        WindowSize window = query.window();
        if (window != null) {
            json.put("windowSize", window.name());
        }
        ArrayNode data = json.putArray("data");
        rows.forEach(row -> {
            ObjectNode one = data.addObject();
            one.put("value", meter.value(row.spend()));
            one.put("windowStart", start(query, row).toString());
            one.put("windowEnd", end(query, row).toString());
            one.put("subject", row.subject());
            ObjectNode groups = one.putObject("groupBy");
            query.groups().stream()
                    .sorted()
                    .forEach(group -> groups.put(group.value(), row.groups().get(group)));
        });
        return json;
    }

    private static byte[] csv(Meter meter, MeterQuery query, List<Row> rows) {
        var csv = new ByteArrayOutputStream();
        List<Group> groups = query.groups().stream().sorted().toList();
        var head = new ArrayList<>(List.of("window_start", "window_end", "subject"));
        groups.forEach(group -> head.add(group.value()));
        head.add("value");
        csv.writeBytes(CsvLine.bytes(head));
        for (Row row : rows) {
            var cells = new ArrayList<String>();
            cells.add(start(query, row).toString());
            cells.add(end(query, row).toString());
            cells.add(CsvLine.text(row.subject()));
            groups.forEach(group -> cells.add(CsvLine.text(row.groups().get(group))));
            cells.add(meter.value(row.spend()).toPlainString());
            csv.writeBytes(CsvLine.bytes(cells));
        }
        return csv.toByteArray();
    }

    private static Instant start(MeterQuery query, Row row) {
        Instant start = row.start();
        return start == null ? query.from() : start;
    }

    private static Instant end(MeterQuery query, Row row) {
        Instant start = row.start();
        WindowSize window = query.window();
        return start == null || window == null ? query.to() : window.end(start, query.zone());
    }

    /** The start of what is answered. */
    private Instant shown(Context ctx, Account account, Instant from) {
        @Nullable Instant first = shown.from(ctx, account, from, ctx.queryParam("from") != null);
        return first == null ? from : first;
    }

    /** Rights come before the rest: a stranger is told nothing. */
    private Asked asked(Context ctx, @Nullable String subject) {
        Caller caller = authentication.caller(ctx);
        var faults = new Faults();
        @Nullable String team = ctx.queryParam("teamId");
        Asked about =
                Asked.of(caller, team, team == null ? null : subject, faults).orElse(null);
        faults.check();
        if (about == null) {
            throw new IllegalStateException("without a fault there is an account");
        }
        Asked meant = subject == null || !about.account().isTeam() ? about : new Asked(about.account(), subject);
        if (meant.member() == null) {
            Permissions.requireQuery(caller, meant.account());
        } else {
            Permissions.requireQuery(caller, meant.account(), meant.member());
        }
        return meant;
    }

    private static Meter meter(Context ctx) {
        return Meter.parse(ctx.pathParam("slug"))
                .orElseThrow(() -> ProblemException.notFound("There is no such meter: GET /api/v1/meters lists them"));
    }

    private static int limit(@Nullable String text, Faults faults) {
        if (text == null) {
            return EVENTS_MAX;
        }
        if (text.matches("\\d{1,3}")) {
            int limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= EVENTS_MAX) {
                return limit;
            }
        }
        faults.add("limit", "is not a number of events", "Send 1 to %d.".formatted(EVENTS_MAX));
        return EVENTS_MAX;
    }
}

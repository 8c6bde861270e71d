package com.promptmanage.query.meters;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.csv.CsvLine;
import com.promptmanage.query.meters.Asking.About;
import com.promptmanage.query.request.Fields;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.http.Several;
import com.promptmanage.topics.account.Account;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** {@code GET} and {@code POST /api/v1/meters/{slug}/query}, and {@code GET …/subjects}. A subject is a user within the account. */
final class MeterQueryRoutes implements Routes {

    private static final int BODY_BYTES_MAX = 1 << 20;

    private static final int SUBJECTS_MAX = 1_000;

    private static final Duration SUBJECTS_SINCE = Duration.ofDays(400);

    private final Asking asking;

    private final DefinedMeters defined;

    private final MeterTable tokens;

    private final PlainMeterTable plain;

    private final Clock clock;

    MeterQueryRoutes(Asking asking, DefinedMeters defined, Database database, Clock clock) {
        this.asking = asking;
        this.defined = defined;
        this.tokens = new MeterTable(database);
        this.plain = new PlainMeterTable(database);
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get(
                "/api/v1/meters/{slug}/query", this::queryByAddress, Several.of("subject", "groupBy", "filterGroupBy"));
        routes.post("/api/v1/meters/{slug}/query", this::queryByBody);
        routes.get("/api/v1/meters/{slug}/subjects", this::subjects);
    }

    private void queryByAddress(Context ctx) {
        asking.authenticate(ctx);
        var faults = new Faults();
        query(ctx, MeterParameters.ofQuery(ctx, faults), faults);
    }

    private void queryByBody(Context ctx) {
        asking.authenticate(ctx);
        var faults = new Faults();
        query(ctx, MeterParameters.of(Fields.of(RequestBody.bytes(ctx, BODY_BYTES_MAX), faults)), faults);
    }

    private void query(Context ctx, MeterParameters asked, Faults faults) {
        List<String> subjects = asked.all("subject");
        About about = asking.usage(ctx, subjects.size() == 1 ? subjects.getFirst() : null);
        Meter meter = meter(ctx, about);
        MeterQuery query =
                MeterQuery.read(asked, about.account(), about.member(), meter.groupNames(), clock.instant(), faults);
        faults.check();
        query = query.since(asking.shownFrom(ctx, query.account(), query.from(), asked.one("from") != null));
        List<MeterRow> rows = rows(meter, query);
        if (rows.size() > MeterRow.ROWS_MAX) {
            throw ProblemException.invalid(
                    "windowSize",
                    "makes more than 100000 rows",
                    "Ask for a shorter range, larger windows or fewer groups.");
        }
        String accept = ctx.header("Accept");
        if (accept != null && accept.contains("text/csv")) {
            ctx.contentType("text/csv").result(csv(query, rows));
        } else {
            ctx.json(json(query, rows));
        }
    }

    private void subjects(Context ctx) {
        About about = asking.usage(ctx, null);
        Meter meter = meter(ctx, about);
        Account account = about.account();
        var faults = new Faults();
        var asked = MeterParameters.of(ctx);
        Instant to = MeterQuery.time(asked, "to", clock.instant(), faults);
        Instant wanted = MeterQuery.time(asked, "from", to.minus(SUBJECTS_SINCE), faults);
        faults.check();
        Instant from = asking.shownFrom(ctx, account, wanted);
        ArrayNode subjects = JsonNodeFactory.instance.arrayNode();
        List<String> found = switch (meter) {
            case TokenMeter ofTokens -> tokens.subjects(account, from, to, SUBJECTS_MAX);
            case PlainMeter ofEvents -> plain.subjects(account, ofEvents, from, to, SUBJECTS_MAX);
        };
        found.forEach(subjects::add);
        ctx.json(subjects);
    }

    private List<MeterRow> rows(Meter meter, MeterQuery query) {
        return switch (meter) {
            case TokenMeter ofTokens -> tokens.rows(ofTokens, query);
            case PlainMeter ofEvents -> plain.rows(ofEvents, query);
        };
    }

    private Meter meter(Context ctx, About about) {
        String slug = ctx.pathParam("slug");
        return TokenMeter.parse(slug)
                .<Meter>map(meter -> meter)
                .or(() -> defined.find(about.caller(), about.account(), slug))
                .orElseThrow(DefinedMeters::none);
    }

    private static ObjectNode json(MeterQuery query, List<MeterRow> rows) {
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
            one.put("value", row.value());
            one.put("windowStart", start(query, row).toString());
            one.put("windowEnd", end(query, row).toString());
            one.put("subject", row.subject());
            ObjectNode groups = one.putObject("groupBy");
            query.groups().forEach(group -> groups.put(group, row.groups().get(group)));
        });
        return json;
    }

    private static byte[] csv(MeterQuery query, List<MeterRow> rows) {
        var csv = new ByteArrayOutputStream();
        var head = new ArrayList<>(List.of("window_start", "window_end", "subject"));
        head.addAll(query.groups());
        head.add("value");
        csv.writeBytes(CsvLine.bytes(head));
        for (MeterRow row : rows) {
            var cells = new ArrayList<String>();
            cells.add(start(query, row).toString());
            cells.add(end(query, row).toString());
            cells.add(CsvLine.text(row.subject()));
            query.groups().forEach(group -> cells.add(CsvLine.text(row.groups().get(group))));
            cells.add(row.value().toPlainString());
            csv.writeBytes(CsvLine.bytes(cells));
        }
        return csv.toByteArray();
    }

    private static Instant start(MeterQuery query, MeterRow row) {
        Instant start = row.start();
        WindowSize window = query.window();
        return start == null || window == null ? query.from() : window.start(start, query.zone());
    }

    private static Instant end(MeterQuery query, MeterRow row) {
        WindowSize window = query.window();
        return row.start() == null || window == null ? query.to() : window.end(start(query, row), query.zone());
    }
}

package com.promptmanage.query.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.notify.Owned;
import com.promptmanage.query.report.Schedule.Delivery;
import com.promptmanage.query.report.Schedule.Wanted;
import com.promptmanage.query.request.Fields;
import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RawAnswer;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.id.Ids;
import com.promptmanage.service.tier.AccountTier;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code …/reports}, of a team and of a person: schedules, what became of them, and how the report looks. */
final class ReportRoutes implements Routes {

    private static final int SCHEDULES_MAX = 20;

    private static final int DELIVERIES_SHOWN = 12;

    private static final long BODY_BYTES_MAX = 64 << 10;

    private final Database database;

    private final Access access;

    private final AccountRouting routing;

    private final AccountZones zones;

    private final ScheduleTable table;

    private final Ids ids;

    private final Clock clock;

    ReportRoutes(Database database, Access access, AccountRouting routing, AccountZones zones, Clock clock) {
        this.database = database;
        this.access = access;
        this.routing = routing;
        this.zones = zones;
        this.table = new ScheduleTable(database);
        this.ids = new Ids(clock);
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        for (String owner : Owned.PREFIXES) {
            String path = owner + "/reports";
            routes.get(path, this::list);
            routes.post(path, this::create);
            routes.get(path + "/{id}", this::get);
            routes.put(path + "/{id}", this::change);
            routes.delete(path + "/{id}", this::delete);
            routes.get(path + "/{id}/preview", this::preview);
        }
    }

    private void list(Context ctx) {
        Owned owned = Owned.by(ctx, access.authentication());
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        var reports = answer.putArray("reports");
        ZoneId zone = zone(ctx, owned);
        table.list(owned.scope(), owned.account()).forEach(schedule -> reports.add(json(schedule, zone)));
        ctx.json(answer.putNull("nextCursor"));
    }

    private void create(Context ctx) {
        Owned owned = Owned.by(ctx, access.authentication());
        Wanted wanted = wanted(ctx);
        requireTier(owned);
        ZoneId accounts = zone(ctx, owned);
        ZoneId zone = wanted.zoneOr(accounts);
        Instant now = clock.instant();
        LocalDate period = wanted.frequency().startOf(now.atZone(zone).toLocalDate());
        var schedule = new Schedule(
                ids.next("report"),
                owned.account(),
                wanted,
                period,
                wanted.frequency().due(period, wanted.at(), zone),
                0,
                null,
                now,
                now);
        if (!table.create(owned.scope(), schedule, access.authentication().actor(ctx), SCHEDULES_MAX)) {
            throw ProblemException.conflict(
                    "There are %d reports already, which is the most: delete one first".formatted(SCHEDULES_MAX));
        }
        ctx.status(201).header("Location", ctx.path() + "/" + schedule.id());
        ctx.json(json(schedule, accounts));
    }

    private void get(Context ctx) {
        Owned owned = Owned.by(ctx, access.authentication());
        Schedule schedule = find(ctx, owned);
        ObjectNode json = json(schedule, zone(ctx, owned));
        var deliveries = json.putArray("deliveries");
        table.deliveries(owned.scope(), schedule.id(), DELIVERIES_SHOWN)
                .forEach(delivery -> deliveries.add(json(delivery)));
        ctx.json(json);
    }

    private void change(Context ctx) {
        Owned owned = Owned.by(ctx, access.authentication());
        Wanted wanted = wanted(ctx);
        requireTier(owned);
        ZoneId accounts = zone(ctx, owned);
        Schedule schedule = table.change(
                        owned.scope(),
                        owned.account(),
                        ctx.pathParam("id"),
                        wanted,
                        wanted.zoneOr(accounts),
                        access.authentication().actor(ctx),
                        clock.instant())
                .orElseThrow(ReportRoutes::notFound);
        ctx.json(json(schedule, accounts));
    }

    private void delete(Context ctx) {
        Owned owned = Owned.by(ctx, access.authentication());
        if (!table.delete(
                owned.scope(),
                owned.account(),
                ctx.pathParam("id"),
                access.authentication().actor(ctx),
                clock.instant())) {
            throw notFound();
        }
        ctx.status(204);
    }

    /** The report of the last period that is over, as it is mailed. */
    private void preview(Context ctx) {
        Owned owned = Owned.by(ctx, access.authentication());
        Schedule schedule = find(ctx, owned);
        requireTier(owned);
        @Nullable String format = ctx.queryParam("format");
        if (format != null && !Set.of("html", "pdf").contains(format)) {
            throw ProblemException.invalid("format", "is not known", "Use html or pdf.");
        }
        ZoneId zone = schedule.wanted().zoneOr(zone(ctx, owned));
        Frequency frequency = schedule.wanted().frequency();
        LocalDate today = clock.instant().atZone(zone).toLocalDate();
        LocalDate last = frequency.startOf(today).minusDays(1);
        routing.answer(ctx, owned.account(), reads -> {
            Report report = UsageReport.write(
                    reads,
                    new UsageReport.Of(
                            owned.account(),
                            accountName(owned),
                            frequency.startOf(last),
                            last,
                            zone,
                            ReportSender.names(database, owned.account())),
                    clock.instant());
            if ("pdf".equals(format)) {
                RawAnswer.send(ctx, 200, "application/pdf", ReportPdf.of(report));
            } else {
                // Whatever a name in it says, nothing in it runs.
                ctx.header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
                ctx.html(ReportHtml.of(report));
            }
        });
    }

    private String accountName(Owned owned) {
        return database.inTransaction(
                owned.scope(),
                handle -> handle.createQuery(
                                owned.account().isTeam()
                                        ? "SELECT name FROM teams WHERE id = :id"
                                        : "SELECT name FROM users WHERE id = :id")
                        .bind("id", owned.account().id())
                        .mapTo(String.class)
                        .findOne()
                        .orElse(owned.account().id()));
    }

    private Schedule find(Context ctx, Owned owned) {
        return table.find(owned.scope(), owned.account(), ctx.pathParam("id")).orElseThrow(ReportRoutes::notFound);
    }

    private void requireTier(Owned owned) {
        AccountTier tier = access.tiers().of(owned.account());
        tier.require("reports", tier.features().reports());
    }

    private ZoneId zone(Context ctx, Owned owned) {
        return zones.of(owned.account(), access.authentication().caller(ctx));
    }

    private static Wanted wanted(Context ctx) {
        var faults = new Faults();
        return ReportForm.read(Fields.of(RequestBody.bytes(ctx, BODY_BYTES_MAX), faults), faults);
    }

    private static ProblemException notFound() {
        return ProblemException.notFound("There is no such report that you may see");
    }

    private static ObjectNode json(Schedule schedule, ZoneId accounts) {
        Wanted wanted = schedule.wanted();
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("id", schedule.id())
                .put("account", schedule.account().value())
                .put("name", wanted.name())
                .put("frequency", wanted.frequency().code())
                .put("at", wanted.at().toString())
                .put("timezone", wanted.zoneOr(accounts).getId());
        var to = json.putArray("to");
        wanted.to().forEach(to::add);
        json.put("enabled", wanted.enabled());
        json.putObject("nextPeriod")
                .put("start", schedule.nextPeriod().toString())
                .put(
                        "end",
                        wanted.frequency()
                                .endOf(schedule.nextPeriod())
                                .minusDays(1)
                                .toString());
        return json.put("dueAt", schedule.dueAt().toString())
                .put("attempts", schedule.attempts())
                .put("problem", schedule.problem())
                .put("createdAt", schedule.createdAt().toString())
                .put("updatedAt", schedule.updatedAt().toString());
    }

    private static ObjectNode json(Delivery delivery) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("frequency", delivery.frequency().code())
                .put("periodStart", delivery.periodStart().toString())
                .put("status", delivery.status())
                .put("attempts", delivery.attempts())
                .put("problem", delivery.problem())
                .put("finishedAt", delivery.finishedAt().toString());
    }
}

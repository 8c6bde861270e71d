package com.promptmanage.query.export;

import com.promptmanage.query.history.HistoryOrder;
import com.promptmanage.query.history.HistoryQuery;
import com.promptmanage.query.history.UsageEntry;
import com.promptmanage.query.history.UsageHistory;
import com.promptmanage.query.history.UsageHistory.Place;
import com.promptmanage.query.request.PathTeam;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.routing.Asked;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.export.Exports;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.tier.AccountTier;
import com.promptmanage.service.tier.Tiers;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/token-tracking/export} and {@code /api/teams/{id}/usage/export}: the history of any range, the newest event first. Read a page at a time and written
 * at once, as fast as its reader takes it.
 */
public final class ExportRoutes implements Routes {

    /** How many events are in memory at a time, for each export. */
    static final int PAGE = 2_000;

    /** What whole account's history is for owners; a member's own is for that member. */
    private static final HistoryQuery.Right TO_EXPORT = ExportRoutes::requireExport;

    private final Database database;

    private final Authentication authentication;

    private final AccountZones zones;

    private final Tiers tiers;

    private final ShownHistory shown;

    private final UsageHistory history;

    private final Clock clock;

    private final Exports exports = new Exports();

    public ExportRoutes(
            Database database,
            Authentication authentication,
            AccountZones zones,
            Tiers tiers,
            ShownHistory shown,
            UsageHistory history,
            Clock clock) {
        this.database = database;
        this.authentication = authentication;
        this.zones = zones;
        this.tiers = tiers;
        this.shown = shown;
        this.history = history;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/token-tracking/export", ctx -> export(ctx, ctx.queryParam("teamId")));
        routes.get(
                "/api/teams/{id}/usage/export",
                ctx -> export(ctx, PathTeam.of(ctx).id()));
    }

    private void export(Context ctx, @Nullable String teamId) {
        Caller caller = authentication.caller(ctx);
        var faults = new Faults();
        HistoryQuery query = HistoryQuery.read(ctx, teamId, caller, TO_EXPORT, zones, shown, faults);
        AccountTier tier = tiers.of(query.account());
        tier.require("exports", tier.features().exports());
        boolean isCheck = Exports.isCheck(ctx, faults);
        ExportFormat format = format(ctx.queryParam("format"), faults);
        if (isCheck) {
            exports.answerCheck(ctx, query.account());
        } else {
            exports.answer(ctx, query.account(), () -> begin(ctx, query, format));
        }
    }

    private Exports.Content begin(Context ctx, HistoryQuery query, ExportFormat format) {
        List<UsageEntry> first = history.after(query, HistoryOrder.NEWEST_FIRST, null, PAGE);
        log(ctx, query, format);
        ctx.contentType(format.contentType());
        if (format == ExportFormat.PARQUET) {
            // Bytes are in no charset, and none is to be added.
            ctx.res().setCharacterEncoding((String) null);
        }
        ctx.header("Content-Disposition", "attachment; filename=\"usage.%s\"".formatted(format.code()));
        return output -> {
            ExportFile file = format.begin(output);
            if (!writePages(ctx, file, query, first)) {
                return false;
            }
            file.end();
            return true;
        };
    }

    /** Before the first byte leaves: whoever breaks it off has what came until then. */
    private void log(Context ctx, HistoryQuery query, ExportFormat format) {
        var exported = new LinkedHashMap<String, String>();
        exported.put("format", format.code());
        putIfThere(exported, "userId", query.member());
        putIfThere(exported, "from", query.range().from());
        putIfThere(exported, "to", query.range().to());
        Actor actor = authentication.actor(ctx);
        database.useTransaction(
                query.scope(),
                handle -> AuditLog.append(
                        handle,
                        actor,
                        clock.instant(),
                        AuditEntry.added(
                                query.account(),
                                "data_exported",
                                "usage",
                                query.account().value(),
                                exported)));
    }

    private static void putIfThere(Map<String, String> values, String name, @Nullable Object value) {
        if (value != null) {
            values.put(name, value.toString());
        }
    }

    /** @return false if its caller lost the right to it before it was whole */
    private boolean writePages(Context ctx, ExportFile file, HistoryQuery query, List<UsageEntry> first)
            throws IOException {
        HistoryOrder order = HistoryOrder.NEWEST_FIRST;
        for (List<UsageEntry> page = first;
                !page.isEmpty();
                page = page.size() < PAGE
                        ? List.of()
                        : history.after(query, order, Place.of(page.getLast(), order), PAGE)) {
            if (!isStillAllowed(ctx, query)) {
                return false;
            }
            for (UsageEntry entry : page) {
                file.write(entry);
            }
        }
        return true;
    }

    private boolean isStillAllowed(Context ctx, HistoryQuery query) {
        var about = new Asked(query.account(), query.member());
        return authentication.isStillAllowed(ctx, now -> {
            requireExport(now, about);
            return true;
        });
    }

    private static ExportFormat format(@Nullable String code, Faults faults) {
        Optional<ExportFormat> format = ExportFormat.parse(code == null ? ExportFormat.CSV.code() : code);
        if (format.isEmpty()) {
            faults.add("format", "is not known", "Use csv, json or parquet.");
        }
        faults.check();
        return format.orElseThrow();
    }

    private static void requireExport(Caller caller, Asked about) {
        @Nullable String member = about.member();
        boolean isOwn = member != null
                && caller.person().filter(member::equals).isPresent()
                && Permissions.may(caller, Action.VIEW, about.account());
        if (!isOwn) {
            Permissions.require(caller, Action.EXPORT_USAGE, about.account());
        }
    }
}

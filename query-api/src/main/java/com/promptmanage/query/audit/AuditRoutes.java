package com.promptmanage.query.audit;

import com.promptmanage.query.audit.AuditTable.Entry;
import com.promptmanage.query.csv.CsvLine;
import com.promptmanage.query.request.Paging;
import com.promptmanage.query.request.PathTeam;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.routing.Asked;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.export.Exports;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.account.Account;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** {@code /api/teams/{id}/audit-log}, and {@code /api/audit-log} of one's own account; each also as a file of lines. */
public final class AuditRoutes implements Routes {

    private static final String OF_TEAM = "/api/teams/{id}/audit-log";

    private static final String OWN = "/api/audit-log";

    /** How many entries are in memory at a time. */
    private static final int PAGE = 1_000;

    private static final List<String> COLUMNS = List.of(
            "id",
            "at",
            "action",
            "actorKind",
            "actorId",
            "actorName",
            "resourceType",
            "resourceId",
            "oldValues",
            "newValues",
            "address",
            "userAgent");

    private final Database database;

    private final Authentication authentication;

    private final AuditTable table;

    private final AccountZones zones;

    private final Clock clock;

    private final Exports exports = new Exports();

    public AuditRoutes(Database database, Authentication authentication, Clock clock) {
        this.database = database;
        this.authentication = authentication;
        this.table = new AuditTable(database);
        this.zones = new AccountZones(database);
        this.clock = clock;
    }

    private record ListAnswer(List<Entry> entries, @Nullable String nextCursor) {}

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get(OF_TEAM, ctx -> list(ctx, PathTeam::of));
        routes.get(OF_TEAM + "/export", ctx -> export(ctx, PathTeam::of));
        routes.get(OWN, ctx -> list(ctx, this::own));
        routes.get(OWN + "/export", ctx -> export(ctx, this::own));
    }

    private void list(Context ctx, Function<Context, Account> of) {
        Caller caller = authentication.caller(ctx);
        var faults = new Faults();
        AuditQuery query = query(ctx, caller, of.apply(ctx), faults);
        Paging paging = Paging.read(ctx, faults);
        @Nullable Long before = before(paging.after(), faults);
        faults.check();
        var page = paging.page(table.list(caller.scope(query.account()), query, before, paging.wanted()), Entry::id);
        ctx.json(new ListAnswer(page.elements(), page.nextCursor()));
    }

    private void export(Context ctx, Function<Context, Account> of) {
        Caller caller = authentication.caller(ctx);
        var faults = new Faults();
        AuditQuery query = query(ctx, caller, of.apply(ctx), faults);
        boolean isCheck = Exports.isCheck(ctx, faults);
        faults.check();
        if (isCheck) {
            exports.answerCheck(ctx, query.account());
        } else {
            exports.answer(ctx, query.account(), () -> begin(ctx, caller.scope(query.account()), query));
        }
    }

    private Exports.Content begin(Context ctx, Scope scope, AuditQuery query) {
        Account account = query.account();
        database.useTransaction(
                scope,
                handle -> AuditLog.append(
                        handle,
                        authentication.actor(ctx),
                        clock.instant(),
                        AuditEntry.added(account, "data_exported", "audit_log", account.value(), Map.of())));
        List<Entry> first = table.list(scope, query, null, PAGE);
        ctx.contentType("text/csv;charset=utf-8");
        ctx.header("Content-Disposition", "attachment; filename=\"audit-log.csv\"");
        return output -> writePages(ctx, output, scope, query, first);
    }

    /** @return false if its caller lost the right to it before it was whole */
    private boolean writePages(Context ctx, OutputStream output, Scope scope, AuditQuery query, List<Entry> first)
            throws IOException {
        output.write(CsvLine.bytes(COLUMNS));
        List<Entry> page = first;
        while (!page.isEmpty()) {
            if (!isStillAllowed(ctx, query.account())) {
                return false;
            }
            for (Entry entry : page) {
                output.write(line(entry));
            }
            long last = Long.parseLong(page.getLast().id());
            page = page.size() < PAGE ? List.of() : table.list(scope, query, last, PAGE);
        }
        return true;
    }

    private boolean isStillAllowed(Context ctx, Account account) {
        return authentication.isStillAllowed(ctx, now -> Permissions.may(now, Action.VIEW_AUDIT_LOG, account));
    }

    private AuditQuery query(Context ctx, Caller caller, Account account, Faults faults) {
        Permissions.require(caller, Action.VIEW_AUDIT_LOG, account);
        return AuditQuery.read(ctx, account, zones.of(account, caller), faults);
    }

    private static byte[] line(Entry entry) {
        return CsvLine.bytes(List.of(
                entry.id(),
                entry.at().toString(),
                entry.action(),
                entry.actor().kind(),
                CsvLine.text(entry.actor().id()),
                CsvLine.text(entry.actor().name()),
                CsvLine.text(entry.resourceType()),
                CsvLine.text(entry.resourceId()),
                CsvLine.text(entry.oldValues()),
                CsvLine.text(entry.newValues()),
                CsvLine.text(entry.address()),
                CsvLine.text(entry.userAgent())));
    }

    private static @Nullable Long before(@Nullable String cursor, Faults faults) {
        if (cursor == null) {
            return null;
        }
        if (cursor.matches("\\d{1,18}")) {
            return Long.parseLong(cursor);
        }
        faults.add("cursor", "is not one of ours", "Send nextCursor as it came, or nothing for the first page.");
        return null;
    }

    private Account own(Context ctx) {
        return Asked.own(authentication.caller(ctx));
    }
}

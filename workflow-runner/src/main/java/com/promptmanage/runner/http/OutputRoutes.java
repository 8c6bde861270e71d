package com.promptmanage.runner.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.http.WorkflowAccess.Allowed;
import com.promptmanage.runner.journal.ListedOutputs;
import com.promptmanage.runner.journal.ListedOutputs.Filter;
import com.promptmanage.runner.journal.ListedOutputs.Listed;
import com.promptmanage.runner.journal.ListedOutputs.Page;
import com.promptmanage.runner.journal.ListedOutputs.Place;
import com.promptmanage.runner.journal.Sharing.Level;
import com.promptmanage.runner.request.Owner;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.export.Exports;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.tier.AccountTier;
import com.promptmanage.topics.account.Account;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /api/workflow-outputs}: what an account's workflows, or one workflow, have put out, the newest first; and all of it as a
 * file, which is read a page at a time and written at once, as fast as its reader takes it.
 */
final class OutputRoutes implements Routes {

    private static final String PATH = "/api/workflow-outputs";

    private static final Duration DAYS = Duration.ofDays(7);

    private static final int LIMIT = 50;

    private static final int LIMIT_MAX = 200;

    private final WorkflowAccess access;

    private final ListedOutputs outputs;

    private final ShownHistory history;

    private final Clock clock;

    private final Exports exports = new Exports();

    OutputRoutes(WorkflowAccess access, ListedOutputs outputs, ShownHistory history, Clock clock) {
        this.access = access;
        this.outputs = outputs;
        this.history = history;
        this.clock = clock;
    }

    /** What is asked for, which the caller may see. */
    private record Wanted(Scope scope, Filter filter) {}

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get(PATH, this::list);
        routes.get(PATH + "/export", this::export);
    }

    private void list(Context ctx) {
        var faults = new Faults();
        var asked = new Asked(ctx, faults);
        int limit = asked.number("limit", LIMIT, 1, LIMIT_MAX);
        @Nullable Place after = place(asked);
        Wanted wanted = wanted(ctx, asked);
        Page page = outputs.page(wanted.scope(), wanted.filter(), after, limit);
        ObjectNode answer = Json.mapper().createObjectNode();
        answer.put("from", wanted.filter().from().toString());
        ArrayNode list = answer.putArray("outputs");
        page.outputs().forEach(output -> list.add(OutputRow.of(output).json()));
        answer.put("nextCursor", page.next() == null ? null : cursorOf(page.next()));
        ctx.json(answer);
    }

    private void export(Context ctx) {
        var faults = new Faults();
        var asked = new Asked(ctx, faults);
        @Nullable String said = asked.text("format");
        String format = said == null ? "csv" : said;
        if (!format.equals("csv") && !format.equals("json")) {
            faults.add("format", "is not known", "Use csv or json.");
        }
        boolean isCheck = Exports.isCheck(ctx, faults);
        Wanted wanted = wanted(ctx, asked);
        Account account = wanted.filter().account();
        AccountTier tier = access.tier(account);
        tier.require("exports", tier.features().exports());
        if (isCheck) {
            exports.answerCheck(ctx, account);
        } else {
            exports.answer(ctx, account, () -> begin(ctx, wanted, format));
        }
    }

    private Exports.Content begin(Context ctx, Wanted wanted, String format) {
        Page first = outputs.page(wanted.scope(), wanted.filter(), null, LIMIT_MAX);
        // Before the first byte leaves: whoever breaks it off has what came until then.
        outputs.logExport(wanted.scope(), access.actor(ctx), clock.instant(), wanted.filter(), format);
        boolean isCsv = format.equals("csv");
        ctx.contentType(isCsv ? "text/csv;charset=utf-8" : "application/json");
        ctx.header("Content-Disposition", "attachment; filename=\"outputs.%s\"".formatted(format));
        return output -> writePages(ctx, new OutputFile(output, isCsv), wanted, first);
    }

    /** @return false if its caller lost the right to it before it was whole */
    private boolean writePages(Context ctx, OutputFile file, Wanted wanted, Page first) throws IOException {
        @Nullable Page page = first;
        while (page != null) {
            if (!isStillAllowed(ctx, wanted.filter())) {
                return false;
            }
            for (Listed output : page.outputs()) {
                file.write(OutputRow.of(output));
            }
            page = page.next() == null ? null : outputs.page(wanted.scope(), wanted.filter(), page.next(), LIMIT_MAX);
        }
        file.end();
        return true;
    }

    private boolean isStillAllowed(Context ctx, Filter filter) {
        return access.isStillAllowed(
                ctx, now -> account(now, ctx, filter.workflowId()).equals(filter.account()));
    }

    private Wanted wanted(Context ctx, Asked asked) {
        Caller caller = access.caller(ctx);
        @Nullable String workflowId = asked.idOf("workflowId");
        @Nullable Instant from = asked.time("from");
        @Nullable Instant to = asked.time("to");
        if (from != null && to != null && !from.isBefore(to)) {
            asked.faults().add("from", "is not before 'to'", "Send a time before it.");
        }
        @Nullable String tag = tag(asked);
        boolean isOnlyEmpty = asked.flag("empty");
        asked.faults().check();
        Account account = account(caller, ctx, workflowId);
        Instant since = history.since(account, from, to, DAYS);
        var filter = new Filter(
                account,
                workflowId,
                tag,
                isOnlyEmpty,
                since,
                // Processes' clocks differ: what another one has just ended is not left out.
                to == null ? Asked.TIME_MAX : to,
                history.since(account, Instant.EPOCH, false));
        return new Wanted(caller.scope(account), filter);
    }

    /**
     * Whose outputs they are: a workflow's as its sharing says, otherwise those of all workflows of an account.
     *
     * @throws ProblemException 403 or 404 unless the caller may see them
     */
    private Account account(Caller caller, Context ctx, @Nullable String workflowId) {
        if (workflowId != null) {
            Allowed allowed = access.require(caller, workflowId, Level.VIEWER);
            return allowed.workflow().account();
        }
        Account account = Owner.of(ctx, caller);
        Permissions.require(caller, Action.VIEW, account);
        return account;
    }

    /** What is none would stand in the audit log all the same. */
    private static @Nullable String tag(Asked asked) {
        @Nullable String tag = asked.text("tag");
        if (tag != null && !WorkflowForm.isTag(tag)) {
            asked.faults()
                    .add(
                            "tag",
                            "is not a tag",
                            "Send one that workflows have, of 1 to %d characters.".formatted(WorkflowForm.TAG_MAX));
        }
        return tag;
    }

    private static @Nullable Place place(Asked asked) {
        @Nullable String cursor = asked.text("cursor");
        if (cursor == null) {
            return null;
        }
        if (cursor.matches("[0-9a-z]{1,11}-[0-9a-z]{1,12}")) {
            String[] parts = cursor.split("-", 2);
            long micros = Long.parseLong(parts[0], Character.MAX_RADIX);
            Instant at = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
            if (at.isBefore(Asked.TIME_MAX)) {
                return new Place(at, Long.parseLong(parts[1], Character.MAX_RADIX));
            }
        }
        asked.faults()
                .add("cursor", "is not one of ours", "Send nextCursor as it came, or nothing for the first page.");
        return null;
    }

    private static String cursorOf(Place place) {
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, place.completedAt());
        return Asked.cursorOf(micros) + "-" + Asked.cursorOf(place.number());
    }
}

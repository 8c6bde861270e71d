package com.promptmanage.runner.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.definition.DefinitionFault;
import com.promptmanage.runner.definition.DefinitionJson;
import com.promptmanage.runner.http.WorkflowAccess.Allowed;
import com.promptmanage.runner.journal.Sharing.Level;
import com.promptmanage.runner.journal.WorkflowRow;
import com.promptmanage.runner.journal.Workflows;
import com.promptmanage.runner.journal.Workflows.Filter;
import com.promptmanage.runner.journal.Workflows.Part;
import com.promptmanage.runner.request.Owner;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.id.Ids;
import com.promptmanage.topics.account.Account;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code /api/workflows}: made, listed, changed, deleted, checked. */
final class WorkflowRoutes implements Routes {

    private static final int LIMIT = 50;

    private static final int LIMIT_MAX = 200;

    private final WorkflowAccess access;

    private final Workflows workflows;

    private final DefinitionGate gate;

    private final Ids ids;

    private final Clock clock;

    WorkflowRoutes(WorkflowAccess access, Workflows workflows, DefinitionGate gate, Ids ids, Clock clock) {
        this.access = access;
        this.workflows = workflows;
        this.gate = gate;
        this.ids = ids;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/workflows", this::list);
        routes.post("/api/workflows", this::create);
        routes.post("/api/workflows/validate", this::validate);
        routes.get("/api/workflows/{id}", this::get);
        routes.put("/api/workflows/{id}", this::change);
        routes.delete("/api/workflows/{id}", this::delete);
    }

    private void list(Context ctx) {
        Caller caller = access.caller(ctx);
        var faults = new Faults();
        var asked = new Asked(ctx, faults);
        String status = asked.text("status");
        WorkflowForm.oneOf("status", status, WorkflowRow.Status.class, faults);
        String teamId = asked.text("teamId");
        String userId = asked.text("userId");
        boolean isOwn = userId != null && caller.person().filter(userId::equals).isPresent();
        if (userId != null && (!isOwn || teamId != null)) {
            faults.add("userId", "is not you alone", "Send your own id without teamId, or leave it out.");
        }
        String tags = asked.text("tags");
        int limit = asked.number("limit", LIMIT, 1, LIMIT_MAX);
        int offset = asked.number("offset", 0, 0, 1_000_000);
        @Nullable String after = asked.idCursor();
        faults.check();
        Optional<Account> account = Optional.ofNullable(teamId)
                .map(id -> Owner.of(Optional.of(id), caller))
                .or(() -> Optional.ofNullable(userId).map(Account::user));
        var filter = new Filter(
                account.orElse(null),
                isOwn,
                status,
                tags == null ? List.of() : List.of(tags.split(",")),
                asked.text("category"),
                asked.text("search"));
        var scope = access.requireList(caller, account);
        Workflows.Page page = workflows.list(scope, filter, new Part(after, offset, limit));
        Map<String, Workflows.LastRun> lastRuns = workflows.lastRuns(scope, page.workflows());
        Map<String, Level> levels = access.levels(caller, page.workflows());
        ObjectNode answer = Json.mapper().createObjectNode();
        var list = answer.putArray("workflows");
        for (WorkflowRow workflow : page.workflows()) {
            list.add(listed(workflow, lastRuns.get(workflow.id()), levels.get(workflow.id())));
        }
        answer.put("total", page.total());
        answer.put("limit", limit).put("offset", offset);
        answer.put(
                "nextCursor", page.isLast() ? null : page.workflows().getLast().id());
        ctx.json(answer);
    }

    /**
     * @param last its newest execution; null if there is none
     * @param level what the caller may do with it; null if that was taken from them meanwhile
     */
    private static ObjectNode listed(WorkflowRow workflow, Workflows.@Nullable LastRun last, @Nullable Level level) {
        ObjectNode json = WorkflowJson.of(workflow);
        if (level != null) {
            json.put("yourLevel", level.value());
        }
        if (last == null) {
            json.putNull("lastExecution");
        } else {
            ObjectNode told = json.putObject("lastExecution");
            told.put("id", last.id()).put("status", last.status());
            told.set("reason", WorkflowJson.reason(last.status(), last.isTest(), last.reason(), workflow));
            WorkflowJson.money(told, "totalCost", last.costNanoUsd());
            told.put("unpricedCalls", last.unpricedCalls());
        }
        return json;
    }

    private void create(Context ctx) {
        Caller caller = access.caller(ctx);
        WorkflowForm form = RequestBody.json(ctx, WorkflowForm.class);
        Account account = account(caller, form.teamId());
        access.requireCreate(caller, account);
        var faults = new Faults();
        WorkflowRow made = form.made(ids.next("wf"), account, WorkflowAccess.who(caller), clock.instant(), faults);
        DefinitionGate.Stored definition = gate.stored(form.definition(), account, faults);
        faults.check();
        requireWithinTier(form, made, definition.text());
        workflows.add(caller.scope(account), access.actor(ctx), access.tier(account), made, definition.text());
        ctx.status(201).json(answer(made, definition.text(), Level.ADMIN, definition.warnings()));
    }

    private void validate(Context ctx) {
        Caller caller = access.caller(ctx);
        JsonNode json = RequestBody.json(ctx, JsonNode.class);
        if (!json.has("definition")) {
            ctx.json(gate.verdict(json, null));
            return;
        }
        ctx.json(gate.verdict(json.get("definition"), accountToRunFor(caller, json)));
    }

    /** Of an account only who may make workflows of it is told what it lacks. */
    private @Nullable Account accountToRunFor(Caller caller, JsonNode json) {
        if (!json.has("teamId")) {
            return null;
        }
        JsonNode team = json.get("teamId");
        Account account = account(caller, team.isNull() ? null : team.asText());
        access.requireCreate(caller, account);
        return account;
    }

    private void get(Context ctx) {
        Allowed allowed = access.require(ctx, Level.VIEWER);
        WorkflowRow workflow = allowed.workflow();
        ctx.json(answer(
                workflow, workflows.definition(allowed.scope(), workflow.id(), workflow.version()), allowed.level()));
    }

    private void change(Context ctx) {
        Allowed allowed = access.require(ctx, Level.EDITOR);
        WorkflowForm form = RequestBody.json(ctx, WorkflowForm.class);
        var faults = new Faults();
        WorkflowRow changed = form.changed(allowed.workflow(), faults);
        DefinitionGate.@Nullable Stored stored = form.definition() == null
                ? null
                : gate.stored(form.definition(), allowed.workflow().account(), faults);
        @Nullable String definition = stored == null ? null : stored.text();
        if (form.teamId() != null
                && !account(allowed.caller(), form.teamId())
                        .equals(allowed.workflow().account())) {
            faults.add("teamId", "cannot be changed", "Export the workflow, and import it into the other team.");
        }
        faults.check();
        if (definition != null) {
            String before = workflows.definition(
                    allowed.scope(), allowed.workflow().id(), allowed.workflow().version());
            access.requireUse(allowed, WorkflowJson.definition(before), WorkflowJson.definition(definition));
        }
        access.requireEvents(allowed, changed.triggerConfig());
        requireWithinTier(form, changed, definition);
        WorkflowRow now = workflows.change(
                allowed.scope(),
                access.actor(ctx),
                changed,
                definition,
                allowed.who(),
                form.note() == null ? "" : form.note());
        ctx.json(answer(
                now,
                workflows.definition(allowed.scope(), now.id(), now.version()),
                allowed.level(),
                stored == null ? List.of() : stored.warnings()));
    }

    /** Of what is sent: whoever comes into a smaller tier may still name a workflow anew, or pause it. */
    private void requireWithinTier(WorkflowForm form, WorkflowRow workflow, @Nullable String definition) {
        if (form.executionMode() != null) {
            access.requireTrigger(workflow.account(), workflow.executionMode().triggeredBy());
        }
        if (definition != null) {
            access.requireConcurrency(workflow.account(), WorkflowJson.definition(definition));
        }
    }

    private void delete(Context ctx) {
        Allowed allowed = access.require(ctx, Level.ADMIN);
        workflows.delete(allowed.scope(), allowed.workflow(), access.actor(ctx));
        ctx.status(204);
    }

    static ObjectNode answer(WorkflowRow workflow, String definition, Level level) {
        ObjectNode json = WorkflowJson.of(workflow);
        json.set("definition", DefinitionJson.write(WorkflowJson.definition(definition)));
        json.put("yourLevel", level.value());
        ObjectNode answer = Json.mapper().createObjectNode().put("success", true);
        answer.set("workflow", json);
        return answer;
    }

    /** @param warnings of the definition that was sent */
    static ObjectNode answer(WorkflowRow workflow, String definition, Level level, List<DefinitionFault> warnings) {
        ObjectNode answer = answer(workflow, definition, level);
        answer.set("warnings", DefinitionGate.json(warnings));
        return answer;
    }

    static Account account(Caller caller, @Nullable String teamId) {
        return Owner.of(Optional.ofNullable(teamId), caller);
    }
}

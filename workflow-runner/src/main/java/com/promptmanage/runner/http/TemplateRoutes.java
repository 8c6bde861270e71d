package com.promptmanage.runner.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.definition.DefinitionJson;
import com.promptmanage.runner.http.WorkflowAccess.Allowed;
import com.promptmanage.runner.journal.Sharing.Level;
import com.promptmanage.runner.journal.WorkflowRow;
import com.promptmanage.runner.journal.Workflows;
import com.promptmanage.runner.template.Deployed;
import com.promptmanage.runner.template.Deployer;
import com.promptmanage.runner.template.Deployment;
import com.promptmanage.runner.template.TemplateCatalogue;
import com.promptmanage.runner.template.WorkflowExport;
import com.promptmanage.runner.template.WorkflowTemplate;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.id.Ids;
import com.promptmanage.topics.account.Account;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code /api/workflow-templates}: workflows to start from; and workflows as files, out and in. */
final class TemplateRoutes implements Routes {

    private final WorkflowAccess access;

    private final Workflows workflows;

    private final TemplateCatalogue catalogue;

    private final Deployer deployer;

    private final Supplier<String> ids;

    private final Clock clock;

    TemplateRoutes(
            WorkflowAccess access,
            Workflows workflows,
            TemplateCatalogue catalogue,
            Deployer deployer,
            Ids ids,
            Clock clock) {
        this.access = access;
        this.workflows = workflows;
        this.catalogue = catalogue;
        this.deployer = deployer;
        this.ids = () -> ids.next("wf");
        this.clock = clock;
    }

    /** What a caller sends to set up a template; {@code templateId} may repeat the one in the address. */
    record DeployForm(
            @Nullable String templateId,
            @Nullable String teamId,
            @Nullable Customizations customizations) {}

    /** What a caller sends to take in a file. */
    record ImportForm(
            @Nullable String teamId,
            @Nullable JsonNode template,
            @Nullable Customizations customizations) {}

    /** As {@link Deployment}; what is absent is empty. */
    record Customizations(
            @Nullable String name,
            @Nullable Map<String, String> dataSourceMappings,
            @Nullable Map<String, String> secretMappings,
            @Nullable Map<String, String> values,
            @Nullable Map<String, String> promptCustomizations) {

        Deployment deployment() {
            return new Deployment(
                    Optional.ofNullable(name),
                    orNone(dataSourceMappings),
                    orNone(secretMappings),
                    orNone(values),
                    orNone(promptCustomizations));
        }

        private static Map<String, String> orNone(@Nullable Map<String, String> map) {
            return map == null ? Map.of() : map;
        }
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/workflow-templates", this::list);
        routes.get("/api/workflow-templates/{templateId}", this::get);
        routes.post("/api/workflow-templates/{templateId}/deploy", this::deploy);
        routes.post("/api/workflows/import", this::takeIn);
        routes.get("/api/workflows/{id}/export", this::export);
    }

    private void list(Context ctx) {
        access.caller(ctx);
        var faults = new Faults();
        var asked = new Asked(ctx, faults);
        String category = asked.text("category");
        String tag = asked.text("tag");
        faults.check();
        ObjectNode answer = Json.mapper().createObjectNode();
        ArrayNode list = answer.putArray("templates");
        catalogue.all().stream()
                .filter(template ->
                        category == null || template.category().value().equals(category))
                .filter(template -> tag == null || template.tags().contains(tag))
                .forEach(template -> list.add(withoutDefinition(template)));
        answer.putNull("nextCursor");
        ctx.json(answer);
    }

    private void get(Context ctx) {
        access.caller(ctx);
        WorkflowTemplate template = template(ctx);
        ObjectNode json = withoutDefinition(template);
        json.set("definition", template.definition());
        ctx.json(Json.mapper().createObjectNode().set("template", json));
    }

    private void deploy(Context ctx) {
        Caller caller = access.caller(ctx);
        WorkflowTemplate template = template(ctx);
        DeployForm form = RequestBody.json(ctx, DeployForm.class);
        if (form.templateId() != null && !form.templateId().equals(template.id())) {
            throw ProblemException.invalid("templateId", "is not the one in the address", "Leave it out.");
        }
        add(ctx, caller, form.teamId(), template, form.customizations());
    }

    private void takeIn(Context ctx) {
        Caller caller = access.caller(ctx);
        ImportForm form = importForm(ctx);
        if (form.template() == null) {
            throw ProblemException.invalid(
                    "template", "is missing", "Send what an export gave, as it is or as the field template.");
        }
        WorkflowTemplate template;
        try {
            template = WorkflowExport.read(Json.bytes(form.template()));
        } catch (IllegalArgumentException e) {
            throw ProblemException.invalid(
                    "template", "is no exported workflow: " + e.getMessage(), "Send what an export gave.");
        }
        add(ctx, caller, form.teamId(), template, form.customizations());
    }

    /** What an export gave, with more about it or as it is. */
    private static ImportForm importForm(Context ctx) {
        JsonNode sent = RequestBody.json(ctx, JsonNode.class);
        return !sent.has("template") && sent.path("definition").isObject()
                ? new ImportForm(ctx.queryParam("teamId"), sent, null)
                : Json.read(Json.bytes(sent), ImportForm.class);
    }

    private void export(Context ctx) {
        Allowed allowed = access.require(ctx, Level.VIEWER);
        WorkflowRow workflow = allowed.workflow();
        String definition = workflows.definition(allowed.scope(), workflow.id(), workflow.version());
        WorkflowTemplate export =
                WorkflowExport.of(workflow.name(), workflow.description(), WorkflowJson.definition(definition));
        ctx.header("Content-Disposition", "attachment; filename=\"workflow.json\"");
        ctx.contentType("application/json").result(WorkflowExport.bytes(export));
    }

    private void add(
            Context ctx,
            Caller caller,
            @Nullable String teamId,
            WorkflowTemplate template,
            @Nullable Customizations customizations) {
        Account account = WorkflowRoutes.account(caller, teamId);
        access.requireCreate(caller, account);
        var none = new Customizations(null, null, null, null, null);
        Deployment deployment = (customizations == null ? none : customizations).deployment();
        switch (deployer.deploy(template, deployment, account)) {
            case Deployed.Refused refused -> {
                var faults = new Faults();
                refused.faults()
                        .forEach(
                                fault -> faults.add("customizations." + fault.field(), fault.detail(), fault.remedy()));
                faults.check();
            }
            case Deployed.Ready ready -> {
                // One of ours runs with as few nodes at once as the tier allows; what someone brings says how many it
                // wants.
                if (!catalogue.all().contains(template)) {
                    access.requireConcurrency(account, ready.definition());
                }
                WorkflowRow made = row(caller, account, template, ready);
                String definition = new String(DefinitionJson.bytes(ready.definition()), StandardCharsets.UTF_8);
                workflows.add(caller.scope(account), access.actor(ctx), access.tier(account), made, definition);
                ObjectNode answer = WorkflowRoutes.answer(made, definition, Level.ADMIN, ready.warnings());
                ctx.status(201).json(answer.put("workflowId", made.id()));
            }
        }
    }

    private WorkflowRow row(Caller caller, Account account, WorkflowTemplate template, Deployed.Ready ready) {
        var form = new WorkflowForm(
                null,
                ready.name(),
                ready.description(),
                null,
                null,
                null,
                List.copyOf(template.tags()),
                template.category().value(),
                null,
                null,
                null,
                null,
                null,
                null);
        var faults = new Faults();
        WorkflowRow made = form.made(ids.get(), account, WorkflowAccess.who(caller), clock.instant(), faults);
        faults.check();
        return made;
    }

    private WorkflowTemplate template(Context ctx) {
        return catalogue
                .find(ctx.pathParam("templateId"))
                .orElseThrow(() -> ProblemException.notFound("There is no such template"));
    }

    private static ObjectNode withoutDefinition(WorkflowTemplate template) {
        ObjectNode json = Json.mapper().valueToTree(template);
        json.remove("definition");
        json.put("nodeCount", template.definition().path("nodes").size());
        return json;
    }
}

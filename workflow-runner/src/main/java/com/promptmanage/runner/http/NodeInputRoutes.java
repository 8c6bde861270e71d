package com.promptmanage.runner.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.http.WorkflowAccess.AllowedExecution;
import com.promptmanage.runner.journal.GivenInputs;
import com.promptmanage.runner.journal.GivenInputs.Given;
import com.promptmanage.runner.node.NodeInvocation.Context;
import com.promptmanage.runner.work.Invocations;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import io.javalin.config.RoutesConfig;
import java.time.Clock;
import java.util.Optional;

/**
 * {@code GET …/executions/{executionId}/nodes/{nodeExecutionId}/input}: what a node was given. Made of outputs, records and what
 * triggered the execution, from which secrets were taken out when they came.
 */
final class NodeInputRoutes implements Routes {

    private final WorkflowAccess access;

    private final GivenInputs inputs;

    private final Clock clock;

    NodeInputRoutes(WorkflowAccess access, GivenInputs inputs, Clock clock) {
        this.access = access;
        this.inputs = inputs;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/workflows/executions/{executionId}/nodes/{nodeExecutionId}/input", this::get);
    }

    private void get(io.javalin.http.Context ctx) {
        AllowedExecution allowed = access.requireShownExecution(ctx);
        String id = ctx.pathParam("nodeExecutionId");
        Given given = id(id).flatMap(number -> inputs.find(
                        allowed.workflow().scope(), allowed.execution().id(), number))
                .orElseThrow(() -> ProblemException.notFound("There is no such node execution of this execution"));
        ObjectNode answer = Json.mapper().createObjectNode();
        answer.put("id", id).put("nodeId", given.nodeId()).put("scope", given.scope());
        switch (given) {
            case Given.Known known -> {
                Context context = Invocations.context(known.pinned(), known.facts(), known.nodeId(), clock.instant());
                answer.set("input", context.input());
                answer.set("record", context.record());
                ObjectNode items = answer.putObject("items");
                context.items().forEach(items::set);
            }
            case Given.Nothing nothing -> answer.putNull("input").putNull("record");
            case Given.TooLarge large ->
                answer.putNull("input").putNull("record").put("tooLargeBytes", large.bytes());
        }
        ctx.json(answer);
    }

    private static Optional<Long> id(String text) {
        return text.matches("\\d{1,18}") ? Optional.of(Long.valueOf(text)) : Optional.empty();
    }
}

package com.promptmanage.runner.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.http.WorkflowAccess.Allowed;
import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.journal.Runs.Enqueued;
import com.promptmanage.runner.journal.Runs.NewRun;
import com.promptmanage.runner.journal.Runs.TriggeredBy;
import com.promptmanage.runner.journal.Sharing.Level;
import com.promptmanage.runner.journal.StoredJson;
import com.promptmanage.runner.trigger.HookSecrets;
import com.promptmanage.runner.trigger.HookSignature;
import com.promptmanage.runner.trigger.StandardSignature;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.http.Several;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** {@code POST /api/hooks/{workflowId}}: other systems run a workflow by a call that they have signed. */
final class HookRoutes implements Routes {

    private static final int BODY_BYTES_MAX = 1 << 20;

    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    private final WorkflowAccess access;

    private final HookSecrets secrets;

    private final Runs runs;

    private final Clock clock;

    HookRoutes(WorkflowAccess access, HookSecrets secrets, Runs runs, Clock clock) {
        this.access = access;
        this.secrets = secrets;
        this.runs = runs;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post("/api/hooks/{workflowId}", this::call, Several.OF_ANY);
        routes.post("/api/workflows/{id}/hook-secret", this::rotate);
    }

    /** Told once: it cannot be read again. */
    private void rotate(Context ctx) {
        Allowed allowed = access.require(ctx, Level.EDITOR);
        access.requireTrigger(allowed.workflow().account(), TriggeredBy.WEBHOOK);
        String secret = secrets.rotate(
                allowed.scope(),
                allowed.workflow().account(),
                allowed.workflow().id(),
                access.actor(ctx));
        ctx.status(201)
                .json(Json.mapper()
                        .createObjectNode()
                        .put("secret", secret)
                        .put("path", "/api/hooks/" + allowed.workflow().id())
                        .put("header", HookSignature.HEADER));
    }

    private void call(Context ctx) {
        String workflowId = ctx.pathParam("workflowId");
        byte[] body = RequestBody.bytes(ctx, BODY_BYTES_MAX);
        @Nullable String key = verified(ctx, workflowId, body);
        JsonNode data = body.length == 0 ? Json.mapper().createObjectNode() : Json.read(body, JsonNode.class);
        // Only what the sender says is the same is the same: two like bodies may be two events.
        Enqueued enqueued = runs.enqueue(
                new NewRun(workflowId, null, null, TriggeredBy.WEBHOOK, StoredJson.write(data), key, false, null));
        ctx.status(202)
                .json(Json.mapper()
                        .createObjectNode()
                        .put("success", true)
                        .put("executionId", enqueued.executionId())
                        .put("replayed", !enqueued.isNew()));
    }

    /** Returns what makes a later call the same one; null if each is another. */
    private @Nullable String verified(Context ctx, String workflowId, byte[] body) {
        @Nullable String id = ctx.header(StandardSignature.ID);
        @Nullable String key = ctx.header(IDEMPOTENCY_KEY);
        boolean isGood = id == null
                ? HookSignature.isGood(
                        ctx.header(HookSignature.HEADER), key, body, secrets.of(workflowId), clock.instant())
                : new StandardSignature(
                                id, ctx.header(StandardSignature.TIMESTAMP), ctx.header(StandardSignature.SIGNATURE))
                        .isGood(body, secrets.of(workflowId), clock.instant());
        // One answer for a workflow that is not there, one without a hook, and a signature that does not fit.
        if (!isGood) {
            throw ProblemException.unauthenticated(
                    "The signature is missing, not good, or too old. One of a call with an Idempotency-Key is over that, too.");
        }
        if (id != null) {
            return "hook-id:" + id;
        }
        if (key != null && (key.isBlank() || key.length() > 256)) {
            throw ProblemException.invalid(IDEMPOTENCY_KEY, "is blank or long", "Send 1 to 256 characters.");
        }
        return key == null ? null : "hook:" + key;
    }
}

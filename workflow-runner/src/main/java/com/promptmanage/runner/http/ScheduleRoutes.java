package com.promptmanage.runner.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.http.WorkflowAccess.Allowed;
import com.promptmanage.runner.journal.Runs.TriggeredBy;
import com.promptmanage.runner.journal.Sharing.Level;
import com.promptmanage.runner.trigger.Schedule;
import com.promptmanage.runner.trigger.Schedules;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** {@code /api/workflows/{id}/schedule}: when a workflow is run by itself. */
final class ScheduleRoutes implements Routes {

    private static final int PREVIEW = 5;

    private final WorkflowAccess access;

    private final Schedules schedules;

    private final InstantSource clock;

    /** @param clock by which schedules are fired */
    ScheduleRoutes(WorkflowAccess access, Schedules schedules, InstantSource clock) {
        this.access = access;
        this.schedules = schedules;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/workflows/{id}/schedule", this::get);
        routes.put("/api/workflows/{id}/schedule", this::put);
    }

    private void get(Context ctx) {
        Allowed allowed = access.require(ctx, Level.VIEWER);
        answer(ctx, schedules.find(allowed.scope(), allowed.workflow().id()));
    }

    private void put(Context ctx) {
        Allowed allowed = access.require(ctx, Level.EDITOR);
        Schedule schedule = RequestBody.json(ctx, Schedule.class);
        var faults = new Faults();
        schedule.check(faults);
        faults.check();
        if (schedule.isEnabled()) {
            access.requireTrigger(allowed.workflow().account(), TriggeredBy.SCHEDULE);
        }
        if ("true".equals(ctx.queryParam("check"))) {
            // As it would be: the one that is stored stays as it is.
            List<Instant> next = schedule.preview(clock.instant(), 1);
            answer(
                    ctx,
                    Optional.of(new Schedules.Row(
                            allowed.workflow().id(),
                            schedule,
                            schedule.isEnabled() && !next.isEmpty() ? next.getFirst() : null,
                            null)));
            return;
        }
        answer(
                ctx,
                Optional.of(schedules.put(
                        allowed.scope(),
                        access.actor(ctx),
                        allowed.workflow().account(),
                        allowed.workflow().id(),
                        schedule)));
    }

    private void answer(Context ctx, Optional<Schedules.Row> row) {
        ObjectNode answer = Json.mapper().createObjectNode();
        if (row.isEmpty()) {
            answer.putNull("schedule")
                    .putNull("nextFireAt")
                    .putNull("lastFireAt")
                    .putArray("preview");
        } else {
            Schedules.Row known = row.get();
            answer.set("schedule", Json.mapper().valueToTree(known.schedule()));
            WorkflowJson.time(answer, "nextFireAt", known.nextFireAt());
            WorkflowJson.time(answer, "lastFireAt", known.lastFireAt());
            var preview = answer.putArray("preview");
            if (known.schedule().isEnabled()) {
                known.schedule().preview(clock.instant(), PREVIEW).stream()
                        .map(Instant::toString)
                        .forEach(preview::add);
            }
        }
        ctx.json(answer);
    }
}

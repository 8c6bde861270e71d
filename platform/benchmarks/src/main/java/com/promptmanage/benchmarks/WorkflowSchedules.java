package com.promptmanage.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.journal.ExecutionRecords;
import com.promptmanage.runner.journal.ExecutionRecords.Filter;
import com.promptmanage.runner.journal.ExecutionRecords.Shown;
import com.promptmanage.runner.trigger.ContinuousRuns;
import com.promptmanage.runner.trigger.Schedule;
import com.promptmanage.runner.trigger.Scheduler;
import com.promptmanage.runner.trigger.Schedules;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.account.Account;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;

/** How late many schedules of the same minute are fired. */
final class WorkflowSchedules {

    /** Of the minute in which schedules are put: what is left of it is enough for all of them. */
    private static final int SECONDS_BEGUN_MAX = 20;

    private final WorkflowStand stand;

    WorkflowSchedules(WorkflowStand stand) {
        this.stand = stand;
    }

    void measure(int count) throws InterruptedException {
        var schedules = new Schedules(stand.database(), WorkflowStand.CLOCK);
        var workflows = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            workflows.add(stand.add(WorkflowStand.chain(1)));
        }
        putAll(schedules, workflows);
        var lateMs = new long[count];
        try (var engine = stand.engine();
                var scheduler = Scheduler.start(
                        schedules,
                        stand.runs(),
                        new ContinuousRuns(stand.runs(), last -> false),
                        new SimpleMeterRegistry(),
                        WorkflowStand.CLOCK)) {
            for (int i = 0; i < count; i++) {
                Shown first = awaitFirst(workflows.get(i));
                Instant due = scheduledFor(first);
                Instant started = first.startedAt() == null ? WorkflowStand.CLOCK.instant() : first.startedAt();
                lateMs[i] = Duration.between(due, started).toMillis();
            }
            System.out.printf(
                    "from the time of %,d schedules of the same minute to the start (%s, %s): ",
                    count, engine.isAlive(), scheduler.isAlive());
        }
        Arrays.sort(lateMs);
        System.out.printf(
                "p50 %,d ms, p99 %,d ms, most %,d ms%n",
                lateMs[count / 2], lateMs[count * 99 / 100], lateMs[count - 1]);
    }

    /** All of them are there before the minute comes that is the first for each. */
    private static void putAll(Schedules schedules, List<String> workflows) throws InterruptedException {
        var everyMinute = new Schedule("cron", "* * * * *", null, null, null, null);
        while (WorkflowStand.CLOCK.instant().atOffset(ZoneOffset.UTC).getSecond() >= SECONDS_BEGUN_MAX) {
            Thread.sleep(100);
        }
        var firsts = new HashSet<String>();
        for (String workflow : workflows) {
            Schedules.Row row =
                    schedules.put(Scope.EVERYONE, Actor.SYSTEM, Account.team("acme"), workflow, everyMinute);
            firsts.add(String.valueOf(row.nextFireAt()));
        }
        if (firsts.size() != 1) {
            throw new IllegalStateException("not all schedules are of the same minute: " + firsts);
        }
    }

    private static Instant scheduledFor(Shown execution) {
        JsonNode told = Json.read(execution.triggerData().getBytes(StandardCharsets.UTF_8), JsonNode.class);
        return Instant.parse(told.path("scheduledFor").asText());
    }

    private Shown awaitFirst(String workflow) throws InterruptedException {
        while (true) {
            List<Shown> found = new ExecutionRecords(stand.database())
                    .list(Scope.EVERYONE, new Filter(workflow, null, null, null, null, Instant.EPOCH, null), 10);
            if (!found.isEmpty() && found.getLast().startedAt() != null) {
                return found.getLast();
            }
            Thread.sleep(50);
        }
    }
}

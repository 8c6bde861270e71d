package com.promptmanage.runner.trigger;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.journal.Runs.NewRun;
import com.promptmanage.runner.journal.Runs.TriggeredBy;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.UnavailableException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fires schedules when they are due. Any number of processes may do so: a time is fired by the insert of its execution, whose key
 * is the time itself, and so once.
 *
 * <p>Threads: one of its own.
 */
public final class Scheduler implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Scheduler.class);

    private static final Duration LOOK_EVERY = Duration.ofMillis(500);

    /** What is later than this was missed: everything was down, or stood still. */
    private static final Duration LATE = Duration.ofMinutes(1);

    private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);

    private static final int ROWS_MAX = 100;

    private final Schedules schedules;

    private final Runs runs;

    private final ContinuousRuns continuous;

    private final InstantSource clock;

    private final Timer late;

    private final Thread thread;

    private Scheduler(
            Schedules schedules, Runs runs, ContinuousRuns continuous, MeterRegistry meters, InstantSource clock) {
        this.schedules = schedules;
        this.runs = runs;
        this.continuous = continuous;
        this.clock = clock;
        this.late = Timer.builder("workflow.schedule.late")
                .description("From the time that a schedule names until its execution is queued; missed times left out")
                .publishPercentiles(0.5, 0.99)
                .register(meters);
        this.thread = Thread.ofPlatform().name("workflow-schedule").daemon().unstarted(this::run);
    }

    /** @param clock one that all processes have in common: {@link Schedules#databaseClock} */
    public static Scheduler start(
            Schedules schedules, Runs runs, ContinuousRuns continuous, MeterRegistry meters, InstantSource clock) {
        var scheduler = new Scheduler(schedules, runs, continuous, meters, clock);
        scheduler.thread.start();
        return scheduler;
    }

    /** With no thread: a test says when it looks. */
    static Scheduler byHand(
            Schedules schedules, Runs runs, ContinuousRuns continuous, MeterRegistry meters, InstantSource clock) {
        return new Scheduler(schedules, runs, continuous, meters, clock);
    }

    public boolean isAlive() {
        return thread.isAlive();
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                // Many are due at the full hour: those that wait for their turn must not become late by our pauses.
                if (!look()) {
                    Thread.sleep(LOOK_EVERY);
                }
            } catch (InterruptedException e) {
                return;
            } catch (UnavailableException e) {
                LOGGER.atWarn()
                        .addKeyValue("cause", String.valueOf(e.getCause()))
                        .log("schedules wait for the database");
                pause();
            } catch (RuntimeException | StackOverflowError | LinkageError e) {
                LOGGER.atError().setCause(e).log("schedules are not fired for now");
                pause();
            }
        }
    }

    /** Fires what is due now. Returns whether there may be more. */
    boolean look() {
        List<Schedules.Row> due = schedules.due(ROWS_MAX, clock.instant());
        for (Schedules.Row row : due) {
            try {
                fire(row);
            } catch (UnavailableException e) {
                throw e;
            } catch (RuntimeException | StackOverflowError | LinkageError e) {
                LOGGER.atError()
                        .setCause(e)
                        .addKeyValue("workflowId", row.workflowId())
                        .log("a schedule cannot be fired for now");
                // Else it would be the first one again, and a few of them all that is ever looked at.
                schedules.advance(row, clock.instant().plus(AFTER_FAILURE), false);
            }
        }
        continuous.look();
        return due.size() == ROWS_MAX;
    }

    private void fire(Schedules.Row row) {
        @Nullable Instant due = row.nextFireAt();
        if (due == null) {
            return;
        }
        Instant now = clock.instant();
        boolean isMissed = Duration.between(due, now).compareTo(LATE) > 0;
        boolean fires = !isMissed || row.schedule().catchesUp();
        if (fires) {
            enqueue(row, due);
            if (!isMissed) {
                late.record(Duration.between(due, clock.instant()));
            }
        } else {
            LOGGER.atWarn()
                    .addKeyValue("workflowId", row.workflowId())
                    .addKeyValue("due", due)
                    .log("a scheduled time was missed and is left out");
        }
        // Of several that were missed, one is enough.
        Optional<Instant> next = row.schedule().next(isMissed ? now : due);
        schedules.advance(row, next.orElse(null), fires);
    }

    private void enqueue(Schedules.Row row, Instant due) {
        ObjectNode data = Json.mapper().createObjectNode().put("scheduledFor", due.toString());
        try {
            runs.enqueue(new NewRun(
                    row.workflowId(),
                    null,
                    null,
                    TriggeredBy.SCHEDULE,
                    data.toString(),
                    "schedule:" + due,
                    false,
                    null));
        } catch (ProblemException e) {
            LOGGER.atInfo()
                    .addKeyValue("workflowId", row.workflowId())
                    .addKeyValue("cause", e.getMessage())
                    .log("a scheduled time is left out");
        }
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_EVERY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

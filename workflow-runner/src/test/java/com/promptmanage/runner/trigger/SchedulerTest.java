package com.promptmanage.runner.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.journal.ExecutionRecords;
import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.journal.Versions;
import com.promptmanage.runner.work.RunningEngine;
import com.promptmanage.runner.work.Workflow;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.id.Ids;
import com.promptmanage.service.tier.Tiers;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.FailingClock;
import com.promptmanage.testkit.ManualClock;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SchedulerTest {

    private static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

    private final ManualClock clock = new ManualClock(NOON);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private final Database database = Database.open(
            DatabaseSettings.of(MigratedDatabase.url(), "of-the-tests").withConnectionsMax(2));

    private final Runs runs = new Runs(database, new Versions(), new Ids(clock), clock);

    private final Schedules schedules = new Schedules(database, clock);

    private final Scheduler scheduler = scheduler();

    private final String workflow =
            RunningEngine.add(database, Workflow.of(Workflow.step("only")).definition(), 10);

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void aTimeIsFiredOnceWhoeverLooksAndHoweverOften() {
        put(new Schedule("interval", null, 10, null, null, null));

        scheduler.look();
        assertThat(executions()).isEmpty();
        clock.set(NOON.plus(Duration.ofMinutes(10)));
        scheduler.look();
        scheduler().look();
        scheduler.look();

        assertThat(executions()).hasSize(1).first().asString().contains("2026-11-25T12:10:00Z");
        clock.set(NOON.plus(Duration.ofMinutes(20)).plusSeconds(1));
        scheduler().look();
        assertThat(executions()).hasSize(2);
    }

    @Test
    void aTimeIsFiredAfterErrorsThatTheThreadOutlives() throws Exception {
        put(new Schedule("interval", null, 10, null, null, null));
        clock.set(NOON.plus(Duration.ofMinutes(10)));
        var failing = new FailingClock(
                clock, "workflow-schedule", new StackOverflowError(), new NoClassDefFoundError("for now"));

        try (var started = Scheduler.start(schedules, runs, new ContinuousRuns(runs, last -> true), meters, failing)) {
            Await.until(() -> assertThat(executions()).hasSize(1));

            assertThat(started.isAlive()).isTrue();
        }
        assertThat(failing.left()).isZero();
    }

    @Test
    void howLateTimesAreFiredIsMeasuredAndThoseThatWereMissedAreNotAmongThem() {
        put(new Schedule("interval", null, 10, null, "last", null));
        clock.set(NOON.plus(Duration.ofMinutes(10)).plusMillis(700));
        scheduler.look();
        clock.set(NOON.plus(Duration.ofMinutes(40)).minusSeconds(1));
        scheduler.look();

        Timer late = meters.get("workflow.schedule.late").timer();
        assertThat(executions()).hasSize(2);
        assertThat(late.count()).isEqualTo(1);
        assertThat(late.max(TimeUnit.MILLISECONDS)).isEqualTo(700);
    }

    @Test
    void moreSchedulesOfTheSameMinuteThanAreReadAtOnceAreAllFiredWithoutAPause() {
        for (int i = 0; i < 150; i++) {
            schedules.put(
                    Scope.EVERYONE,
                    Actor.SYSTEM,
                    RunningEngine.TEAM,
                    RunningEngine.add(
                            database, Workflow.of(Workflow.step("only")).definition(), 1),
                    new Schedule("cron", "5 12 * * *", null, null, null, null));
        }
        clock.set(NOON.plus(Duration.ofMinutes(5)));

        assertThat(scheduler.look()).as("there may be more").isTrue();
        assertThat(scheduler.look()).isFalse();

        assertThat(meters.get("workflow.schedule.late").timer().count()).isEqualTo(150);
    }

    @Test
    void timesThatWereMissedAreLeftOutUnlessTheLastIsWanted() {
        put(new Schedule("interval", null, 10, null, null, null));
        clock.set(NOON.plus(Duration.ofHours(5)).plusSeconds(90));
        scheduler.look();
        assertThat(executions()).isEmpty();

        clock.set(NOON);
        put(new Schedule("interval", null, 10, null, "last", null));
        clock.set(NOON.plus(Duration.ofHours(5)).plusSeconds(90));
        scheduler.look();
        scheduler.look();
        assertThat(executions()).hasSize(1);
        assertThat(schedules.find(Scope.EVERYONE, workflow).orElseThrow().nextFireAt())
                .isEqualTo(NOON.plus(Duration.ofHours(5)).plus(Duration.ofMinutes(10)));
    }

    @Test
    void aClockThatIsSetBackFiresNothingTwice() {
        put(new Schedule("interval", null, 10, null, null, null));
        clock.set(NOON.plus(Duration.ofMinutes(10)));
        scheduler.look();

        for (int minute : new int[] {2, 10, 11}) {
            clock.set(NOON.plus(Duration.ofMinutes(minute)));
            scheduler.look();
        }
        assertThat(executions()).hasSize(1);
        clock.set(NOON.plus(Duration.ofMinutes(20)));
        scheduler.look();
        assertThat(executions()).hasSize(2);
    }

    @Test
    void whatIsSwitchedOffDoesNotFire() {
        put(new Schedule("cron", "* * * * *", null, "Europe/Berlin", null, false));
        clock.set(NOON.plus(Duration.ofMinutes(3)));
        scheduler.look();

        assertThat(executions()).isEmpty();
    }

    @Test
    void whatADeletedTeamLeftBehindBeginsNothing() {
        put(new Schedule("interval", null, 10, null, null, null));
        database.useAsSystem(handle -> {
            handle.execute("INSERT INTO teams (id, name, slug, deleted_at) VALUES ('team_1', 'T', 'team-one', now())");
            handle.execute("INSERT INTO teams (id, name, slug, deleted_at) VALUES ('team_2', 'T', 'team-two', NULL)");
        });
        clock.set(NOON.plus(Duration.ofMinutes(10)));
        scheduler.look();

        assertThat(executions()).isEmpty();
        assertThat(schedules.due(10, clock.instant())).isEmpty();
        assertThatThrownBy(() -> runs.enqueue(
                        new Runs.NewRun(workflow, null, "ada", Runs.TriggeredBy.WEBHOOK, "{}", null, false, null)))
                .isInstanceOf(ProblemException.class);
    }

    @Test
    void aContinuousWorkflowThatMayNotGoOnIsLeftAloneForAWhile() {
        endedAnHourAgo("exe_last", workflow);
        var ofATier = new Runs(database, new Tiers(database, true), new Versions(), new Ids(clock), clock);
        var asked = new AtomicInteger();
        var continuous = new ContinuousRuns(ofATier, last -> asked.incrementAndGet() > 0);

        continuous.look();
        continuous.look();

        assertThat(executions()).as("no free account's workflow runs").hasSize(1);
        assertThat(asked).hasValue(1);
    }

    @Test
    void aContinuousWorkflowWhoseConditionIsNotComeToAnEndOfHoldsUpNoOther() {
        String other =
                RunningEngine.add(database, Workflow.of(Workflow.step("only")).definition(), 10);
        endedAnHourAgo("exe_of_one", workflow);
        endedAnHourAgo("exe_of_other", other);
        var continuous = new ContinuousRuns(runs, last -> {
            if (last.workflowId().equals(workflow)) {
                throw new StackOverflowError();
            }
            return true;
        });

        continuous.look();

        assertThat(executions(workflow)).hasSize(1);
        assertThat(executions(other)).hasSize(2);
    }

    @Test
    void whetherAContinuousWorkflowGoesOnIsAskedOnceAfterEachExecution() {
        endedAnHourAgo("exe_one", workflow);
        var asked = new ArrayList<String>();
        var continuous = new ContinuousRuns(runs, last -> {
            asked.add(last.executionId());
            if (last.executionId().equals("exe_two")) {
                throw new IllegalStateException("nobody can tell");
            }
            return false;
        });

        continuous.look();
        continuous.look();
        endedAnHourAgo("exe_two", workflow);
        continuous.look();
        continuous.look();

        assertThat(asked).containsExactly("exe_one", "exe_two");
        assertThat(executions()).hasSize(2);
    }

    /** Of a workflow that has none under way. */
    private void endedAnHourAgo(String execution, String workflow) {
        database.useAsSystem(handle -> {
            handle.execute("UPDATE workflows SET execution_mode = 'continuous' WHERE id = ?", workflow);
            handle.execute("""
                    INSERT INTO executions (id, workflow_id, workflow_version, account, user_id, triggered_by, trigger_data,
                        status, created_at, completed_at, ended_at)
                    SELECT ?, ?, 1, 'team:team_1', 'ada', 'manual', '{}', 'completed', h.ago, h.ago, h.ago
                    FROM (SELECT now() - interval '1 hour' AS ago) AS h
                    """, execution, workflow);
        });
    }

    @Test
    void aScheduleThatCannotBeFiredHoldsUpNoOther() {
        put(new Schedule("interval", null, 10, null, null, null));
        database.useAsSystem(handle -> handle.execute(
                """
                INSERT INTO workflow_schedules (workflow_id, account, schedule, enabled, next_fire_at, updated_at)
                SELECT ?, 'team:team_1', '{"type": "cron", "cron": "no such thing"}', true, to_timestamp(0), now()
                """,
                RunningEngine.add(database, Workflow.of(Workflow.step("only")).definition(), 10)));
        clock.set(NOON.plus(Duration.ofMinutes(10)));

        scheduler.look();

        assertThat(executions()).hasSize(1);
    }

    /** Whoever looks has just been started, and looks late, but within the minute. */
    @Test
    void noTimeIsLostOrFiredTwiceOverChangesOfTheClocksAndRestarts() {
        for (String night : List.of("2026-03-29T00:00:00Z", "2026-10-25T00:00:00Z")) {
            Instant from = Instant.parse(night);
            clock.set(from);
            Map<String, List<Instant>> wanted = new HashMap<>();
            wanted.put(scheduled("30 2 * * *", null), List.of());
            wanted.put(scheduled("*/15 * * * *", null), List.of());
            wanted.put(scheduled(null, 10), List.of());
            wanted.replaceAll(
                    (id, none) -> schedules.find(Scope.EVERYONE, id).orElseThrow().schedule().preview(from, 20).stream()
                            .filter(time -> !time.isAfter(from.plus(Duration.ofHours(3))))
                            .toList());

            for (Instant now = from;
                    now.isBefore(from.plus(Duration.ofHours(3)).plusSeconds(52));
                    now = now.plusSeconds(52)) {
                clock.set(now);
                scheduler().look();
                scheduler().look();
            }

            wanted.forEach((id, times) -> assertThat(executions(id).reversed())
                    .as("times of %s", id)
                    .isEqualTo(times.stream()
                            .map("{\"scheduledFor\":\"%s\"}"::formatted)
                            .toList()));
            assertThat(wanted.values()).extracting(List::size).containsExactlyInAnyOrder(1, 12, 18);
        }
    }

    /** A workflow with a schedule in Berlin. */
    private String scheduled(@Nullable String cron, @Nullable Integer minutes) {
        String id =
                RunningEngine.add(database, Workflow.of(Workflow.step("only")).definition(), 1_000);
        var schedule = new Schedule(cron == null ? "interval" : "cron", cron, minutes, "Europe/Berlin", null, null);
        schedules.put(Scope.EVERYONE, Actor.SYSTEM, RunningEngine.TEAM, id, schedule);
        return id;
    }

    @Test
    void aClockThatIsSetBackFiresNothingAgain() {
        put(new Schedule("interval", null, 10, null, null, null));
        clock.set(NOON.plus(Duration.ofMinutes(10)));
        scheduler.look();
        clock.set(NOON.plus(Duration.ofMinutes(5)));
        scheduler.look();
        // Set again by someone meanwhile, it comes to a time that was fired.
        put(new Schedule("interval", null, 10, null, null, null));
        clock.set(NOON.plus(Duration.ofMinutes(10)).plusSeconds(1));
        scheduler.look();

        assertThat(executions()).hasSize(1);
    }

    @Test
    void aProcessWhoseClockIsWrongFiresNothingTooEarlyAndLeavesNothingOut() {
        var daily = new Schedule("interval", null, 1_440, null, "last", null);
        String soon =
                RunningEngine.add(database, Workflow.of(Workflow.step("only")).definition(), 1);
        put(daily);
        schedules.put(Scope.EVERYONE, Actor.SYSTEM, RunningEngine.TEAM, soon, daily);
        dueIn(workflow, -1);
        dueIn(soon, 30);
        clock.set(Instant.now().plus(Duration.ofHours(1)));

        Scheduler.byHand(
                        schedules,
                        runs,
                        new ContinuousRuns(runs, last -> true),
                        meters,
                        Schedules.databaseClock(database))
                .look();

        assertThat(executions()).hasSize(1);
        assertThat(executions(soon)).isEmpty();
        assertThat(schedules.find(Scope.EVERYONE, soon).orElseThrow().lastFireAt())
                .isNull();
    }

    /** By the database's clock. */
    private void dueIn(String id, int minutes) {
        database.useAsSystem(handle -> handle.execute("""
                UPDATE workflow_schedules SET next_fire_at = now() + ? * interval '1 minute' WHERE workflow_id = ?
                """, minutes, id));
    }

    private Scheduler scheduler() {
        return Scheduler.byHand(schedules, runs, new ContinuousRuns(runs, last -> true), meters, clock);
    }

    private void put(Schedule schedule) {
        schedules.put(Scope.EVERYONE, Actor.SYSTEM, RunningEngine.TEAM, workflow, schedule);
    }

    private List<String> executions() {
        return executions(workflow);
    }

    private List<String> executions(String id) {
        return new ExecutionRecords(database)
                        .list(
                                Scope.EVERYONE,
                                new ExecutionRecords.Filter(id, null, null, null, null, Instant.EPOCH, null),
                                100)
                        .stream()
                        .map(ExecutionRecords.Shown::triggerData)
                        .toList();
    }
}

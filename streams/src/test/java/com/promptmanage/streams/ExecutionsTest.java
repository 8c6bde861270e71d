package com.promptmanage.streams;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.streams.read.ExecutionReads.DayFigures;
import com.promptmanage.streams.read.ExecutionReads.WorkflowFigures;
import com.promptmanage.streams.read.RunFigures;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.execution.ExecutionChange;
import com.promptmanage.topics.execution.ExecutionChange.Execution;
import com.promptmanage.topics.execution.ExecutionChange.ExecutionChanged;
import com.promptmanage.topics.execution.ExecutionChange.NodeChanged;
import com.promptmanage.topics.execution.ExecutionChange.NodeStatus;
import com.promptmanage.topics.execution.ExecutionChange.Status;
import com.promptmanage.topics.execution.ExecutionChange.Totals;
import com.promptmanage.topics.execution.ExecutionChangeCodec;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExecutionsTest {

    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

    private static final Account ACME = Account.team("acme");

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private final ExecutionsDriver executions = new ExecutionsDriver(NOW);

    @AfterEach
    void close() {
        executions.close();
    }

    @Test
    void theTopologyIsTheOneThatIsCheckedIn() throws IOException {
        try (var checkedIn = requireNonNull(getClass().getResourceAsStream("executions-topology.txt"))) {
            assertThat(executions.description().strip()).isEqualTo(new String(checkedIn.readAllBytes(), UTF_8).strip());
        }
    }

    @Test
    void anExecutionCountsOnceWithWhatItsNewestEventsSay() {
        Instant queued = NOW.minusSeconds(100);
        executions.send(1, changed("exe_1", queued, Status.QUEUED, null, Totals.NONE));
        executions.send(2, changed("exe_1", queued.plusSeconds(1), Status.RUNNING, null, Totals.NONE));
        executions.send(3, node("exe_1", queued.plusSeconds(1), "ask", NodeStatus.RUNNING, null, 0));
        executions.send(4, node("exe_1", queued.plusSeconds(3), "ask", NodeStatus.RETRYING, null, 40));
        executions.send(5, node("exe_1", queued.plusSeconds(4), "ask", NodeStatus.FAILED, 900L, 90));
        executions.send(6, changed("exe_1", queued.plusSeconds(4), Status.FAILED, 3_000L, totals(90)));
        executions.send(5, node("exe_1", queued.plusSeconds(4), "ask", NodeStatus.FAILED, 900L, 90));
        executions.send(4, node("exe_1", queued.plusSeconds(3), "ask", NodeStatus.RETRYING, null, 40));

        WorkflowFigures figures = figures();
        assertThat(figures.total().in("failed")).isEqualTo(1);
        assertThat(figures.total().runs()).isEqualTo(1);
        assertThat(figures.total().tokens()).isEqualTo(90);
        assertThat(figures.total().costNanoUsd()).isEqualTo(9_000);
        assertThat(figures.total().totalMs()).isEqualTo(3_000);
        assertThat(figures.nodes()).containsOnlyKeys("ask");
        assertThat(figures.nodes().get("ask")).isEqualTo(RunFigures.ofOne("failed", 90, 9_000, OptionalLong.of(900)));
        assertThat(figures.days().values())
                .extracting(DayFigures::failuresByNode)
                .containsExactly(Map.of("ask", 1L));
        assertThat(executions.counts().repeats.sum()).isEqualTo(2);

        // Taken up again, it has not failed any more, and it is the same execution.
        executions.send(7, changed("exe_1", queued.plusSeconds(50), Status.RUNNING, null, totals(90)));
        executions.send(8, node("exe_1", queued.plusSeconds(51), "ask", NodeStatus.COMPLETED, 800L, 150));
        executions.send(9, changed("exe_1", queued.plusSeconds(51), Status.COMPLETED, 50_000L, totals(150)));

        assertThat(figures().total()).isEqualTo(RunFigures.ofOne("completed", 150, 15_000, OptionalLong.of(50_000)));
        assertThat(figures().days().values())
                .extracting(DayFigures::failuresByNode)
                .containsExactly(Map.of());
    }

    @Test
    void whatComesInTheWrongOrderIsPutWhereItBelongs() {
        // In Berlin, the execution was queued on the day before.
        Instant queued = Instant.parse("2026-11-24T22:59:00Z");
        executions.send(3, node("exe_1", queued.plusSeconds(120), "ask", NodeStatus.COMPLETED, 10L, 5));
        assertThat(figures().total()).isEqualTo(RunFigures.NONE);
        executions.send(4, changed("exe_1", queued.plusSeconds(120), Status.COMPLETED, 119_000L, totals(5)));
        assertThat(figures().days()).containsOnlyKeys(LocalDate.parse("2026-11-25"));

        executions.send(1, changed("exe_1", queued, Status.QUEUED, null, Totals.NONE));
        executions.send(2, changed("exe_1", queued.plusSeconds(1), Status.RUNNING, null, Totals.NONE));

        assertThat(figures().days()).containsOnlyKeys(LocalDate.parse("2026-11-24"));
        assertThat(figures().total().in("completed")).isEqualTo(1);
        assertThat(executions
                        .reads()
                        .workflow(
                                ACME,
                                "wf_1",
                                queued.toEpochMilli(),
                                queued.plusSeconds(60).toEpochMilli(),
                                BERLIN)
                        .nodes())
                .containsOnlyKeys("ask");
    }

    @Test
    void poisonIsRejectedWithItsReasonAndWhatFollowsIsCounted() {
        ExecutionChange good = changed("exe_1", NOW, Status.QUEUED, null, Totals.NONE);
        byte[] bytes = ExecutionChangeCodec.write("exe_1/1", "/workflow-runner", good);
        String text = new String(bytes, UTF_8);
        executions.send(ACME.key(), null);
        executions.send(ACME.key(), Arrays.copyOf(bytes, bytes.length - 9));
        executions.send(ACME.key(), "[".repeat(100_000).getBytes(UTF_8));
        executions.send(ACME.key(), text.replace("execution.v1", "execution.v9").getBytes(UTF_8));
        executions.send(ACME.key(), text.replace("queued", "asleep").getBytes(UTF_8));
        executions.send(
                ACME.key(), text.replace("\"tokens\":0", "\"tokens\":-1").getBytes(UTF_8));
        executions.send(
                ACME.key(), text.replace("2026-11-25", "+999999999-11-25").getBytes(UTF_8));
        executions.send(ACME.key(), text.replace("2026-11-25", "2020-11-25").getBytes(UTF_8));
        executions.send("team:other".getBytes(UTF_8), bytes);
        executions.send(1, good);
        executions.send(
                ACME.key(),
                text.replace("wf_1", "wf_2").replace("exe_1/1", "exe_1/2").getBytes(UTF_8));

        assertThat(executions.rejected())
                .extracting(record ->
                        new String(record.headers().lastHeader("pm-reason").value(), UTF_8))
                .containsExactly(
                        "malformed",
                        "malformed",
                        "malformed",
                        "unknown_version",
                        "invalid",
                        "invalid",
                        "time_out_of_range",
                        "time_out_of_range",
                        "account_mismatch",
                        "invalid");
        assertThat(figures().total().in("queued")).isEqualTo(1);
    }

    @Test
    void whatIsOlderThanTheRetentionIsForgottenAndItsRepeatIsNotCountedAgain() {
        ExecutionChange old = changed("exe_1", NOW, Status.COMPLETED, 5L, Totals.NONE);
        executions.send(1, old);
        executions.send(2, node("exe_1", NOW, "ask", NodeStatus.COMPLETED, 5L, 1));
        executions.advance(Duration.ofDays(200));
        executions.send(1, changed("exe_2", executions.now(), Status.COMPLETED, 5L, Totals.NONE));
        executions.advance(Duration.ofDays(201));
        executions.send(1, changed("exe_3", executions.now(), Status.COMPLETED, 5L, Totals.NONE));
        for (int i = 0; i < 100; i++) {
            executions.advance(Duration.ofMinutes(1));
            executions.send(1, changed("exe_3", executions.now(), Status.COMPLETED, 5L, Totals.NONE));
        }

        executions.send(1, old);

        // Two executions with a row each, and from when on all is kept.
        assertThat(executions.rows()).isEqualTo(5);
        assertThat(executions
                        .reads()
                        .workflows(ACME, NOW.toEpochMilli(), executions.now().toEpochMilli() + 1)
                        .get("wf_1"))
                .extracting(RunFigures::runs)
                .isEqualTo(2L);
        assertThat(executions.rejected()).hasSize(1);
    }

    private WorkflowFigures figures() {
        return executions
                .reads()
                .workflow(
                        ACME,
                        "wf_1",
                        NOW.minus(Duration.ofDays(2)).toEpochMilli(),
                        NOW.plus(Duration.ofDays(1)).toEpochMilli(),
                        BERLIN);
    }

    private static Totals totals(long tokens) {
        return new Totals(1, 0, 0, tokens, tokens * 100);
    }

    private static ExecutionChange changed(String id, Instant time, Status status, @Nullable Long ms, Totals totals) {
        return new ExecutionChanged(execution(id), time, status, ms, null, totals);
    }

    private static ExecutionChange node(
            String id, Instant time, String node, NodeStatus status, @Nullable Long ms, long tokens) {
        return new NodeChanged(execution(id), time, node, "prompt", "", status, 1, ms, null, tokens, tokens * 100);
    }

    private static Execution execution(String id) {
        return new Execution(id, "wf_1", 1, "ada", "acme", false);
    }
}

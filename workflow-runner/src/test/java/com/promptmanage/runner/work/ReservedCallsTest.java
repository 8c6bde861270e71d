package com.promptmanage.runner.work;

import static com.promptmanage.runner.work.Script.answered;
import static com.promptmanage.runner.work.Script.refused;
import static com.promptmanage.runner.work.Script.slowly;
import static com.promptmanage.runner.work.Workflow.prompt;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.RetryPolicy;
import com.promptmanage.runner.definition.Settings;
import com.promptmanage.runner.node.Plan;
import com.promptmanage.runner.work.BudgetGate.Verdict;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.money.NanoUsd;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What is reserved for a call, and a call that waits for it: what becomes of them, also when the execution ends before the call does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReservedCallsTest {

    private RunningEngine engine;

    /** A lease so short that a worker soon finds out that its node is nobody's any more. */
    @BeforeAll
    void start() {
        engine = new RunningEngine(MigratedDatabase.url(), Duration.ofSeconds(8));
    }

    @AfterAll
    void stop() {
        engine.close();
    }

    @Test
    void whoWaitsForABudgetLetsGoWhenTheExecutionIsCancelled() throws Exception {
        var waiting = new CountDownLatch(1);
        var letGo = new CountDownLatch(1);
        var paid = new AtomicInteger();
        engine.script()
                .when(
                        "waits",
                        asked -> new Plan.Calls(new Script.Call("waits", question -> {
                            paid.incrementAndGet();
                            return answered("too late");
                        })));
        engine.budgets(call -> {
            waiting.countDown();
            try {
                new CountDownLatch(1).await();
            } finally {
                letGo.countDown();
            }
            return new Verdict.Allowed(OptionalLong.empty());
        });

        String execution = engine.trigger(engine.add(Workflow.of(prompt("waits")), 1));
        Await.until(() -> assertThat(waiting.getCount()).isZero());
        engine.runs().cancel(execution);
        Await.until(() -> assertThat(letGo.getCount()).isZero());
        engine.budgets(BudgetGate.OPEN);

        assertThat(engine.shown(execution).status()).isEqualTo("cancelled");
        assertThat(paid).hasValue(0);
    }

    /** It is paid for whether anybody wants the answer or not: until it is there, others must reckon with it. */
    @Test
    void whatIsReservedStaysSoUntilTheCallOfACancelledExecutionHasEnded() throws Exception {
        var entered = new CountDownLatch(1);
        var comes = new CountDownLatch(1);
        var ended = new AtomicInteger();
        engine.script()
                .when(
                        "unwanted",
                        asked -> new Plan.Calls(
                                new Script.Call("unwanted", question -> slowly(entered, comes, "nobody's"))));
        engine.budgets(
                call -> new Verdict.Allowed(OptionalLong.of(1), Optional.empty(), used -> ended.incrementAndGet()));

        String execution = engine.trigger(engine.add(Workflow.of(prompt("unwanted")), 1));
        Await.until(() -> assertThat(entered.getCount()).isZero());
        engine.runs().cancel(execution);
        assertThat(engine.shown(execution).status()).isEqualTo("cancelled");
        assertThat(ended).as("the call goes on").hasValue(0);
        comes.countDown();
        Await.until(() -> assertThat(ended).hasValue(1));
        engine.budgets(BudgetGate.OPEN);

        assertThat(engine.shown(execution).status()).isEqualTo("cancelled");
    }

    @Test
    void whatIsReservedIsFreeIfNothingWasUsedAndElseToldWhatWas() throws Exception {
        var ends = new CopyOnWriteArrayList<String>();
        engine.script().when("answers", asked -> new Plan.Calls(new Script.Call("answers", question -> answered("1"))));
        engine.script()
                .when(
                        "refuses",
                        asked -> new Plan.Calls(
                                new Script.Call("refuses", question -> refused(Failure.Kind.PERMANENT))));
        engine.script().when("costs", asked -> new Plan.Calls(new Script.Call("costs", question -> answered("2"))));
        engine.budgets(
                call -> new Verdict.Allowed(OptionalLong.of(10), Optional.empty(), new ToldEnd(call.nodeId(), ends)));

        engine.run(Workflow.of(prompt("answers")));
        String refused = engine.trigger(engine.add(Workflow.of(prompt("refuses")), 1));
        engine.awaitStatus(refused, "failed");
        String limited = engine.trigger(engine.add(
                Workflow.of(prompt("costs"))
                        .with(new Settings(null, null, RetryPolicy.UNSET, null, new NanoUsd(9), null, null)),
                1));
        engine.awaitStatus(limited, "paused_budget");
        engine.budgets(BudgetGate.OPEN);

        assertThat(ends).containsExactly("answers used 120 tokens", "refuses is free", "costs is free");
    }

    /** Writes down how a call ends. */
    private record ToldEnd(String node, List<String> ends) implements BudgetGate.Reserved {

        @Override
        public void end(Optional<CallUsage> used) {
            ends.add("%s used %d tokens"
                    .formatted(node, used.orElseThrow().tokens().total()));
        }

        @Override
        public void release() {
            ends.add(node + " is free");
        }
    }
}

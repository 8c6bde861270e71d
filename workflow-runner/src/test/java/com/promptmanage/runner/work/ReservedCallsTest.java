package com.promptmanage.runner.work;

import static com.promptmanage.runner.work.Script.answered;
import static com.promptmanage.runner.work.Script.slowly;
import static com.promptmanage.runner.work.Workflow.prompt;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.node.Plan;
import com.promptmanage.runner.work.BudgetGate.Verdict;
import com.promptmanage.testkit.Await;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What is reserved for a call, and a call that waits for it, when the execution ends before the call does. */
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
}

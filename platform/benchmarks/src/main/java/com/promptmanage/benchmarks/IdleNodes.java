package com.promptmanage.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.runner.call.Answer;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.call.CallWatcher;
import com.promptmanage.runner.node.CallEstimate;
import com.promptmanage.runner.node.ExternalCall;
import com.promptmanage.runner.node.NodeExecutor;
import com.promptmanage.runner.node.NodeInvocation;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.runner.node.Plan;
import com.promptmanage.topics.usage.TokenCounts;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Nodes that do nothing, or ask a slow model. */
final class IdleNodes implements NodeExecutor {

    /** By execution, when its first node began. */
    private final Map<String, Long> startedNanos = new ConcurrentHashMap<>();

    private final AtomicInteger running = new AtomicInteger();

    private final AtomicInteger most = new AtomicInteger();

    private volatile Duration takes = Duration.ZERO;

    @Override
    public Plan plan(NodeInvocation invocation) {
        startedNanos.putIfAbsent(invocation.run().executionId(), System.nanoTime());
        if (takes.isPositive()) {
            return new Plan.Calls(new Slow(this, takes, invocation.idempotencyKey()));
        }
        return new Plan.Done(new Outcome.Completed(invocation.context().input()));
    }

    /** When a node of the execution began; null if none did. */
    @Nullable
    Long startedNanos(String executionId) {
        return startedNanos.get(executionId);
    }

    /** From now on nodes wait this long for a model, or, if it is zero, do nothing. */
    void take(Duration time) {
        takes = time;
        most.set(0);
    }

    /** How many calls to the model were under way at once at most, since {@link #take}. */
    int most() {
        return most.get();
    }

    /** A call to a model that takes its time: entered into the ledger, paid for, told as usage. */
    private record Slow(IdleNodes idle, Duration takes, String question) implements ExternalCall {

        @Override
        public String target() {
            return "gpt-4o-mini";
        }

        @Override
        public JsonNode request() {
            return JsonNodeFactory.instance.textNode(question);
        }

        @Override
        public String fingerprint() {
            return question;
        }

        @Override
        public Optional<CallEstimate> estimate() {
            return Optional.of(new CallEstimate("openai", target(), 100, 50));
        }

        @Override
        public Repeat repeat() {
            return Repeat.PAID_AGAIN;
        }

        @Override
        public CallResult make(Duration timeout, CallWatcher watcher) throws InterruptedException {
            idle.most.accumulateAndGet(idle.running.incrementAndGet(), Math::max);
            Thread.sleep(takes);
            idle.running.decrementAndGet();
            var usage = new CallUsage(
                    "openai",
                    target(),
                    TokenCounts.ofInputOutput(100, 20),
                    WorkflowStand.CLOCK.instant(),
                    takes,
                    null,
                    null,
                    false);
            return new CallResult.Answered(new Answer(request(), Optional.of(usage)));
        }

        @Override
        public Outcome use(Answer answer) {
            return new Outcome.Completed(answer.content());
        }
    }
}

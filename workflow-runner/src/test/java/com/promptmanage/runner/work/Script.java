package com.promptmanage.runner.work;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.Answer;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.call.CallWatcher;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.node.CallEstimate;
import com.promptmanage.runner.node.ExternalCall;
import com.promptmanage.runner.node.NodeExecutor;
import com.promptmanage.runner.node.NodeInvocation;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.runner.node.Plan;
import com.promptmanage.topics.usage.TokenCounts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Nodes that do what a test tells them, by their ids. Who is told nothing completes with its input. */
public final class Script implements NodeExecutor {

    private final Map<String, Function<NodeInvocation, Plan>> byNode = new ConcurrentHashMap<>();

    private final ConcurrentLinkedQueue<NodeInvocation> invocations = new ConcurrentLinkedQueue<>();

    @Override
    public Plan plan(NodeInvocation invocation) {
        invocations.add(invocation);
        return byNode.getOrDefault(
                        invocation.node().id().value(),
                        asked -> done(new Outcome.Completed(asked.context().input())))
                .apply(invocation);
    }

    public Script when(String node, Function<NodeInvocation, Plan> does) {
        byNode.put(node, does);
        return this;
    }

    /** In the order in which they were planned. */
    public List<NodeInvocation> invocations(String node) {
        return invocations.stream()
                .filter(invocation -> invocation.node().id().value().equals(node))
                .toList();
    }

    static Plan done(Outcome outcome) {
        return new Plan.Done(outcome);
    }

    public static Plan completed(JsonNode output) {
        return done(new Outcome.Completed(output));
    }

    static Plan failed(Failure.Kind kind, String message) {
        return done(new Outcome.Failed(kind, message));
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** A call to a model that costs; who makes it decides how it ends. */
    public record Call(String question, Function<String, CallResult> model, Repeat repeat) implements ExternalCall {

        public Call(String question, Function<String, CallResult> model) {
            this(question, model, Repeat.PAID_AGAIN);
        }

        @Override
        public String target() {
            return "gpt-4o-mini";
        }

        @Override
        public JsonNode request() {
            return object().put("question", question);
        }

        @Override
        public String fingerprint() {
            return "fingerprint of " + question;
        }

        @Override
        public Optional<CallEstimate> estimate() {
            return Optional.of(new CallEstimate("openai", "gpt-4o-mini", 100, 50));
        }

        @Override
        public CallResult make(Duration timeout, CallWatcher watcher) {
            return model.apply(question);
        }

        @Override
        public Outcome use(Answer answer) {
            return new Outcome.Completed(answer.content());
        }
    }

    public static CallResult answered(String text) {
        return new CallResult.Answered(new Answer(
                object().put("text", text),
                Optional.of(new CallUsage(
                        "openai",
                        "gpt-4o-mini",
                        TokenCounts.ofInputOutput(100, 20),
                        Instant.now(),
                        Duration.ofMillis(5),
                        null,
                        null,
                        false))));
    }

    /**
     * An answer that takes until the other side lets it come; whoever is interrupted while it waits for it never has it.
     *
     * @param entered counted down when it is waited for
     */
    static CallResult slowly(CountDownLatch entered, CountDownLatch comes, String text) {
        entered.countDown();
        awaitQuietly(comes);
        if (Thread.currentThread().isInterrupted()) {
            throw new IllegalStateException("cut off");
        }
        return answered(text);
    }

    static CallResult refused(Failure.Kind kind) {
        return new CallResult.Failed(new Failure(kind, "the model says no"));
    }

    static List<JsonNode> numbers(int count) {
        return IntStream.range(0, count).<JsonNode>mapToObj(IntNode::valueOf).toList();
    }

    static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

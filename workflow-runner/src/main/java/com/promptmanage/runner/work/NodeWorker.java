package com.promptmanage.runner.work;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.Edge;
import com.promptmanage.runner.definition.Limits;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodeConfig;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.journal.NodeJournal;
import com.promptmanage.runner.journal.NodeJournal.Begun;
import com.promptmanage.runner.journal.NodeJournal.Followed;
import com.promptmanage.runner.journal.StaleLeaseException;
import com.promptmanage.runner.journal.Taker;
import com.promptmanage.runner.node.NodeExecutor;
import com.promptmanage.runner.node.NodeInvocation;
import com.promptmanage.runner.node.NodeInvocation.Context;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.runner.node.Plan;
import com.promptmanage.runner.run.Step;
import com.promptmanage.service.secret.UnreadableSecretException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Has one node do what it does, once, and brings what came of it to the journal. Safe for use by several threads. */
final class NodeWorker {

    private static final Logger LOGGER = LoggerFactory.getLogger(NodeWorker.class);

    /** A node that takes its worker down with it is not given to one after the other. */
    private static final int LOSSES_MAX = 5;

    private final NodeJournal journal;

    private final NodeExecutor executor;

    private final ExternalCalls calls;

    private final Expressions expressions;

    private final Clock clock;

    NodeWorker(NodeJournal journal, NodeExecutor executor, ExternalCalls calls, Expressions expressions, Clock clock) {
        this.journal = journal;
        this.executor = executor;
        this.calls = calls;
        this.expressions = expressions;
        this.clock = clock;
    }

    /**
     * Runs the node.
     *
     * @param held told when something is stored
     * @throws StaleLeaseException if it is not this worker's any more
     * @throws InterruptedException if it is to be let go of
     */
    Followed run(Begun begun, HeldNode held, Taker taker) throws StaleLeaseException, InterruptedException {
        Attempt result;
        if (begun.lease().losses() > LOSSES_MAX) {
            result = Attempt.Done.failed(new Failure(
                    Failure.Kind.PERMANENT,
                    "%d workers were lost while they ran this node: it is not given to another"
                            .formatted(begun.lease().losses())));
        } else {
            result = attempt(begun, held);
        }
        held.store();
        return switch (result) {
            case Attempt.Done(Outcome.Failed(Failure failure)) -> journal.fail(begun.lease(), failure, taker);
            case Attempt.Done(Outcome outcome) -> journal.complete(begun, outcome, shut(begun, outcome), 0, taker);
            case Attempt.Known(Outcome outcome, long savedNanoUsd) ->
                journal.complete(begun, outcome, shut(begun, outcome), savedNanoUsd, taker);
            case Attempt.Retry(Failure failure, Duration delay) -> {
                journal.retry(begun.lease(), failure, delay);
                yield new Followed(List.of(), false);
            }
            case Attempt.Pause pause -> {
                journal.pause(begun.lease(), pause.status(), pause.message(), pause.why(), pause.passes());
                yield new Followed(List.of(), true);
            }
            case Attempt.Wait(Duration time) -> {
                journal.waitFor(begun.lease(), time);
                yield new Followed(List.of(), false);
            }
        };
    }

    private Attempt attempt(Begun begun, HeldNode held) throws StaleLeaseException, InterruptedException {
        Optional<Outcome> kept = kept(begun);
        if (kept.isPresent()) {
            return new Attempt.Done(kept.get());
        }
        Instant now = clock.instant();
        NodeInvocation invocation = Invocations.of(begun, now);
        Node node = invocation.node();
        try {
            if (node.config() instanceof NodeConfig.Delay delay) {
                return delay(begun, delay, invocation.context());
            }
            if (node.config() instanceof NodeConfig.Loop loop) {
                return loop(loop, invocation.context());
            }
            return switch (executor.plan(invocation)) {
                case Plan.Done(Outcome.Failed(Failure failure)) -> {
                    Optional<Duration> delay = calls.retryDelay(begun, failure);
                    yield delay.isPresent() ? new Attempt.Retry(failure, delay.get()) : Attempt.Done.failed(failure);
                }
                case Plan.Done(Outcome outcome) -> new Attempt.Done(outcome);
                case Plan.Known(Outcome outcome, long savedNanoUsd) -> new Attempt.Known(outcome, savedNanoUsd);
                case Plan.Calls plan -> calls.make(begun, plan, held);
            };
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            if (e instanceof com.promptmanage.service.http.UnavailableException) {
                throw e;
            }
            LOGGER.atError()
                    .setCause(e)
                    .addKeyValue("executionId", begun.lease().executionId())
                    .addKeyValue("nodeId", begun.lease().nodeId())
                    .log("a node broke");
            if (e instanceof UnreadableSecretException) {
                return Attempt.Done.failed(new Failure(Failure.Kind.AUTH, UnreadableSecretException.TOLD));
            }
            return Attempt.Done.failed(new Failure(
                    Failure.Kind.PERMANENT,
                    "Something broke on our side while the node ran (%s); it is in the log"
                            .formatted(e.getClass().getSimpleName())));
        }
    }

    /** What another execution has done for this one. */
    private static Optional<Outcome> kept(Begun begun) {
        return Optional.ofNullable(begun.facts().kept()).map(output -> {
            Step step = begun.pinned().graph().step(begun.lease().nodeId());
            return step.kind() == Step.Kind.SOURCE ? new Outcome.Records(items(output)) : new Outcome.Completed(output);
        });
    }

    private static List<JsonNode> items(JsonNode list) {
        var items = new ArrayList<JsonNode>(list.size());
        list.forEach(items::add);
        return items;
    }

    /** A due time, not a sleeping thread: it outlives every worker. */
    private Attempt delay(Begun begun, NodeConfig.Delay delay, Context context) {
        boolean waits = !begun.lease().waited()
                && delay.delayMs() > 0
                && (delay.condition() == null || expressions.holds(delay.condition(), context));
        return waits
                ? new Attempt.Wait(Duration.ofMillis(delay.delayMs()))
                : new Attempt.Done(new Outcome.Completed(context.input()));
    }

    /** Says what the body runs for; that it runs is the decider's to say. */
    private Attempt loop(NodeConfig.Loop loop, Context context) {
        JsonNode list = expressions.value(loop.iterateOver(), context).orElse(JsonNodeFactory.instance.missingNode());
        if (!list.isArray()) {
            return Attempt.Done.failed(new Failure(
                    Failure.Kind.VALIDATION,
                    "%s is not a list but %s: say the path of a list in iterateOver"
                            .formatted(
                                    loop.iterateOver(),
                                    list.getNodeType().toString().toLowerCase(Locale.ROOT))));
        }
        if (list.size() > loop.maxIterationsOrDefault()) {
            return Attempt.Done.failed(new Failure(
                    Failure.Kind.VALIDATION,
                    "%s has %d items and the loop allows %d: %s"
                            .formatted(
                                    loop.iterateOver(),
                                    list.size(),
                                    loop.maxIterationsOrDefault(),
                                    loop.maxIterationsOrDefault() < Limits.ITERATIONS_MAX
                                            ? "raise maxIterations, or shorten the list"
                                            : "no loop may have more, so shorten the list")));
        }
        return new Attempt.Done(new Outcome.Records(items(list)));
    }

    /** Edges with a condition that does not hold, of a node that has ended well. */
    private Set<String> shut(Begun begun, Outcome outcome) {
        var shut = new HashSet<String>();
        for (Edge edge :
                begun.pinned().nodes().outgoing(new NodeId(begun.lease().nodeId()))) {
            if (edge.kind() == Edge.Kind.GUARDED && !expressions.holds(guard(edge), behind(begun, outcome))) {
                shut.add(edge.id());
            }
        }
        return shut;
    }

    private static String guard(Edge edge) {
        return edge.condition() == null ? "" : edge.condition();
    }

    private Context behind(Begun begun, Outcome outcome) {
        Context here = Invocations.context(begun, clock.instant());
        JsonNode output = switch (outcome) {
            case Outcome.Completed completed -> completed.output();
            case Outcome.Branched branched -> branched.output();
            case Outcome.Records records -> JsonNodeFactory.instance.arrayNode().addAll(records.records());
            case Outcome.Failed failed -> JsonNodeFactory.instance.objectNode();
        };
        var outputs = new java.util.LinkedHashMap<>(here.outputs());
        outputs.put(new NodeId(begun.lease().nodeId()), output);
        return new Context(output, outputs, here.variables(), here.record(), here.items(), here.index(), here.now());
    }
}

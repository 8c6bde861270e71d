package com.promptmanage.runner.work;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.Answer;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.call.CallWatcher;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.call.HttpFailures;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodePolicy.OnAmbiguous;
import com.promptmanage.runner.definition.RetryPolicy;
import com.promptmanage.runner.journal.CallLedger;
import com.promptmanage.runner.journal.CallLedger.Standing;
import com.promptmanage.runner.journal.NodeFacts;
import com.promptmanage.runner.journal.NodeJournal.Begun;
import com.promptmanage.runner.journal.NodeLease;
import com.promptmanage.runner.journal.StaleLeaseException;
import com.promptmanage.runner.node.CallEstimate;
import com.promptmanage.runner.node.ExternalCall;
import com.promptmanage.runner.node.ExternalCall.Repeat;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.runner.node.Plan;
import com.promptmanage.runner.work.BudgetGate.Planned;
import com.promptmanage.runner.work.BudgetGate.Reserved;
import com.promptmanage.runner.work.BudgetGate.Verdict;
import com.promptmanage.topics.execution.ExecutionChange.Status;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.usage.TokenCounts;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes the calls of one attempt: asks the ledger whether an answer is there, asks the budgets, enters the call, makes it, and
 * stores the answer before anything is made of it. Of several alternatives the next is for when one has failed for good.
 */
final class ExternalCalls {

    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private final CallLedger ledger;

    private final BudgetGate budgets;

    private final Prices prices;

    private final RandomGenerator random;

    private final Clock clock;

    ExternalCalls(CallLedger ledger, BudgetGate budgets, Prices prices, RandomGenerator random, Clock clock) {
        this.ledger = ledger;
        this.budgets = budgets;
        this.prices = prices;
        this.random = random;
        this.clock = clock;
    }

    /** @param held not let go of in the middle of an entry */
    Attempt make(Begun begun, Plan.Calls plan, HeldNode held) throws InterruptedException, StaleLeaseException {
        Node node = begun.pinned().node(begun.lease().nodeId());
        var rule = new RetryRule(policy(begun, node), random);
        @Nullable Attempt last = null;
        for (int alternative = 0; alternative < plan.alternatives().size(); alternative++) {
            boolean isLast = alternative == plan.alternatives().size() - 1;
            last = make(begun, node, plan.alternatives().get(alternative), alternative, rule, held);
            boolean goesOn = last instanceof Attempt.Done(Outcome.Failed failed) && !isLast;
            if (!goesOn) {
                return last;
            }
        }
        throw new IllegalStateException("a plan without calls");
    }

    private Attempt make(Begun begun, Node node, ExternalCall call, int alternative, RetryRule rule, HeldNode held)
            throws InterruptedException, StaleLeaseException {
        NodeLease lease = begun.lease();
        Standing standing = standing(lease, alternative, call, held);
        if (standing instanceof Standing.Unknown unknown) {
            Optional<Attempt> end =
                    held.<Optional<Attempt>, RuntimeException>whole(() -> unknown(begun, node, call, unknown));
            if (end.isPresent()) {
                return end.get();
            }
            standing = standing(lease, alternative, call, held);
        }
        return switch (standing) {
            case Standing.Known known ->
                used(lease, call, known.callId(), known.answer(), known.failedBefore(), rule, held);
            case Standing.Unknown again -> throw new IllegalStateException("call %s is still unknown".formatted(again));
            case Standing.Fresh fresh -> {
                Optional<Failure> last = fresh.last().map(failure -> judged(node, call, failure));
                if (last.filter(failure -> isAsked(node, call, failure)).isPresent()) {
                    // Nobody was: whoever was to ask was lost, or the execution stood still for something else by then.
                    yield asked(lease, node, call);
                }
                // It has failed for good before; who was to say so was lost, or another alternative was gone on to.
                Optional<Failure> end = last.filter(
                        failure -> rule.delay(failure, fresh.failedBefore()).isEmpty());
                yield end.isPresent() ? Attempt.Done.failed(end.get()) : pay(begun, node, call, fresh, rule, held);
            }
        };
    }

    private Standing standing(NodeLease lease, int alternative, ExternalCall call, HeldNode held)
            throws InterruptedException, StaleLeaseException {
        HeldNode.goOn();
        return held.<Standing, StaleLeaseException>whole(() -> ledger.stand(lease, alternative, call));
    }

    /** Another worker had sent it and was lost. */
    private Optional<Attempt> unknown(Begun begun, Node node, ExternalCall call, Standing.Unknown unknown) {
        // Whatever is decided, this one call is given up: when the node is taken up again, the call is a new one.
        return switch (onAmbiguous(node, call)) {
            case RETRY -> {
                ledger.giveUp(begun.lease(), unknown.callId(), Optional.empty());
                yield Optional.empty();
            }
            case FAIL -> {
                var failure = new Failure(
                        Failure.Kind.AMBIGUOUS,
                        "Nobody knows whether %s was reached: its worker was lost. It is not called again, as the node wants it"
                                .formatted(call.target()));
                ledger.giveUp(begun.lease(), unknown.callId(), Optional.of(failure));
                yield Optional.of(Attempt.Done.failed(failure));
            }
            case ASK -> {
                var failure = new Failure(
                        Failure.Kind.AMBIGUOUS,
                        "Nobody knows whether %s was reached: its worker was lost".formatted(call.target()));
                ledger.giveUp(begun.lease(), unknown.callId(), Optional.of(failure));
                yield Optional.of(asked(begun.lease(), node, call));
            }
        };
    }

    private static boolean isAsked(Node node, ExternalCall call, Failure judged) {
        return judged.kind() == Failure.Kind.AMBIGUOUS && onAmbiguous(node, call) == OnAmbiguous.ASK;
    }

    private static Attempt asked(NodeLease lease, Node node, ExternalCall call) {
        ObjectNode why = JsonNodeFactory.instance.objectNode();
        why.put("code", "ambiguous_call")
                .put("nodeId", node.id().value())
                .put("scope", lease.scope())
                .put("target", call.target());
        return new Attempt.Pause(
                Status.PAUSED,
                "Nobody knows whether %s was reached: find out, then resume to call it again, or cancel"
                        .formatted(call.target()),
                why,
                false);
    }

    private static OnAmbiguous onAmbiguous(Node node, ExternalCall call) {
        @Nullable OnAmbiguous said = node.policy().onAmbiguous();
        if (said != null) {
            return said;
        }
        return switch (call.repeat()) {
            case HARMLESS, PAID_AGAIN, KNOWN_BY_KEY -> OnAmbiguous.RETRY;
            case HARMFUL -> OnAmbiguous.FAIL;
        };
    }

    /** What is made of an answer; if that is nothing, it is asked for anew as often as for any other failure. */
    private Attempt used(
            NodeLease lease,
            ExternalCall call,
            String callId,
            Answer answer,
            int failedBefore,
            RetryRule rule,
            HeldNode held)
            throws StaleLeaseException {
        Outcome outcome = call.use(answer);
        if (!(outcome instanceof Outcome.Failed(Failure failure))) {
            return new Attempt.Done(outcome);
        }
        held.<Integer, StaleLeaseException>whole(() -> ledger.unusable(lease, callId, failure));
        Optional<Duration> delay = rule.delay(failure, failedBefore + 1);
        return delay.isPresent() ? new Attempt.Retry(failure, delay.get()) : Attempt.Done.failed(failure);
    }

    private Attempt pay(Begun begun, Node node, ExternalCall call, Standing.Fresh fresh, RetryRule rule, HeldNode held)
            throws InterruptedException, StaleLeaseException {
        Optional<CallEstimate> paid = call.estimate();
        if (paid.isEmpty()) {
            return made(begun, node, call, fresh, Sent.unpaid(), rule, held);
        }
        switch (budgets.check(planned(begun, paid.get()))) {
            case Verdict.Denied denied -> {
                return new Attempt.Pause(Status.PAUSED_BUDGET, denied.message(), denied.details(), denied.passes());
            }
            case Verdict.Allowed allowed -> {
                try (var reserved = new PaidCall(allowed.reservation())) {
                    OptionalLong estimate =
                            allowed.estimateNanoUsd().isPresent() ? allowed.estimateNanoUsd() : listed(paid.get());
                    var sent = new Sent(true, estimate, limit(begun), allowed.budgets(), reserved);
                    return made(begun, node, call, fresh, sent, rule, held);
                }
            }
        }
    }

    private Attempt made(
            Begun begun, Node node, ExternalCall call, Standing.Fresh fresh, Sent sent, RetryRule rule, HeldNode held)
            throws InterruptedException, StaleLeaseException {
        NodeLease lease = begun.lease();
        OptionalLong tooLittle = sending(lease, fresh.callId(), sent, held);
        if (tooLittle.isPresent()) {
            sent.reserved().notMade();
            return overLimit(call, sent.estimateNanoUsd(), tooLittle.getAsLong());
        }
        CallResult result = sent.isPaid()
                ? held.<CallResult, InterruptedException>paid(() -> call.make(timeout(node), CallWatcher.NONE))
                : call.make(timeout(node), CallWatcher.NONE);
        return switch (result) {
            case CallResult.Answered(Answer answer) -> {
                held.whole(() -> {
                    ledger.answered(lease, fresh.callId(), answer, cost(answer.usage()));
                    return true;
                });
                sent.reserved().answered(answer);
                yield used(lease, call, fresh.callId(), answer, fresh.failedBefore(), rule, held);
            }
            case CallResult.Failed(Failure said) -> {
                Failure failure = call.repeat() == Repeat.HARMFUL ? HttpFailures.ofEffect(said) : said;
                Failure judged = judged(node, call, failure);
                held.whole(() -> {
                    ledger.failed(lease, fresh.callId(), failure, cost(failure.usage()));
                    return true;
                });
                sent.reserved().failed(failure);
                if (isAsked(node, call, judged)) {
                    yield asked(lease, node, call);
                }
                Optional<Duration> delay = rule.delay(judged, fresh.failedBefore() + 1);
                yield delay.isPresent() ? new Attempt.Retry(judged, delay.get()) : Attempt.Done.failed(judged);
            }
        };
    }

    /** What is entered of a call before it is made, and what is reserved for it. */
    private record Sent(
            boolean isPaid,
            OptionalLong estimateNanoUsd,
            OptionalLong limitNanoUsd,
            Optional<JsonNode> budgets,
            PaidCall reserved) {

        static Sent unpaid() {
            return new Sent(
                    false, OptionalLong.empty(), OptionalLong.empty(), Optional.empty(), new PaidCall(Reserved.NONE));
        }
    }

    /**
     * Returns the execution's limit, if it does not allow the call. Who is to let go before it is made takes the entry back: nothing
     * was sent.
     */
    private OptionalLong sending(NodeLease lease, String callId, Sent sent, HeldNode held)
            throws InterruptedException, StaleLeaseException {
        HeldNode.goOn();
        OptionalLong tooLittle = held.<OptionalLong, StaleLeaseException>whole(
                () -> ledger.sending(lease, callId, sent.estimateNanoUsd(), sent.limitNanoUsd(), sent.budgets()));
        try {
            HeldNode.goOn();
            return tooLittle;
        } catch (InterruptedException e) {
            ledger.notSent(lease, callId);
            throw e;
        }
    }

    /** What nobody can know is tried again like what did not arrive, if the node's policy says so. */
    private static Failure judged(Node node, ExternalCall call, Failure failure) {
        boolean again = failure.kind() == Failure.Kind.AMBIGUOUS
                && (call.repeat() == Repeat.HARMLESS || onAmbiguous(node, call) == OnAmbiguous.RETRY);
        return again
                ? new Failure(
                        Failure.Kind.TRANSIENT,
                        failure.message(),
                        failure.details(),
                        failure.retryAfter(),
                        failure.usage())
                : failure;
    }

    /** What has no price is kept within no limit: whoever sets one does not want to be surprised by the bill. */
    private static Attempt overLimit(ExternalCall call, OptionalLong estimate, long limitNanoUsd) {
        String limit = new NanoUsd(limitNanoUsd).toUsd();
        ObjectNode why = JsonNodeFactory.instance.objectNode();
        why.put("code", estimate.isPresent() ? "execution_cost_limit" : "execution_cost_unknown")
                .put("maxCostNanoUsd", limitNanoUsd);
        return new Attempt.Pause(
                Status.PAUSED_BUDGET,
                estimate.isPresent()
                        ? "The next call could take the execution beyond its own limit of %s USD: resume it with a higher maxCostUsd, or cancel"
                                .formatted(limit)
                        : "%s has no price, so that nobody knows whether the next call keeps within the execution's own limit of %s USD: give the model a price and resume, or run a version without maxCostUsd"
                                .formatted(call.target(), limit),
                why,
                false);
    }

    private static Planned planned(Begun begun, CallEstimate estimate) {
        NodeFacts facts = begun.facts();
        return new Planned(
                facts.account(),
                facts.userId(),
                facts.workflowId(),
                begun.lease().executionId(),
                begun.lease().nodeId(),
                estimate);
    }

    private static OptionalLong limit(Begun begun) {
        return begun.pinned()
                .settings()
                .maxCost()
                .map(cost -> OptionalLong.of(cost.value()))
                .orElse(OptionalLong.empty());
    }

    private OptionalLong cost(Optional<CallUsage> usage) {
        return usage.flatMap(prices::cost)
                .map(cost -> OptionalLong.of(cost.value()))
                .orElse(OptionalLong.empty());
    }

    /** At list price, for when the budgets could not be asked: the execution's own limit holds all the same. */
    private OptionalLong listed(CallEstimate estimate) {
        return cost(Optional.of(new CallUsage(
                estimate.provider(),
                estimate.model(),
                TokenCounts.ofInputOutput(estimate.inputTokens(), estimate.maxOutputTokens()),
                clock.instant(),
                Duration.ZERO,
                null,
                null,
                false)));
    }

    private static Duration timeout(Node node) {
        return node.policy().timeout() == null ? TIMEOUT : node.policy().timeout();
    }

    static RetryPolicy policy(Begun begun, Node node) {
        RetryPolicy settings = begun.pinned().definition().settings().retryPolicy();
        @Nullable RetryPolicy own = node.policy().retryPolicy();
        return own == null ? settings : own.orElse(settings);
    }

    /** For failures of nodes that called nobody. */
    Optional<Duration> retryDelay(Begun begun, Failure failure) {
        Node node = begun.pinned().node(begun.lease().nodeId());
        return new RetryRule(policy(begun, node), random)
                .delay(failure, Math.max(1, begun.lease().attempt()));
    }
}

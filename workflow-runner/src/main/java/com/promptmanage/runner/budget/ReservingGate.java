package com.promptmanage.runner.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.work.BudgetGate;
import com.promptmanage.service.budget.BudgetClient;
import com.promptmanage.service.budget.Reservation;
import com.promptmanage.service.budget.Reservations;
import com.promptmanage.service.budget.Share;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.money.NanoUsd;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Lets a call through if the budgets allow it together with the calls that this process has under way, which the budgets do not
 * know of yet. Close to the limit of a budget that blocks, a call waits for those and asks again; elsewhere it asks once. Where as
 * many wait as may, it is told at once that the execution is to be taken up again later. A call that the budgets do not answer for is
 * held to what they said last.
 */
final class ReservingGate implements BudgetGate {

    static final Duration PAUSE = Duration.ofMillis(200);

    /**
     * Half a minute, besides what the answers take, in which most calls have ended. A longer wait would keep one of the worker's
     * places from nodes that could go on.
     */
    static final int PAUSES_MAX = 150;

    private static final String RESERVED = "budget_reserved";

    private static final String UNANSWERED = "budget_unanswered";

    private final Budgets budgets;

    private final Reservations reservations;

    private final OutboxReservation.Ends ends;

    private final CallCosts costs = new CallCosts();

    private final WaitingCalls waiting;

    private final Pause pause;

    private final Clock clock;

    /** Whoever knows the budgets. */
    @FunctionalInterface
    interface Budgets {
        BudgetClient.Answer ask(Account account, ObjectNode question);
    }

    /** Lets time pass. */
    @FunctionalInterface
    interface Pause {
        void take(Duration time) throws InterruptedException;
    }

    ReservingGate(
            Budgets budgets,
            Reservations reservations,
            OutboxReservation.Ends ends,
            WaitingCalls waiting,
            Pause pause,
            Clock clock) {
        this.budgets = budgets;
        this.reservations = reservations;
        this.ends = ends;
        this.waiting = waiting;
        this.pause = pause;
        this.clock = clock;
    }

    @Override
    public Verdict check(Planned call) throws InterruptedException {
        ObjectNode question = question(call);
        Verdict first = verdict(call, question, budgets.ask(call.account(), question));
        if (!isReserved(first) || !waiting.enter(call.account())) {
            return first;
        }
        try {
            Verdict last = first;
            for (int pauses = 1; isReserved(last) && pauses <= PAUSES_MAX; pauses++) {
                pause.take(PAUSE);
                BudgetClient.Answer answer = budgets.ask(call.account(), question);
                Verdict next = verdict(call, question, answer);
                // It asks so often that one answer is sure to be missing now and then: calls under way decide until the
                // last, unless what the budgets said last has room for the call.
                if (pauses == PAUSES_MAX || !isMissing(answer) || hasReserved(next)) {
                    last = next;
                }
            }
            return last;
        } finally {
            waiting.leave(call.account());
        }
    }

    /** Whether calls under way decide. */
    private static boolean isReserved(Verdict verdict) {
        return verdict instanceof Verdict.Denied denied
                && denied.details().path("code").asText().equals(RESERVED);
    }

    private static boolean isMissing(BudgetClient.Answer answer) {
        return answer instanceof BudgetClient.Answer.Untold(var isClosed) && !isClosed;
    }

    /** Whether it is held to some budget, and fits. */
    private static boolean hasReserved(Verdict verdict) {
        return verdict instanceof Verdict.Allowed allowed
                && !allowed.reservation().equals(Reserved.NONE);
    }

    private Verdict verdict(Planned call, ObjectNode question, BudgetClient.Answer given) {
        return switch (given) {
            case BudgetClient.Answer.Told(var answer) -> {
                reservations.hear(call.account(), question, answer, clock.millis());
                costs.hear(call, answer);
                yield told(call, answer);
            }
            case BudgetClient.Answer.Untold(var isClosed) -> isClosed ? closed(call) : untold(call, question);
        };
    }

    private Verdict untold(Planned call, ObjectNode question) {
        long tokens = call.estimate().tokensAtMost();
        return switch (reservations.reserveUnanswered(call.account(), question, costs.atMost(call), tokens)) {
            case Reservations.Result.Reserved(var reservation) ->
                new Verdict.Allowed(OptionalLong.empty(), Optional.empty(), reserved(call, reservation));
            case Reservations.Result.TooLittleLeft left ->
                left.passes() ? uncertain(call, Json.mapper().createArrayNode()) : tooLittleLeft(call, left.share());
        };
    }

    private Verdict told(Planned call, JsonNode answer) {
        if (!answer.path("allowed").asBoolean()) {
            return denied(call, answer);
        }
        JsonNode told = answer.path("budgets");
        OptionalLong cost = whole(answer.path("estimatedCostNanoUsd"));
        return switch (reservations.reserve(
                call.account(), answer, call.estimate().tokensAtMost())) {
            case Reservations.Result.Reserved(var reservation) ->
                new Verdict.Allowed(
                        cost, told.isEmpty() ? Optional.empty() : Optional.of(told), reserved(call, reservation));
            case Reservations.Result.TooLittleLeft left -> uncertain(call, told);
        };
    }

    private Reserved reserved(Planned call, Reservation reservation) {
        return reservation.equals(Reservation.NONE)
                ? Reserved.NONE
                : new OutboxReservation(call, reservation, costs, ends);
    }

    private static OptionalLong whole(JsonNode number) {
        return number.isIntegralNumber() ? OptionalLong.of(number.longValue()) : OptionalLong.empty();
    }

    private static ObjectNode question(Planned call) {
        ObjectNode body = Json.mapper().createObjectNode();
        Account account = call.account();
        if (account.isTeam()) {
            body.put("teamId", account.id());
            body.put("userId", call.userId());
        } else {
            body.put("userId", account.id());
        }
        body.put("model", call.estimate().model());
        body.put("provider", call.estimate().provider());
        body.put("inputTokens", call.estimate().inputTokens());
        body.put("maxOutputTokens", call.estimate().maxOutputTokens());
        body.put("executionType", "workflow_node");
        body.put("workflowId", call.workflowId());
        body.put("executionId", call.executionId());
        body.put("nodeId", call.nodeId());
        return body;
    }

    private static Verdict denied(Planned call, JsonNode answer) {
        String deniedBy = answer.path("deniedBy").asText();
        ObjectNode why = Json.mapper().createObjectNode();
        why.put("code", "budget_exceeded").put("nodeId", call.nodeId()).put("deniedBy", deniedBy);
        why.set("estimatedCost", answer.path("estimatedCost"));
        why.set("budgets", answer.path("budgets"));
        String name = deniedBy;
        for (JsonNode budget : answer.path("budgets")) {
            if (budget.path("id").asText().equals(deniedBy)) {
                name = budget.path("name").asText(deniedBy);
            }
        }
        return new Verdict.Denied(
                "Budget '%s' does not allow the next call, to %s: have it raised or wait for its next period, then resume"
                        .formatted(name, call.estimate().model()),
                why);
    }

    /** @param budgets as they were told; none if they did not answer */
    private static Verdict uncertain(Planned call, JsonNode budgets) {
        ObjectNode why = Json.mapper().createObjectNode();
        why.put("code", RESERVED).put("nodeId", call.nodeId());
        why.set("budgets", budgets);
        return new Verdict.Denied(
                "What calls under way may still use of a budget leaves too little for the next call, to %s: the budgets are asked again by and by, and at once if it is resumed"
                        .formatted(call.estimate().model()),
                why,
                true);
    }

    private static Verdict closed(Planned call) {
        return new Verdict.Denied(
                "The budgets did not answer in time, and one of them blocks in that case (failMode closed): they are asked again by and by, and at once if it is resumed",
                unanswered(call),
                true);
    }

    private static Verdict tooLittleLeft(Planned call, Share share) {
        boolean isOfTokens = share.leftTokens().isPresent();
        String left = isOfTokens
                ? Long.toString(share.leftTokens().getAsLong())
                : new NanoUsd(share.leftNanoUsd().orElse(0)).toUsd();
        return new Verdict.Denied(
                "The budgets did not answer in time, and by what budget '%s' said last, %s %s are left of it, which is too little for the next call, to %s: they are asked again by and by, and at once if it is resumed"
                        .formatted(
                                share.name(),
                                left,
                                isOfTokens ? "tokens" : "USD",
                                call.estimate().model()),
                unanswered(call).put("deniedBy", share.key().id()),
                true);
    }

    private static ObjectNode unanswered(Planned call) {
        return Json.mapper().createObjectNode().put("code", UNANSWERED).put("nodeId", call.nodeId());
    }
}

package com.promptmanage.runner.budget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.node.CallEstimate;
import com.promptmanage.runner.work.BudgetGate.Planned;
import com.promptmanage.runner.work.BudgetGate.Reserved;
import com.promptmanage.runner.work.BudgetGate.Verdict;
import com.promptmanage.service.budget.BudgetClient.Answer;
import com.promptmanage.service.budget.Reservations;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.Receipt;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/**
 * Calls that a budget does not answer for, which is open then. By the prices that it tells, a call costs 100 nanoUSD and 150 tokens at
 * most.
 */
class UnansweredGateTest {

    private static final JsonNode PRICES = Json.read("""
            {"listed": null, "own": [{"id": "agreed", "provider": "openai", "model": "gpt-4o-mini",
             "effectiveFrom": "2024-01-01T00:00:00Z",
             "tiers": [{"name": "standard", "usdPerMillion": {"input": "0.001", "output": "0"}}]}]}
            """.getBytes(StandardCharsets.UTF_8), JsonNode.class);

    private final Receipt counted = new Receipt(Map.of(3, 6L));

    private final Receipt behind = new Receipt(Map.of(3, 7L));

    /** What is done in each pause. */
    private final Queue<Runnable> pauses = new ArrayDeque<>();

    private long nanos;

    private long left;

    private String leftName = "remainingNanoUsd";

    private boolean isAway;

    private final ReservingGate gate = new ReservingGate(
            (account, question) -> answer(),
            new Reservations(() -> nanos),
            (account, ended) -> ended.recorded(behind),
            WaitingCalls.among(8),
            this::pause,
            Clock.fixed(Instant.parse("2026-11-16T12:00:00Z"), ZoneOffset.UTC));

    @Test
    void theyAreHeldToWhatItSaidLast() throws Exception {
        left = 250;
        allowed(gate.check(call())).end();
        isAway = true;

        allowed(gate.check(call())).end();
        for (int later = 0; later < 2; later++) {
            assertThat(gate.check(call())).isInstanceOfSatisfying(Verdict.Denied.class, denied -> {
                assertThat(code(denied)).isEqualTo("budget_unanswered");
                assertThat(denied.details().path("deniedBy").asText()).isEqualTo("b1");
                assertThat(denied.message()).contains("did not answer", "'Month' said last, 0.00000005 USD are left");
                assertThat(denied.passes()).as("asked again by itself").isTrue();
            });
            nanos += Reservations.SETTLING_MAX.toNanos() + 1;
        }
        allowed(gate.check(call("other"))).end();

        isAway = false;
        left = 100;
        allowed(gate.check(call())).release();
    }

    @Test
    void aRefusalIsWhatItSaidLastToo() throws Exception {
        leftName = "remainingTokens";
        left = 149;
        assertThat(code(gate.check(call()))).isEqualTo("budget_exceeded");

        isAway = true;

        assertThat(gate.check(call())).isInstanceOfSatisfying(Verdict.Denied.class, denied -> {
            assertThat(code(denied)).isEqualTo("budget_unanswered");
            assertThat(denied.message()).contains("149 tokens are left");
        });
    }

    @Test
    void theyWaitForCallsUnderWayUntilWhatItSaidLastHasRoom() throws Exception {
        left = 250;
        allowed(gate.check(call()));
        isAway = true;
        Reserved second = allowed(gate.check(call()));
        pauses.add(() -> {});
        pauses.add(second::release);

        allowed(gate.check(call()));

        assertThat(pauses).isEmpty();
    }

    @Test
    void whoWaitsInVainIsTakenUpLater() throws Exception {
        left = 150;
        allowed(gate.check(call()));
        isAway = true;
        for (int pause = 0; pause < ReservingGate.PAUSES_MAX; pause++) {
            pauses.add(() -> {});
        }

        assertThat(gate.check(call())).isInstanceOfSatisfying(Verdict.Denied.class, denied -> {
            assertThat(code(denied)).isEqualTo("budget_reserved");
            assertThat(denied.passes()).as("asked again by itself").isTrue();
        });
        assertThat(pauses).isEmpty();
    }

    /** The list's price for it is 450 times as high. */
    @Test
    void whatTheyCostIsReckonedByThePricesThatWereToldLast() throws Exception {
        left = 100;
        allowed(gate.check(call())).release();
        isAway = true;

        allowed(gate.check(call())).release();
    }

    private static Reserved allowed(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Verdict.Allowed.class);
        return ((Verdict.Allowed) verdict).reservation();
    }

    private static String code(Verdict verdict) {
        return ((Verdict.Denied) verdict).details().path("code").asText();
    }

    private void pause(Duration time) {
        assertThat(time).isEqualTo(ReservingGate.PAUSE);
        pauses.remove().run();
    }

    private Answer answer() {
        if (isAway) {
            return new Answer.Untold(false);
        }
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("allowed", left >= (leftName.equals("remainingTokens") ? 150 : 100))
                .put("estimatedCostNanoUsd", 100)
                .put("counted", counted.encode());
        json.putArray("budgets")
                .addObject()
                .put("id", "b1")
                .put("name", "Month")
                .put("dimension", "account")
                .put("value", "team:acme")
                .put("enforcement", "block")
                .put(leftName, left);
        json.set("prices", PRICES);
        return new Answer.Told(json);
    }

    private static Planned call() {
        return call("acme");
    }

    private static Planned call(String team) {
        return new Planned(
                Account.team(team), "ada", "wf_1", "exe_1", "node", new CallEstimate("openai", "gpt-4o-mini", 100, 50));
    }
}

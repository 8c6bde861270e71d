package com.promptmanage.runner.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.node.CallEstimate;
import com.promptmanage.runner.work.BudgetGate.Planned;
import com.promptmanage.runner.work.BudgetGate.Verdict;
import com.promptmanage.service.budget.BudgetClient.Answer;
import com.promptmanage.service.budget.Reservation;
import com.promptmanage.service.budget.Reservations;
import com.promptmanage.service.http.Json;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.Receipt;
import com.promptmanage.topics.usage.TokenCounts;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls at once, against budgets that know of a call only when the test says so. A call costs 100 nanoUSD and 150 tokens at most. */
class ReservingGateTest {

    private static final int WAITING_OF_ONE_MAX = 20;

    /** By which 100 tokens in and 50 out cost 100 nanoUSD. */
    private static final JsonNode PRICES = Json.read("""
            {"listed": null, "own": [{"id": "agreed", "provider": "openai", "model": "gpt-4o-mini",
             "effectiveFrom": "2024-01-01T00:00:00Z",
             "tiers": [{"name": "standard", "usdPerMillion": {"input": "0.001", "output": "0"}}]}]}
            """.getBytes(StandardCharsets.UTF_8), JsonNode.class);

    private final AtomicLong left = new AtomicLong();

    private final AtomicLong cost = new AtomicLong(100);

    private final AtomicInteger asked = new AtomicInteger();

    private final AtomicInteger paused = new AtomicInteger();

    private final AtomicLong nanos = new AtomicLong();

    private final Semaphore goOn = new Semaphore(0, true);

    private final ExecutorService beside = Executors.newVirtualThreadPerTaskExecutor();

    private volatile boolean isAway;

    private volatile String budget = "b1";

    private volatile String leftName = "remainingNanoUsd";

    /** Whether calls come onto the topic as soon as they have ended. */
    private volatile boolean isRelayed = true;

    /** Up to where the budgets say that they have counted; negative if they do not say it. */
    private final AtomicLong counted = new AtomicLong(-1);

    private final Queue<Reservation> ended = new ConcurrentLinkedQueue<>();

    private final ReservingGate gate = new ReservingGate(
            (account, question) -> answer(),
            new Reservations(nanos::get),
            (account, reservation) -> ended(reservation),
            WaitingCalls.among(8 * WAITING_OF_ONE_MAX),
            this::pause,
            Clock.fixed(Instant.parse("2026-11-16T12:00:00Z"), ZoneOffset.UTC));

    @AfterEach
    void stop() {
        beside.shutdownNow();
    }

    @Test
    void noMoreCallsAreUnderWayThanTheBudgetHasRoomForAndNoneIsMadeWhenItIsSpent() throws Exception {
        left.set(250);
        List<Future<Verdict>> calls = start(20);
        awaitThat(calls, 2, 18);

        // They have ended, but are not counted yet.
        allowed(calls).forEach(call -> call.reservation().end());
        goOn.release(18);
        awaitThat(calls, 2, 18 + 18);

        left.set(200);
        nanos.addAndGet(Reservations.SETTLING.toNanos() + 1);
        goOn.release(18);
        awaitThat(calls, 4, 18 + 18 + 16);

        left.set(0);
        goOn.release(16);
        Await.until(() -> assertThat(calls).allMatch(Future::isDone));
        assertThat(allowed(calls)).hasSize(4);
        assertThat(calls.stream().map(Future::resultNow).filter(Verdict.Denied.class::isInstance))
                .hasSize(16)
                .allSatisfy(verdict -> assertThat(code(verdict)).isEqualTo("budget_exceeded"));
    }

    @Test
    void whatHasEndedStaysReservedUntilItIsOnTheTopicAndCountedThere() throws Exception {
        isRelayed = false;
        counted.set(6);
        left.set(150);
        allowed(gate.check(call())).reservation().end();
        nanos.addAndGet(Reservations.SETTLING.toNanos() + 1);
        Future<Verdict> next = beside.submit(() -> gate.check(call()));
        Await.until(() -> assertThat(paused).as("it is on no topic yet").hasValue(1));

        ended.remove().recorded(receipt(7));
        nanos.addAndGet(Reservations.SETTLING.toNanos() + 1);
        goOn.release();
        Await.until(() -> assertThat(paused).as("it is not counted").hasValue(2));
        counted.set(7);
        goOn.release();

        assertThat(next.get(30, TimeUnit.SECONDS)).isInstanceOf(Verdict.Allowed.class);
        assertThat(ended).isEmpty();
    }

    @Test
    void whatACallHasUsedTakesThePlaceOfWhatItMightHave() throws Exception {
        left.set(250);
        var used = new CallUsage(
                "openai",
                "gpt-4o-mini",
                TokenCounts.ofInputOutput(30, 50),
                Instant.EPOCH,
                Duration.ZERO,
                null,
                null,
                false);
        allowed(gate.check(call())).reservation().end(Optional.of(used));

        assertThat(gate.check(call())).isInstanceOf(Verdict.Allowed.class);
        assertThat(gate.check(call())).isInstanceOf(Verdict.Allowed.class);
        assertThat(paused).hasValue(0);
        Future<Verdict> next = beside.submit(() -> gate.check(call()));
        Await.until(() -> assertThat(paused).as("20 of 250 are left").hasValue(1));
        assertThat(next).isNotDone();
    }

    @Test
    void farFromTheLimitEveryCallAsksOnceAndWaitsForNone() throws Exception {
        left.set(1_000_000);
        List<Future<Verdict>> calls = start(20);

        awaitThat(calls, 20, 0);
        assertThat(asked).hasValue(20);
    }

    @Test
    void whoIsInterruptedWhileItWaitsEndsAndReservesNothing() throws Exception {
        left.set(150);
        Verdict first = gate.check(call());
        Future<Verdict> waiting = beside.submit(() -> gate.check(call()));
        Await.until(() -> assertThat(paused).hasValue(1));

        beside.shutdownNow();

        assertThatThrownBy(() -> waiting.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
        assertThat(first)
                .isInstanceOfSatisfying(
                        Verdict.Allowed.class, allowed -> allowed.reservation().end());
        nanos.addAndGet(Reservations.SETTLING.toNanos() + 1);
        assertThat(gate.check(call())).isInstanceOf(Verdict.Allowed.class);
        assertThat(paused).hasValue(1);
    }

    @Test
    void aCallUnderWayThatDoesNotEndIsNotWaitedForForEver() throws Exception {
        leftName = "remainingTokens";
        left.set(200);
        goOn.release(ReservingGate.PAUSES_MAX);

        assertThat(gate.check(call())).isInstanceOf(Verdict.Allowed.class);
        assertThat(gate.check(call())).isInstanceOfSatisfying(Verdict.Denied.class, denied -> {
            assertThat(code(denied)).isEqualTo("budget_reserved");
            assertThat(denied.passes()).as("asked again by itself").isTrue();
        });
        assertThat(asked).hasValue(1 + 1 + ReservingGate.PAUSES_MAX);
    }

    /** Who waits has one of the worker's places, which others could use. */
    @Test
    void onlySoManyOfAnAccountWaitAndTheNextIsTakenUpLaterByItself() throws Exception {
        left.set(150);
        Verdict.Allowed first = (Verdict.Allowed) gate.check(call());
        List<Future<Verdict>> calls = start(WAITING_OF_ONE_MAX);
        awaitThat(calls, 0, WAITING_OF_ONE_MAX);

        assertThat(gate.check(call())).isInstanceOfSatisfying(Verdict.Denied.class, denied -> {
            assertThat(code(denied)).isEqualTo("budget_reserved");
            assertThat(denied.passes()).as("asked again by itself").isTrue();
        });
        assertThat(paused).as("it has not waited").hasValue(WAITING_OF_ONE_MAX);
        assertThat(gate.check(call("other"))).as("of another account").isInstanceOf(Verdict.Allowed.class);
        Future<Verdict> waiting = beside.submit(() -> gate.check(call("other")));
        Await.until(() -> assertThat(paused).hasValue(WAITING_OF_ONE_MAX + 1));

        first.reservation().end();
        left.set(0);
        goOn.release(WAITING_OF_ONE_MAX + 1);
        Await.until(() -> assertThat(calls).allMatch(Future::isDone));
        assertThat(code(waiting.get(30, TimeUnit.SECONDS))).isEqualTo("budget_exceeded");
        left.set(150);
        nanos.addAndGet(Reservations.SETTLING.toNanos() + 1);
        assertThat(gate.check(call())).as("their places are free").isInstanceOf(Verdict.Allowed.class);
        Future<Verdict> next = beside.submit(() -> gate.check(call()));
        Await.until(() -> assertThat(paused).hasValue(WAITING_OF_ONE_MAX + 2));
        assertThat(next).isNotDone();
    }

    @Test
    void whatEndsTwiceGivesNothingBackOfWhatOthersReserve() throws Exception {
        left.set(250);
        Verdict.Allowed first = (Verdict.Allowed) gate.check(call());
        assertThat(gate.check(call())).isInstanceOf(Verdict.Allowed.class);
        first.reservation().end();
        first.reservation().end();
        nanos.addAndGet(Reservations.SETTLING.toNanos() + 1);
        left.set(150);

        Future<Verdict> third = beside.submit(() -> gate.check(call()));
        Await.until(() -> assertThat(paused).as("the second is still under way").hasValue(1));
        assertThat(third).isNotDone();
    }

    @Test
    void whoWaitsIsNotLetByForWantOfOneAnswer() throws Exception {
        left.set(150);
        assertThat(gate.check(call())).isInstanceOf(Verdict.Allowed.class);
        Future<Verdict> waiting = beside.submit(() -> gate.check(call()));
        Await.until(() -> assertThat(paused).hasValue(1));

        isAway = true;
        goOn.release();
        Await.until(() -> assertThat(paused).hasValue(2));

        // Nobody answers any more: in the end it is what the budgets want then.
        goOn.release(ReservingGate.PAUSES_MAX);
        assertThat(waiting.get(30, TimeUnit.SECONDS)).isInstanceOf(Verdict.Allowed.class);
        assertThat(asked).hasValue(1 + 1 + ReservingGate.PAUSES_MAX);
    }

    @Test
    void whatIsUnderWayCountsTowardItsOwnBudgetsOnly() throws Exception {
        left.set(150);

        assertThat(gate.check(call())).isInstanceOf(Verdict.Allowed.class);
        budget = "b2";
        assertThat(gate.check(call())).isInstanceOf(Verdict.Allowed.class);
        assertThat(paused).hasValue(0);
    }

    @Test
    void aCallThatCostsNothingWaitsForNone() throws Exception {
        left.set(100);

        assertThat(gate.check(call())).isInstanceOf(Verdict.Allowed.class);
        cost.set(0);
        assertThat(gate.check(call())).isInstanceOf(Verdict.Allowed.class);
        assertThat(paused).hasValue(0);
    }

    private List<Future<Verdict>> start(int count) {
        var calls = new ArrayList<Future<Verdict>>();
        for (int i = 0; i < count; i++) {
            calls.add(beside.submit(() -> gate.check(call())));
        }
        return calls;
    }

    /** Whoever is not allowed waits, so that no more can follow. */
    private void awaitThat(List<Future<Verdict>> calls, int allowed, int pauses) throws Exception {
        Await.until(() -> {
            assertThat(paused).hasValue(pauses);
            assertThat(allowed(calls)).hasSize(allowed);
        });
    }

    private static List<Verdict.Allowed> allowed(List<Future<Verdict>> calls) {
        return calls.stream()
                .filter(call -> call.state() == Future.State.SUCCESS)
                .map(Future::resultNow)
                .filter(Verdict.Allowed.class::isInstance)
                .map(Verdict.Allowed.class::cast)
                .toList();
    }

    private static Verdict.Allowed allowed(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Verdict.Allowed.class);
        return (Verdict.Allowed) verdict;
    }

    private static String code(Verdict verdict) {
        return ((Verdict.Denied) verdict).details().path("code").asText();
    }

    private void pause(Duration time) throws InterruptedException {
        assertThat(time).isEqualTo(ReservingGate.PAUSE);
        paused.incrementAndGet();
        goOn.acquire();
    }

    private void ended(Reservation reservation) {
        if (isRelayed) {
            reservation.recorded(receipt(0));
        } else {
            ended.add(reservation);
        }
    }

    private static Receipt receipt(long offset) {
        return new Receipt(Map.of(3, offset));
    }

    private Answer answer() {
        asked.incrementAndGet();
        if (isAway) {
            return new Answer.Untold(false);
        }
        long rest = left.get();
        boolean isOfTokens = leftName.equals("remainingTokens");
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("allowed", rest >= (isOfTokens ? 150 : cost.get()));
        json.put("estimatedCostNanoUsd", cost.get());
        json.putArray("budgets")
                .addObject()
                .put("id", budget)
                .put("name", "Month")
                .put("enforcement", "block")
                .put(leftName, rest);
        json.set("prices", PRICES);
        if (counted.get() >= 0) {
            json.put("counted", receipt(counted.get()).encode());
        }
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

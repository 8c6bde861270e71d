package com.promptmanage.service.budget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.service.budget.Reservations.Result;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.Receipt;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What the budgets have counted, and what holds while they do not answer. A call is of ann, and costs 100 nanoUSD at most. */
class UnansweredReservationsTest {

    private static final Account ACME = Account.team("acme");

    private static final Instant NOW = Instant.parse("2026-11-16T12:00:00Z");

    private static final String IN_AN_HOUR = "2026-11-16T13:00:00Z";

    private static final int PARTITION = 3;

    private final AtomicLong nanos = new AtomicLong();

    private final Reservations reservations = new Reservations(nanos::get);

    @Test
    void whereNothingWasSaidNothingHolds() {
        for (int call = 0; call < 10; call++) {
            assertThat(unanswered("ann")).isEqualTo(new Result.Reserved(Reservation.NONE));
        }
    }

    @Test
    void noMoreThanWhatWasLeftIsUsedByCallsUnderWayAndByThoseThatHaveEnded() {
        hear(account(250), 0);

        Reservation first = reserved(unanswered("ann"));
        Reservation second = reserved(unanswered("bob"));
        assertThat(passes(unanswered("ann"))).as("calls under way decide").isTrue();
        first.end(OptionalLong.of(90), 10, at(7));
        second.release();
        assertThat(isReserved(unanswered("ann"))).as("160 are left").isTrue();
        assertThat(passes(unanswered("ann"))).isTrue();
        nanos.addAndGet(Reservations.SETTLING_MAX.toNanos() + 1);
        assertThat(passes(unanswered("ann")))
                .as("60 beside the one under way, however long ago")
                .isTrue();
    }

    @Test
    void whatHasEndedAndWasNotInTheAnswerIsUsedForGood() {
        hear(account(150), 6);
        reserved(unanswered("ann")).end(OptionalLong.of(90), 10, at(7));

        assertThat(passes(unanswered("ann"))).isFalse();
        nanos.addAndGet(Reservations.SETTLING_MAX.toNanos() + 1);
        assertThat(passes(unanswered("ann")))
                .as("when it is not reserved any more")
                .isFalse();
        assertThat(left(unanswered("ann"))).isEqualTo(60);
        hear(account(150), 7);
        assertThat(isReserved(unanswered("ann")))
                .as("a new answer, which includes it")
                .isTrue();
    }

    @Test
    void whatEndedBeforeAnAnswerThatDoesNotIncludeItIsUsedAllTheSame() {
        hear(account(150), 6);
        reserved(unanswered("ann")).end(OptionalLong.of(90), 10, at(7));
        hear(account(150), 6);

        assertThat(passes(unanswered("ann"))).as("it may be counted by now").isTrue();
        nanos.addAndGet(Reservations.SETTLING_MAX.toNanos() + 1);
        assertThat(passes(unanswered("ann"))).isFalse();
    }

    @Test
    void whatAnAnswerSaysThatItHasCountedDoesNotCountOnceMoreBesideIt() {
        hear(account(250), 6);
        reserved(reserve(250)).end(OptionalLong.of(90), 10, at(7));

        assertThat(passes(reservations.reserve(ACME, counted(account(160), 6), 100)))
                .as("not counted yet, as far as is said")
                .isTrue();
        Result fits = reservations.reserve(ACME, counted(account(160), 7), 100);
        assertThat(isReserved(fits)).as("the first answer that includes it").isTrue();
        assertThat(passes(reservations.reserve(ACME, counted(account(160), 7), 100)))
                .as("beside the one that is under way now")
                .isTrue();
        assertThat(passes(reservations.reserve(ACME, counted(account(160), 6), 100)))
                .as("one that was on its way, and does not include it")
                .isTrue();
        reserved(fits).release();
        assertThat(passes(reservations.reserve(ACME, counted(account(160), 6), 100)))
                .as("likewise")
                .isTrue();
        assertThat(isReserved(reservations.reserve(ACME, counted(account(160), 7), 100)))
                .isTrue();
    }

    @Test
    void aRefusalIsAnAnswerToo() {
        hear(account(0).put("allowed", false), 0);

        assertThat(passes(unanswered("ann"))).isFalse();
        assertThat(isReserved(reservations.reserveUnanswered(ACME, question("ann"), OptionalLong.of(0), 0)))
                .as("what costs nothing")
                .isTrue();
        assertThat(isReserved(reservations.reserveUnanswered(ACME, question("ann"), OptionalLong.empty(), 0)))
                .as("what may cost anything")
                .isFalse();
    }

    @Test
    void aBudgetOnSomethingHoldsForThatOnly() {
        ObjectNode answer = account(10_000);
        budget(answer, "b1", "member", "ann", 150, IN_AN_HOUR);
        budget(answer, "b2", "model", "gpt-4o-mini", 1_000, IN_AN_HOUR);
        hear(answer, 0);

        assertThat(isReserved(unanswered("ann"))).isTrue();
        assertThat(passes(unanswered("ann"))).isTrue();
        assertThat(isReserved(unanswered("bob"))).isTrue();
        assertThat(isReserved(reservations.reserveUnanswered(
                        ACME, question("bob").put("model", "gpt-4o-mini-2024-07-18"), OptionalLong.of(900), 0)))
                .as("by another of the model's names")
                .isFalse();
        assertThat(isReserved(reservations.reserveUnanswered(
                        ACME, question("bob").put("model", "gpt-4o"), OptionalLong.of(900), 0)))
                .isTrue();
        assertThat(isReserved(reservations.reserveUnanswered(
                        Account.team("other"), question("ann"), OptionalLong.of(900), 0)))
                .isTrue();
    }

    @Test
    void whatWasSaidHoldsUntilThePeriodEnds() {
        hear(account(50), 0);
        nanos.addAndGet(3_600_000_000_000L - 1);
        assertThat(isReserved(unanswered("ann"))).isFalse();

        nanos.addAndGet(1);

        assertThat(isReserved(unanswered("ann"))).isTrue();
    }

    @Test
    void aBudgetThatIsGoneOrDoesNotBlockAnyMoreIsForgotten() {
        hear(account(50), 0);
        assertThat(isReserved(unanswered("ann"))).isFalse();

        hear(answer(), 1);

        assertThat(isReserved(unanswered("ann"))).isTrue();
    }

    @Test
    void anAnswerThatWasOvertakenDoesNotCount() {
        hear(account(50), 8);
        hear(account(500), 7);

        assertThat(isReserved(unanswered("ann"))).isFalse();
    }

    @Test
    void whatHasEndedStaysReservedUntilItIsCountedHoweverFarTheMeteringIsBehind() {
        hear(account(150), 6);
        reserved(reserve(150)).end(OptionalLong.of(100), 10, at(7));
        for (int seconds = 0; seconds < 60; seconds++) {
            nanos.addAndGet(1_000_000_000L);
            hear(account(150), 6);
            assertThat(isReserved(reserve(150))).as("after %d s", seconds).isFalse();
        }

        hear(account(50), 7);
        assertThat(isReserved(reserve(150)))
                .as("beside an answer that was on its way")
                .isFalse();
        nanos.addAndGet(BudgetClient.ANSWER_MAX.toNanos());
        assertThat(isReserved(reserve(150))).isTrue();
    }

    @Test
    void whatComesOntoTheTopicAfterItsEndStaysReservedUntilItIsCountedThere() {
        hear(account(150), 6);
        Reservation call = reserved(reserve(150));
        call.recorded(receipt(6));
        call.end(OptionalLong.of(100), 10, Optional.empty());
        hear(account(150), 9);
        nanos.addAndGet(BudgetClient.ANSWER_MAX.toNanos());
        assertThat(isReserved(reserve(150))).as("on no topic yet").isFalse();

        call.recorded(receipt(11));
        call.recorded(receipt(9));
        hear(account(150), 10);
        nanos.addAndGet(BudgetClient.ANSWER_MAX.toNanos());
        assertThat(isReserved(reserve(150))).isFalse();
        hear(account(50), 11);
        nanos.addAndGet(BudgetClient.ANSWER_MAX.toNanos());
        assertThat(isReserved(reserve(150))).isTrue();
    }

    @Test
    void whatComesOntoTheTopicWhenItIsFreeAlreadyGivesNothingBackOfWhatOthersReserve() {
        hear(account(150), 6);
        Reservation late = reserved(reserve(150));
        late.end(OptionalLong.of(100), 10, Optional.empty());
        nanos.addAndGet(Reservations.SETTLING_MAX.toNanos() + 1);
        Reservation released = reserved(reserve(150));
        released.release();
        assertThat(isReserved(reserve(150))).isTrue();

        late.recorded(receipt(7));
        released.recorded(receipt(7));
        hear(account(150), 7);
        nanos.addAndGet(BudgetClient.ANSWER_MAX.toNanos());

        assertThat(isReserved(reserve(150))).as("another is under way").isFalse();
        assertThat(isReserved(reserve(200))).isTrue();
    }

    @Test
    void whatIsNeverCountedIsFreeInTheEnd() {
        hear(account(150), 6);
        reserved(reserve(150)).end(OptionalLong.of(100), 10, at(7));
        reserved(reserve(250)).end(OptionalLong.of(100), 10, Optional.empty());

        nanos.addAndGet(Reservations.SETTLING_MAX.toNanos());
        assertThat(isReserved(reserve(150))).isFalse();
        nanos.addAndGet(1);
        assertThat(isReserved(reserve(100))).isTrue();
    }

    @Test
    void ofBudgetsThatDoNotSayWhatTheyHaveCountedItIsAMatterOfTime() {
        reserved(reserve(150)).end(OptionalLong.of(100), 10, at(7));

        nanos.addAndGet(Reservations.SETTLING.toNanos());
        assertThat(isReserved(reserve(150))).isFalse();
        nanos.addAndGet(1);
        assertThat(isReserved(reserve(150))).isTrue();
    }

    @Test
    void callsAtOnceGetNoMoreThanWasLeft() throws Exception {
        hear(account(799), 0);
        int made = 0;
        try (var beside = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<Future<Boolean>>();
            for (int call = 0; call < 100; call++) {
                long offset = call;
                calls.add(beside.submit(() -> {
                    Result result = unanswered("ann");
                    if (result instanceof Result.Reserved(var reservation)) {
                        reservation.end(OptionalLong.of(100), 10, at(offset));
                    }
                    return isReserved(result);
                }));
            }
            for (Future<Boolean> call : calls) {
                made += call.get() ? 1 : 0;
            }
        }

        assertThat(made).isEqualTo(7);
    }

    private void hear(ObjectNode answer, long counted) {
        reservations.hear(ACME, question("ann"), counted(answer, counted), NOW.toEpochMilli());
    }

    private static ObjectNode counted(ObjectNode answer, long offset) {
        return answer.put("counted", receipt(offset).encode());
    }

    private Result unanswered(String user) {
        return reservations.reserveUnanswered(ACME, question(user), OptionalLong.of(100), 100);
    }

    private Result reserve(long left) {
        return reservations.reserve(ACME, account(left), 100);
    }

    private static ObjectNode question(String user) {
        return Json.mapper().createObjectNode().put("userId", user).put("model", "gpt-4o-mini");
    }

    private static Optional<Receipt> at(long offset) {
        return Optional.of(receipt(offset));
    }

    private static Receipt receipt(long offset) {
        return new Receipt(Map.of(PARTITION, offset));
    }

    private static ObjectNode account(long left) {
        ObjectNode answer = answer();
        budget(answer, "b0", "account", ACME.value(), left, IN_AN_HOUR);
        return answer;
    }

    private static ObjectNode answer() {
        ObjectNode answer =
                Json.mapper().createObjectNode().put("allowed", true).put("estimatedCostNanoUsd", 100);
        answer.putArray("budgets");
        return answer;
    }

    private static void budget(
            ObjectNode answer, String id, String dimension, String value, long left, String periodEnd) {
        answer.withArray("budgets")
                .addObject()
                .put("id", id)
                .put("name", id)
                .put("dimension", dimension)
                .put("value", value)
                .put("enforcement", "block")
                .put("remainingNanoUsd", left)
                .put("periodEnd", periodEnd);
    }

    private static boolean isReserved(Result result) {
        return result instanceof Result.Reserved;
    }

    private static Reservation reserved(Result result) {
        assertThat(result).isInstanceOf(Result.Reserved.class);
        return ((Result.Reserved) result).reservation();
    }

    private static boolean passes(Result result) {
        assertThat(result).isInstanceOf(Result.TooLittleLeft.class);
        return ((Result.TooLittleLeft) result).passes();
    }

    private static long left(Result result) {
        assertThat(result).isInstanceOf(Result.TooLittleLeft.class);
        return ((Result.TooLittleLeft) result).share().leftNanoUsd().orElseThrow();
    }
}

package com.promptmanage.service.budget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.service.budget.Reservations.Result;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.account.Account;
import java.util.ArrayList;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A call is estimated at 100 nanoUSD and 100 tokens, unless it says otherwise. */
class ReservationsTest {

    private static final Account ACME = Account.team("acme");

    private static final String MONEY = "remainingNanoUsd";

    private static final String TOKENS = "remainingTokens";

    private final AtomicLong nanos = new AtomicLong();

    private final Reservations reservations = new Reservations(nanos::get);

    @ParameterizedTest
    @ValueSource(strings = {MONEY, TOKENS})
    void asMuchIsReservedAsThereIsRoomForAndTheBudgetIsNamedThatHasNoMore(String unit) {
        ObjectNode answer = answer(100);
        budget(answer, "b0", "Wide", "block", unit, 10_000);
        budget(answer, "b1", "Month", "block", unit, 250);

        assertThat(isReserved(reservations.reserve(ACME, answer, 100))).isTrue();
        assertThat(isReserved(reservations.reserve(ACME, answer, 100))).isTrue();
        assertThat(reservations.reserve(ACME, answer, 100))
                .isInstanceOfSatisfying(
                        Result.TooLittleLeft.class,
                        left -> assertThat(left.share().name()).isEqualTo("Month"));
    }

    @Test
    void whatIsRefusedReservesNothingOfAnyBudget() {
        ObjectNode both = answer(100);
        budget(both, "b0", "Wide", "block", MONEY, 300);
        budget(both, "b1", "Month", "block", MONEY, 150);
        assertThat(isReserved(reservations.reserve(ACME, both, 100))).isTrue();
        assertThat(isReserved(reservations.reserve(ACME, both, 100))).isFalse();

        assertThat(isReserved(reserve("b0", 200))).as("beside the first alone").isTrue();
    }

    @Test
    void nothingIsReservedWhereNoBudgetBlocks() {
        ObjectNode answer = answer(100);
        assertThat(reservations.reserve(ACME, answer, 100)).isEqualTo(new Result.Reserved(Reservation.NONE));
        budget(answer, "b1", "Month", "alert", MONEY, 150);

        for (int call = 0; call < 10; call++) {
            assertThat(reservations.reserve(ACME, answer, 100)).isEqualTo(new Result.Reserved(Reservation.NONE));
        }
        assertThat(isReserved(reserve("b1", 100))).as("once it blocks").isTrue();
    }

    @Test
    void whatIsUnderWayCountsTowardItsOwnBudgetAccountAndValueOnly() {
        assertThat(isReserved(reserve("b1", 150))).isTrue();

        assertThat(isReserved(reserve("b2", 150))).isTrue();
        assertThat(isReserved(reservations.reserve(Account.team("other"), of("b1", 150), 100)))
                .isTrue();
        ObjectNode ofAda = answer(100);
        budget(ofAda, "b1", "Month", "block", MONEY, 150).put("value", "ada");
        assertThat(isReserved(reservations.reserve(ACME, ofAda, 100))).isTrue();
        assertThat(isReserved(reserve("b1", 150))).isFalse();
    }

    @Test
    void whatHasEndedStaysReservedUntilTheBudgetsHadTheTimeToCountIt() {
        Reservation first = reserved(reserve("b1", 150));
        nanos.addAndGet(Reservations.SETTLING.toNanos() * 10);
        assertThat(isReserved(reserve("b1", 150))).as("still under way").isFalse();

        first.end();
        nanos.addAndGet(Reservations.SETTLING.toNanos());
        assertThat(isReserved(reserve("b1", 150))).as("not sure to be counted").isFalse();
        nanos.addAndGet(1);
        assertThat(isReserved(reserve("b1", 150))).isTrue();
    }

    @Test
    void whatACallHasUsedTakesThePlaceOfItsEstimate() {
        Reservation less = reserved(reserve("b1", 100));
        less.end(OptionalLong.of(30), 100);
        assertThat(isReserved(reserve("b1", 129))).isFalse();
        Reservation more = reserved(reserve("b1", 130));
        more.end(OptionalLong.of(270), 100);

        assertThat(isReserved(reserve("b1", 399)))
                .as("30 and 270 are not counted")
                .isFalse();
        assertThat(isReserved(reserve("b1", 400))).isTrue();
    }

    @Test
    void aCostThatIsNotKnownInTheEndLeavesTheEstimate() {
        reserved(reserve("b1", 100)).end(OptionalLong.empty(), 5);

        assertThat(isReserved(reserve("b1", 199))).isFalse();
        ObjectNode ofTokens = answer(100);
        budget(ofTokens, "b1", "Month", "block", TOKENS, 105);
        assertThat(isReserved(reservations.reserve(ACME, ofTokens, 100)))
                .as("its tokens are known")
                .isTrue();
    }

    @Test
    void whatUsedNothingIsFreeAtOnce() {
        Reservation call = reserved(reserve("b1", 150));
        assertThat(isReserved(reserve("b1", 150))).isFalse();

        call.release();

        assertThat(isReserved(reserve("b1", 150))).isTrue();
    }

    @Test
    void whatEndsAgainGivesNothingBackOfWhatOthersReserve() {
        Reservation first = reserved(reserve("b1", 250));
        assertThat(isReserved(reserve("b1", 250))).isTrue();
        first.release();
        first.release();
        first.end();
        first.end(OptionalLong.of(1_000), 1_000);

        assertThat(isReserved(reserve("b1", 199))).as("the second is under way").isFalse();
        assertThat(isReserved(reserve("b1", 200))).isTrue();
    }

    @Test
    void whatHasEndedIsNotReleasedByWhoeverCleansUpBehindIt() {
        Reservation call = reserved(reserve("b1", 150));
        call.end(OptionalLong.of(100), 100);
        call.release();

        assertThat(isReserved(reserve("b1", 150))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        // What costs nothing always fits.
        "0, 1, true",
        "1, 1, false",
        // Of what may cost anything, something has to be left.
        "unknown, 1, false",
        "unknown, 100, false",
        "unknown, 101, true"
    })
    void whatCostsNothingFitsAndWhatMayCostAnythingNeedsSomethingLeft(String cost, long left, boolean fits) {
        assertThat(isReserved(reserve("b1", 100))).isTrue();
        ObjectNode answer = Json.mapper().createObjectNode();
        if (!cost.equals("unknown")) {
            answer.put("estimatedCostNanoUsd", Long.parseLong(cost));
        }
        budget(answer, "b1", "Month", "block", MONEY, left);

        assertThat(isReserved(reservations.reserve(ACME, answer, 0))).isEqualTo(fits);
    }

    @Test
    void amountsBeyondAllBoundsDoNotMakeRoom() {
        ObjectNode answer = answer(Long.MAX_VALUE);
        budget(answer, "b0", "Tokens", "block", TOKENS, Long.MAX_VALUE);
        budget(answer, "b1", "Month", "block", MONEY, Long.MAX_VALUE);
        reserved(reservations.reserve(ACME, answer, 1)).end(OptionalLong.of(Long.MAX_VALUE), Long.MAX_VALUE);
        ObjectNode ofTokens = answer(Long.MAX_VALUE);
        budget(ofTokens, "b0", "Tokens", "block", TOKENS, Long.MAX_VALUE);
        for (int call = 0; call < 99; call++) {
            reserved(reservations.reserve(ACME, ofTokens, 1)).end(OptionalLong.of(Long.MAX_VALUE), 1);
        }

        assertThat(isReserved(reserve("b0", 100))).isFalse();
        assertThat(isReserved(reserve("b1", 100))).isFalse();
    }

    @Test
    void callsAtOnceReserveNoMoreThanIsLeftAndAllOfItIsFreeAgain() throws Exception {
        int callers = 64;
        var tried = new CountDownLatch(callers);
        int made = 0;
        try (var beside = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<Future<Boolean>>();
            for (int call = 0; call < callers; call++) {
                calls.add(beside.submit(() -> {
                    Result result = reserve("b1", 799);
                    tried.countDown();
                    tried.await();
                    if (result instanceof Result.Reserved(var reservation)) {
                        reservation.release();
                    }
                    return isReserved(result);
                }));
            }
            for (Future<Boolean> call : calls) {
                made += call.get() ? 1 : 0;
            }
        }

        assertThat(made).isEqualTo(7);
        for (int call = 0; call < 7; call++) {
            assertThat(isReserved(reserve("b1", 799))).isTrue();
        }
        assertThat(isReserved(reserve("b1", 799))).isFalse();
    }

    private Result reserve(String id, long left) {
        return reservations.reserve(ACME, of(id, left), 100);
    }

    private static ObjectNode of(String id, long left) {
        ObjectNode answer = answer(100);
        budget(answer, id, "Month", "block", MONEY, left);
        return answer;
    }

    private static ObjectNode answer(long costNanoUsd) {
        return Json.mapper().createObjectNode().put("allowed", true).put("estimatedCostNanoUsd", costNanoUsd);
    }

    private static ObjectNode budget(
            ObjectNode answer, String id, String name, String enforcement, String unit, long left) {
        ArrayNode budgets = answer.get("budgets") instanceof ArrayNode begun ? begun : answer.putArray("budgets");
        return budgets.addObject()
                .put("id", id)
                .put("name", name)
                .put("value", "*")
                .put("enforcement", enforcement)
                .put(unit, left);
    }

    private static boolean isReserved(Result result) {
        return result instanceof Result.Reserved;
    }

    private static Reservation reserved(Result result) {
        assertThat(result).isInstanceOf(Result.Reserved.class);
        return ((Result.Reserved) result).reservation();
    }
}

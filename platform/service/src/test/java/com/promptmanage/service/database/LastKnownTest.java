package com.promptmanage.service.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.topics.account.Account;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class LastKnownTest {

    private static final Account ACME = Account.team("acme");

    /** Nothing is fresh for longer than the next question. */
    private final LastKnown<Account, String> known = new LastKnown<>(Duration.ZERO);

    @Test
    void whatIsFreshCostsNoQuery() {
        var remembered = new LastKnown<Account, String>(Duration.ofHours(1));
        remembered.get(ACME, () -> "Asia/Kathmandu");

        assertThat(remembered.get(ACME, LastKnownTest::away)).isEqualTo("Asia/Kathmandu");
        remembered.forget(ACME);
        assertThat(remembered.get(ACME, () -> "UTC")).isEqualTo("UTC");
    }

    @Test
    void whileTheDatabaseIsAwayWhatItSaidLastHoldsOn() {
        known.get(ACME, () -> "Asia/Kathmandu");
        known.get(ACME, () -> "Asia/Tokyo");

        assertThat(known.get(ACME, LastKnownTest::away)).isEqualTo("Asia/Tokyo");
    }

    /** It returns while the query still waits: that ends only with the test. */
    @Test
    void aDatabaseThatStandsStillIsNotWaitedFor() {
        var over = new CountDownLatch(1);
        Supplier<String> still = () -> {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return "too late";
        };
        known.get(ACME, () -> "Asia/Kathmandu");

        assertThat(known.get(ACME, still)).isEqualTo("Asia/Kathmandu");
        assertThatThrownBy(() -> known.get(Account.team("never asked"), still))
                .isInstanceOf(UnavailableException.class);
        over.countDown();
    }

    /** Of many who ask while the database stands still, one waits there. */
    @Test
    void whoAsksAboutTheSameSharesTheQuery() throws Exception {
        var over = new CountDownLatch(1);
        var queries = new AtomicInteger();
        Supplier<String> slow = () -> {
            queries.incrementAndGet();
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return "Asia/Tokyo";
        };
        known.get(ACME, () -> "Asia/Kathmandu");

        for (int i = 0; i < 3; i++) {
            assertThat(known.get(ACME, slow)).isEqualTo("Asia/Kathmandu");
        }
        assertThat(queries).hasValue(1);
        over.countDown();
    }

    @Test
    void whatIsForgottenDoesNotHoldOnAndWhatWasAskedForBeforeIsNotRemembered() throws Exception {
        var remembered = new LastKnown<Account, String>(Duration.ofHours(1));
        var over = new CountDownLatch(1);
        var answered = new CountDownLatch(1);
        remembered.get(ACME, () -> "Asia/Kathmandu");
        remembered.forget(ACME);
        assertThatThrownBy(() -> remembered.get(ACME, LastKnownTest::away)).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> remembered.get(ACME, () -> {
                    try {
                        over.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    answered.countDown();
                    return "of before";
                }))
                .isInstanceOf(UnavailableException.class);

        remembered.forget(ACME);
        assertThat(remembered.get(ACME, () -> "UTC")).isEqualTo("UTC");
        over.countDown();
        answered.await();
        assertThat(remembered.get(ACME, LastKnownTest::away)).isEqualTo("UTC");
    }

    @Test
    void whatWasNeverKnownIsNotMadeUp() {
        assertThatThrownBy(() -> known.get(ACME, LastKnownTest::away))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("away");
    }

    @Test
    void aFaultOfTheQueryIsNoAbsence() {
        known.get(ACME, () -> "Asia/Kathmandu");

        assertThatThrownBy(() -> known.get(ACME, () -> {
                    throw new IllegalArgumentException("no such column");
                }))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static String away() {
        throw new UnavailableException("away", Duration.ofSeconds(1), new IllegalStateException("gone"));
    }
}

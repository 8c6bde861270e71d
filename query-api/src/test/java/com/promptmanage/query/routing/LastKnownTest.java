package com.promptmanage.query.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.topics.account.Account;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class LastKnownTest {

    private static final Account ACME = Account.team("acme");

    /** Nothing is fresh for longer than the next question. */
    private final LastKnown<String> known = new LastKnown<>(Duration.ZERO);

    @Test
    void whatIsFreshCostsNoQuery() {
        var remembered = new LastKnown<String>(Duration.ofHours(1));
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

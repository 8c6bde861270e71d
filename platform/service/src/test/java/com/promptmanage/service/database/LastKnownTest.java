package com.promptmanage.service.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.account.Account;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class LastKnownTest {

    private static final Account ACME = Account.team("acme");

    /** Nothing is fresh for longer than the next question. */
    private final LastKnown<Account, String> known = new LastKnown<>(Duration.ZERO, Waits.USUAL);

    @Test
    void whatIsFreshCostsNoQuery() throws Exception {
        var remembered = new LastKnown<Account, String>(Duration.ofHours(1), Waits.USUAL);
        tell(remembered, "Asia/Kathmandu");

        assertThat(remembered.get(ACME, LastKnownTest::away)).isEqualTo("Asia/Kathmandu");
        remembered.forget(ACME);
        tell(remembered, "UTC");
    }

    @Test
    void whileTheDatabaseIsAwayWhatItSaidLastHoldsOn() throws Exception {
        tell(known, "Asia/Kathmandu");
        tell(known, "Asia/Tokyo");

        assertThat(known.get(ACME, LastKnownTest::away)).isEqualTo("Asia/Tokyo");
    }

    /** It returns while the query still waits: that ends only with the test. */
    @Test
    void aDatabaseThatStandsStillIsNotWaitedFor() throws Exception {
        var over = new CountDownLatch(1);
        Supplier<String> still = () -> {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return "too late";
        };
        tell(known, "Asia/Kathmandu");

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
        tell(known, "Asia/Kathmandu");

        for (int i = 0; i < 3; i++) {
            assertThat(known.get(ACME, slow)).isEqualTo("Asia/Kathmandu");
        }
        Await.until(() -> assertThat(queries).hasValue(1));
        over.countDown();
    }

    @Test
    void whatIsForgottenDoesNotHoldOnAndWhatWasAskedForBeforeIsNotRemembered() throws Exception {
        var remembered = new LastKnown<Account, String>(Duration.ofHours(1), Waits.USUAL);
        var over = new CountDownLatch(1);
        var answered = new CountDownLatch(1);
        tell(remembered, "Asia/Kathmandu");
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
        tell(remembered, "UTC");
        over.countDown();
        answered.await();
        assertThat(remembered.get(ACME, LastKnownTest::away)).isEqualTo("UTC");
    }

    @Test
    void whoIsPatientWaitsForTheDatabaseThoughAnOlderAnswerIsKnown() throws Exception {
        var patient = new LastKnown<Account, String>(Duration.ZERO, Waits.of(Duration.ofMinutes(1)));
        var asked = new CountDownLatch(1);
        var over = new CountDownLatch(1);
        tell(patient, "Asia/Kathmandu");

        var answer = CompletableFuture.supplyAsync(
                () -> patient.get(ACME, () -> {
                    asked.countDown();
                    try {
                        over.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return "Asia/Tokyo";
                }),
                task -> Thread.ofVirtual().start(task));
        asked.await();
        over.countDown();

        assertThat(answer.get()).isEqualTo("Asia/Tokyo");
    }

    @Test
    void whatWasNeverKnownIsNotMadeUp() {
        // What the database says is waited for, however long a busy machine takes over it.
        var patient = new LastKnown<Account, String>(Duration.ZERO, Waits.of(Duration.ofMinutes(1)));

        assertThatThrownBy(() -> patient.get(ACME, LastKnownTest::away))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("away");
    }

    @Test
    void aFaultOfTheQueryIsNoAbsence() throws Exception {
        tell(known, "Asia/Kathmandu");

        // A busy machine may tell what is older before the query has failed.
        Await.until(() -> {
            assertThatThrownBy(() -> known.get(ACME, LastKnownTest::wrong))
                    .isInstanceOf(IllegalArgumentException.class);
        });
    }

    /** Has it known, however long a busy machine takes over a query: it is not waited for as long as that. */
    private static void tell(LastKnown<Account, String> known, String value) throws Exception {
        Await.until(() -> {
            try {
                assertThat(known.get(ACME, () -> value)).isEqualTo(value);
            } catch (UnavailableException e) {
                throw new AssertionError("not yet", e);
            }
        });
    }

    private static String wrong() {
        throw new IllegalArgumentException("no such column");
    }

    private static String away() {
        throw new UnavailableException("away", Duration.ofSeconds(1), new IllegalStateException("gone"));
    }
}

package com.promptmanage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SmallToolsTest {

    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

    @Test
    void awaitsWhatBecomesTrue() throws Exception {
        var asked = new AtomicInteger();

        Await.until(() -> assertThat(asked.incrementAndGet()).isEqualTo(3));

        assertThat(asked).hasValue(3);
    }

    @Test
    void givesUpWithTheLastFailure() {
        assertThatThrownBy(() -> Await.until(
                        Duration.ofMillis(50), () -> assertThat("what is there").isEqualTo("what is awaited")))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("what is there");
    }

    @Test
    void anythingButAFailedAssertionEndsTheWaiting() {
        assertThatThrownBy(() -> Await.until(() -> {
                    throw new IllegalStateException("broken");
                }))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aClockMovesOnlyByHand() {
        var clock = new ManualClock(NOON);
        var inKathmandu = clock.withZone(ZoneId.of("Asia/Kathmandu"));

        clock.advance(Duration.ofMinutes(5));

        assertThat(clock.instant()).isEqualTo("2026-11-24T12:05:00Z");
        assertThat(inKathmandu.instant()).isEqualTo("2026-11-24T12:05:00Z");
        assertThat(inKathmandu.getZone()).isEqualTo(ZoneId.of("Asia/Kathmandu"));
    }

    @Test
    void portsDiffer() {
        assertThat(new HashSet<>(FreePorts.several(20))).hasSize(20);
    }

    @Test
    void aPortForLaterIsNoneThatTheSystemGives() throws IOException {
        List<Integer> forLater = FreePorts.several(20);

        try (var given = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(forLater).allMatch(port -> port < 32_768 && port != given.getLocalPort());
        }
    }

    @Test
    void whoWaitsForAProcessThatHasEndedIsToldWhatItSaidLast() throws Exception {
        try (var process = JavaProcess.start(Complaining.class, List.of("-Xmx32m"), Map.of())) {
            Await.until(() -> assertThat(process.isAlive()).isFalse());

            Await.until(() -> assertThatIllegalStateException()
                    .isThrownBy(process::requireAlive)
                    .withMessageContaining("ended with 3")
                    .withMessageContaining("there is no such thing"));
        }
    }

    static final class Complaining {

        private Complaining() {}

        @SuppressWarnings("SystemOut")
        public static void main(String[] arguments) {
            System.err.println("there is no such thing");
            System.exit(3);
        }
    }

    @Test
    void aTestIsRunOnceMoreOnlyIfAMonthBeganInIt() throws Exception {
        var clock = new ManualClock(Instant.parse("2026-11-30T23:59:59Z"));
        var runs = new AtomicInteger();

        PresentMonth.run(clock, () -> {
            int run = runs.incrementAndGet();
            clock.advance(Duration.ofSeconds(1));
            assertThat(run).as("in a month of its own").isEqualTo(2);
        });
        assertThat(runs).hasValue(2);

        assertThatThrownBy(() -> PresentMonth.run(clock, () -> {
                    runs.incrementAndGet();
                    throw new AssertionError("fails");
                }))
                .hasMessage("fails");
        assertThat(runs).hasValue(3);
    }

    @Test
    void tellsWhichThreadIsLeft() throws Exception {
        var before = ThreadLeaks.snapshot();
        var end = new CountDownLatch(1);
        var thread = new Thread(() -> await(end), "leaky-1");
        thread.start();

        assertThatThrownBy(() -> before.expectNoneLeft("leaky", Duration.ofMillis(50)))
                .hasMessageContaining("threads left running: [leaky-1]");
        end.countDown();
        before.expectNoneLeft("leaky");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

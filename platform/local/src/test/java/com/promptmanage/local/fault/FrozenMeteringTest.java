package com.promptmanage.local.fault;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.testkit.JavaProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process of the metering stands still in the middle of its work, as in a long pause of its machine, for longer than its
 * session and its transaction live, and then goes on as if nothing had happened. Another has taken over meanwhile.
 */
class FrozenMeteringTest {

    private static final int PER_SECOND = 2_000;

    /** The broker must have ended the transaction by then: ten seconds, and the time to notice. */
    private static final Duration FROZEN = Duration.ofSeconds(12);

    private static final Duration TAKES_OVER_WITHIN = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private final Instant now = Instant.now();

    private final Load load = new Load(now, new SplittableRandom(7));

    @Test
    void itIsShutOutAndComesBackByItselfAndNothingCountsTwice() throws Exception {
        try (var kafka = EmbeddedKafka.start(
                directory.resolve("kafka"),
                EmbeddedKafka.Options.DEFAULT.withBrokerSettings(
                        Map.of("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000")))) {
            try (var audit = Audit.prepared(kafka.bootstrapServers(), load, now);
                    var producer = audit.producer();
                    var beside = Executors.newVirtualThreadPerTaskExecutor();
                    var first = live(kafka, "first")) {
                var enough = new AtomicBoolean();
                var sending = beside.submit(() -> load.send(producer, PER_SECOND, enough::get));
                try {
                    audit.awaitMetered(PER_SECOND);
                    freezeWhileAnotherTakesOver(kafka, audit, first);
                } finally {
                    enough.set(true);
                }
                Map<Integer, Long> last = sending.get();
                assertThat(first.isAlive()).isTrue();
                first.end();
                audit.assertTotals(directory.resolve("first"), last);
                audit.assertRated();
                audit.assertAlerts();
            }
        }
    }

    private void freezeWhileAnotherTakesOver(EmbeddedKafka kafka, Audit audit, JavaProcess first) throws Exception {
        first.freeze();
        long frozenNanos = System.nanoTime();
        try (var second = live(kafka, "second")) {
            awaitAllMove(audit);
            Await.until(
                    TAKES_OVER_WITHIN,
                    () -> assertThat(System.nanoTime() - frozenNanos).isGreaterThan(FROZEN.toNanos()));
            first.thaw();
            // What the first had in its hands is not its own any more. It must find out, and ask for work again.
            audit.awaitMetered(2 * PER_SECOND);
            second.kill();
            awaitAllMove(audit);
        }
    }

    private JavaProcess live(EmbeddedKafka kafka, String state) throws InterruptedException {
        return MeteringProcess.start(kafka.bootstrapServers(), directory.resolve(state));
    }

    /** Waits until every partition is metered further. */
    private static void awaitAllMove(Audit audit) throws Exception {
        Map<Integer, Long> before = audit.positions();
        Await.until(
                TAKES_OVER_WITHIN,
                () -> audit.positions()
                        .forEach((partition, position) -> assertThat(position)
                                .as("partition %d", partition)
                                .isGreaterThan(before.getOrDefault(partition, 0L))));
    }
}

package com.promptmanage.local.fault;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.testkit.FreePorts;
import com.promptmanage.testkit.JavaProcess;
import com.promptmanage.testkit.KafkaBrokerMain;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metering is killed five times in the middle of load, and the broker once: nothing is lost and nothing counts twice. */
class KilledMeteringTest {

    private static final int PER_SECOND = 1_000;

    private static final int KILLS = 5;

    private static final Duration STARTS_WITHIN = Duration.ofMinutes(3);

    @TempDir
    Path directory;

    private final Instant now = Instant.now();

    private final Load load = new Load(now, new SplittableRandom(4));

    @Test
    void everyEventCountsOnceAndEveryThresholdIsToldOnce() throws Exception {
        int port = FreePorts.one();
        try (var broker = new Restartable(() -> broker(port));
                var metering =
                        new Restartable(() -> MeteringProcess.start("127.0.0.1:" + port, directory.resolve("state")))) {
            broker.start();
            try (var audit = Audit.prepared("127.0.0.1:" + port, load, now);
                    var producer = audit.producer();
                    var beside = Executors.newVirtualThreadPerTaskExecutor()) {
                metering.start();
                var enough = new AtomicBoolean();
                var sending = beside.submit(() -> load.send(producer, PER_SECOND, enough::get));
                for (int kill = 1; kill <= KILLS; kill++) {
                    audit.awaitMetered(PER_SECOND);
                    metering.kill();
                    assertThat(sending.isDone())
                            .as("kill %d comes in the middle of load", kill)
                            .isFalse();
                    if (kill == KILLS / 2) {
                        broker.kill();
                        broker.start();
                    }
                    metering.start();
                }
                audit.awaitMetered(PER_SECOND);
                enough.set(true);
                Map<Integer, Long> last = sending.get();
                metering.end();
                audit.assertTotals(directory.resolve("state"), last);
                audit.assertRated();
                audit.assertAlerts();
            }
        }
    }

    private JavaProcess broker(int port) throws InterruptedException {
        var process = JavaProcess.start(
                KafkaBrokerMain.class,
                List.of("-Xmx512m"),
                Map.of(),
                directory.resolve("kafka").toString(),
                Integer.toString(port));
        process.awaitLine(KafkaBrokerMain.READY, STARTS_WITHIN);
        return process;
    }

    /** A process that is started again after it was killed. */
    private static final class Restartable implements AutoCloseable {

        private final Starter starter;

        private final List<JavaProcess> lives = new ArrayList<>();

        interface Starter {
            JavaProcess start() throws InterruptedException;
        }

        Restartable(Starter starter) {
            this.starter = starter;
        }

        void start() throws InterruptedException {
            lives.add(starter.start());
        }

        void kill() throws InterruptedException {
            lives.getLast().kill();
        }

        void end() throws InterruptedException {
            lives.getLast().end();
        }

        @Override
        public void close() {
            lives.forEach(JavaProcess::close);
        }
    }
}

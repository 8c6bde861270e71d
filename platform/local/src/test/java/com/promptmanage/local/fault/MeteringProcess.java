package com.promptmanage.local.fault;

import com.promptmanage.streams.MeteringRuntime;
import com.promptmanage.streams.StreamsSettings;
import com.promptmanage.testkit.JavaProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** {@code BOOTSTRAP_SERVERS STATE_DIRECTORY PARTITIONS}: the metering in a process of its own, to be killed. */
final class MeteringProcess {

    /** What it prints when it meters. */
    static final String READY = "metering is ready";

    private static final Duration STARTS_WITHIN = Duration.ofMinutes(3);

    private MeteringProcess() {}

    /** Returns when it meters. */
    static JavaProcess start(String bootstrapServers, Path stateDirectory) throws InterruptedException {
        var process = JavaProcess.start(
                MeteringProcess.class,
                List.of("-Xmx512m", "--enable-native-access=ALL-UNNAMED"),
                Map.of(),
                bootstrapServers,
                stateDirectory.toString(),
                Integer.toString(Audit.PARTITIONS));
        process.awaitLine(READY, STARTS_WITHIN);
        return process;
    }

    public static void main(String... args) throws InterruptedException {
        try (var metering = new MeteringRuntime(settings(args[0], Path.of(args[1])), Integer.parseInt(args[2]))) {
            metering.start();
            while (!metering.isReady()) {
                Thread.sleep(10);
            }
            System.out.println(READY);
            new CountDownLatch(1).await();
        }
    }

    /** Notices a dead process in a second instead of ten. */
    static StreamsSettings settings(String bootstrapServers, Path stateDirectory) {
        StreamsSettings usual = StreamsSettings.defaults(bootstrapServers, stateDirectory);
        return new StreamsSettings(
                usual.applicationId(),
                usual.bootstrapServers(),
                usual.stateDirectory(),
                usual.commitInterval(),
                usual.threads(),
                usual.standbyReplicas(),
                usual.replicationFactor(),
                usual.host(),
                usual.port(),
                usual.hotRowsMax(),
                usual.recentIdsMax(),
                usual.deduplicationWindow(),
                Duration.ofSeconds(1),
                usual.writesRated(),
                usual.retention());
    }
}

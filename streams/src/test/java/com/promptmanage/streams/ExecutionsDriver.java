package com.promptmanage.streams;

import com.promptmanage.streams.answer.StoredExecutionReads;
import com.promptmanage.streams.commit.Commits;
import com.promptmanage.streams.execution.ExecutionCounts;
import com.promptmanage.streams.execution.ExecutionStore;
import com.promptmanage.streams.execution.ExecutionsSupplier;
import com.promptmanage.streams.read.ExecutionReads;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.execution.ExecutionChange;
import com.promptmanage.topics.execution.ExecutionChangeCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** What adds up executions, for one partition and driven by hand, with every record committed by itself. */
final class ExecutionsDriver implements AutoCloseable {

    private final Path directory;

    private final ExecutionCounts counts = new ExecutionCounts();

    private final TopologyTestDriver driver;

    private final TestInputTopic<byte[], byte[]> events;

    private final TestOutputTopic<byte[], byte[]> rejected;

    private Instant now;

    ExecutionsDriver(Instant now) {
        this.now = now;
        try {
            directory = Files.createTempDirectory("executions");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "executions-test");
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1");
        properties.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        var topology =
                ExecutionsTopology.of(new ExecutionsSupplier(new Commits(), counts, StreamsSettings.RETENTION_MIN));
        driver = new TopologyTestDriver(topology, properties, now);
        events = driver.createInputTopic(
                Topics.EXECUTION_EVENTS.name(), new ByteArraySerializer(), new ByteArraySerializer());
        rejected = driver.createOutputTopic(
                Topics.USAGE_REJECTED.name(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    static String description() {
        return ExecutionsTopology.of(
                        new ExecutionsSupplier(new Commits(), new ExecutionCounts(), StreamsSettings.RETENTION_MIN))
                .describe()
                .toString();
    }

    void advance(Duration time) {
        now = now.plus(time);
        driver.advanceWallClockTime(time);
    }

    Instant now() {
        return now;
    }

    /** @param number of the event within its execution */
    void send(int number, ExecutionChange change) {
        send(
                change.execution().account().key(),
                ExecutionChangeCodec.write(change.execution().id() + "/" + number, "/workflow-runner", change));
    }

    void send(byte[] key, byte @Nullable [] value) {
        events.pipeInput(key, value, now);
    }

    ExecutionReads reads() {
        return new StoredExecutionReads(store());
    }

    ExecutionCounts counts() {
        return counts;
    }

    List<TestRecord<byte[], byte[]>> rejected() {
        return rejected.readRecordsToList();
    }

    /** How many rows the state has. */
    int rows() {
        return store().keys(new byte[] {0}, new byte[] {127}, Integer.MAX_VALUE).size();
    }

    private ExecutionStore store() {
        return (ExecutionStore) driver.getStateStore(ExecutionsSupplier.STORE);
    }

    @Override
    public void close() {
        driver.close();
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

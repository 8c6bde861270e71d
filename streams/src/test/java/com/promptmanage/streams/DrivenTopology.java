package com.promptmanage.streams;

import static java.util.Objects.requireNonNull;

import com.promptmanage.topics.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/**
 * A topology of one partition, driven by hand, with every record committed by itself. It can be made to begin another life, as
 * in a process that takes over: with the state that its changelogs tell, and nothing else of before.
 */
final class DrivenTopology implements AutoCloseable {

    private static final TaskId TASK = new TaskId(0, 0);

    private final String applicationId;

    private final Supplier<Topology> topology;

    private final Collection<Topic> reads;

    private final Collection<Topic> writes;

    /** What is left of the changelog of each store, as if a broker had compacted it. */
    private final Map<String, Map<Bytes, byte[]>> changelogs;

    /** What earlier lives have written and nobody has taken yet, by topic. */
    private final Map<String, List<TestRecord<byte[], byte[]>>> written = new HashMap<>();

    private Instant now;

    private Life life;

    private record Life(
            Path directory,
            TopologyTestDriver driver,
            Map<String, TestInputTopic<byte[], byte[]>> inputs,
            Map<String, TestOutputTopic<byte[], byte[]>> outputs) {

        List<TestRecord<byte[], byte[]>> take(String topic) {
            return requireNonNull(outputs.get(topic), topic).readRecordsToList();
        }

        void end() {
            driver.close();
            try (Stream<Path> files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * @param topology asked for in each life
     * @param stores their names
     */
    DrivenTopology(
            String applicationId,
            Instant now,
            Supplier<Topology> topology,
            Collection<Topic> reads,
            Collection<Topic> writes,
            Collection<String> stores) {
        this.applicationId = applicationId;
        this.now = now;
        this.topology = topology;
        this.reads = reads;
        this.writes = writes;
        changelogs = stores.stream().collect(Collectors.toMap(Function.identity(), store -> new TreeMap<>()));
        life = begin();
    }

    void advance(Duration time) {
        now = now.plus(time);
        life.driver().advanceWallClockTime(time);
    }

    Instant now() {
        return now;
    }

    /** @param arrival the record's time, which the broker would have given it */
    void send(String topic, byte[] key, byte @Nullable [] value, Instant arrival) {
        requireNonNull(life.inputs().get(topic), topic).pipeInput(key, value, arrival);
    }

    /** What was written to a topic since the last call. */
    List<TestRecord<byte[], byte[]>> take(Topic topic) {
        var taken = new ArrayList<TestRecord<byte[], byte[]>>();
        List<TestRecord<byte[], byte[]>> before = written.remove(topic.name());
        if (before != null) {
            taken.addAll(before);
        }
        taken.addAll(life.take(topic.name()));
        return taken;
    }

    <S extends StateStore> S store(String name, Class<S> type) {
        return type.cast(life.driver().getStateStore(name));
    }

    String description() {
        return topology.get().describe().toString();
    }

    /** Has the next life find a row that none of those before has written. */
    void leave(String store, byte[] key, byte[] value) {
        requireNonNull(changelogs.get(store), store).put(Bytes.wrap(key), value);
    }

    /** Ends and begins another life. Offsets are counted from 0 again then. */
    void restart() {
        changelogs.forEach((store, rows) -> life.take(changelog(store)).forEach(record -> {
            if (record.value() == null) {
                rows.remove(Bytes.wrap(record.key()));
            } else {
                rows.put(Bytes.wrap(record.key()), record.value());
            }
        }));
        writes.forEach(topic -> written.put(topic.name(), take(topic)));
        life.end();
        life = begin();
    }

    @Override
    public void close() {
        life.end();
    }

    private Life begin() {
        Path directory;
        try {
            directory = Files.createTempDirectory(applicationId);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1");
        settings.put(StreamsConfig.STATE_DIR_CONFIG, directory.toString());
        changelogs.forEach((store, rows) -> restore(store, rows, settings, directory));
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        var driver = new TopologyTestDriver(topology.get(), settings, now);
        var inputs = new HashMap<String, TestInputTopic<byte[], byte[]>>();
        for (Topic topic : reads) {
            inputs.put(
                    topic.name(),
                    driver.createInputTopic(topic.name(), new ByteArraySerializer(), new ByteArraySerializer()));
        }
        var outputs = new HashMap<String, TestOutputTopic<byte[], byte[]>>();
        Stream.concat(
                        writes.stream().map(Topic::name),
                        changelogs.keySet().stream().map(this::changelog))
                .forEach(topic -> outputs.put(
                        topic,
                        driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())));
        return new Life(directory, driver, inputs, outputs);
    }

    /** Leaves on disk what a task has when the state of a store is restored. */
    private void restore(String store, Map<Bytes, byte[]> rows, Properties settings, Path directory) {
        if (rows.isEmpty()) {
            return;
        }
        Path task = directory.resolve(applicationId).resolve(TASK.toString());
        var context = new MockProcessorContext<Void, Void>(settings, TASK, task.toFile());
        KeyValueStore<Bytes, byte[]> disk =
                Stores.persistentKeyValueStore(store).get();
        disk.init(context.getStateStoreContext(), disk);
        rows.forEach(disk::put);
        disk.commit(Map.of());
        disk.close();
    }

    private String changelog(String store) {
        return "%s-%s-changelog".formatted(applicationId, store);
    }
}

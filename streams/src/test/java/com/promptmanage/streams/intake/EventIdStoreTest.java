package com.promptmanage.streams.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.streams.commit.Commits;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventIdStoreTest {

    private static final String STORE = "event-ids";
    private static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    private static final EventIdSettings SMALL = new EventIdSettings(Duration.ofHours(16), 1_024);

    @TempDir
    Path temp;

    @Test
    void theSecondOfTwoEventsWithTheSameIdIsDropped() {
        try (Task task = new Task(temp, SMALL)) {
            assertThat(task.newAmong("team:1", "a", START)).containsExactly("a");
            assertThat(task.newAmong("team:1", "a,b,b", START)).containsExactly("b");
        }
    }

    @Test
    void theSameIdInAnotherAccountIsAnotherEvent() {
        try (Task task = new Task(temp, SMALL)) {
            task.newAmong("team:1", "a", START);

            assertThat(task.newAmong("team:2", "a", START)).containsExactly("a");
        }
    }

    @Test
    void aCommitIsOneChangelogRecordHoweverManyIdsItBrings() {
        try (Task task = new Task(temp, SMALL)) {
            task.newAmong("team:1", "first", START);
            assertThat(task.changelog()).hasSize(2); // the hash key, and the ids

            task.newAmong("team:1", ids(0, 500), START);
            List<TestRecord<byte[], byte[]>> logged = task.changelog();
            assertThat(logged).hasSize(1);
            assertThat(logged.get(0).value()).hasSize(1 + 500 * 16);

            task.newAmong("team:1", ids(0, 500), START);
            assertThat(task.changelog()).isEmpty();
        }
    }

    @Test
    void noChangelogRecordIsLargerThanABrokerAccepts() {
        try (Task task = new Task(temp, SMALL)) {
            assertThat(task.newAmong("team:1", ids(0, 20_000), START)).hasSize(20_000);

            Map<Bytes, byte[]> rows = new TreeMap<>();
            compact(task.changelog(), rows);
            assertThat(rows).hasSize(1 + 3);
            assertThat(rows.values()).allMatch(value -> value.length <= 128 * 1024);
            assertThat(rows.values().stream().mapToInt(value -> value.length).sum())
                    .isEqualTo(17 + 3 + 20_000 * 16);
        }
    }

    @Test
    void whatWasCommittedIsKnownAfterTheStateIsRestoredFromTheChangelog() {
        Map<Bytes, byte[]> rows = new TreeMap<>();
        try (Task task = new Task(temp.resolve("before"), SMALL)) {
            task.newAmong("team:1", ids(0, 10_000), START);
            task.newAmong("team:1", ids(10_000, 10_010), START.plus(Duration.ofHours(1)));
            compact(task.changelog(), rows);
        }

        restore(rows, temp.resolve("after"));
        try (Task task = new Task(temp.resolve("after"), SMALL)) {
            assertThat(task.newAmong("team:1", ids(0, 10_020), START.plus(Duration.ofHours(1))))
                    .containsExactly(ids(10_010, 10_020).split(",", -1));
            assertThat(task.store().footprint().segments()).isPositive();
        }
    }

    /** The driver counts offsets from 0 again, as a topic does that was deleted and created anew. */
    @Test
    void rowsOfAnEarlierRunAreNotOverwrittenWhenOffsetsBeginAgain() {
        Map<Bytes, byte[]> rows = new TreeMap<>();
        for (String id : new String[] {"a", "b", "c"}) {
            Path state = temp.resolve(id);
            restore(rows, state);
            try (Task task = new Task(state, SMALL)) {
                assertThat(task.newAmong("team:1", id, START)).containsExactly(id);
                compact(task.changelog(), rows);
            }
        }
        restore(rows, temp.resolve("last"));
        try (Task task = new Task(temp.resolve("last"), SMALL)) {
            assertThat(task.newAmong("team:1", "a,b,c,d", START)).containsExactly("d");
        }
    }

    @Test
    void anIdOfATransactionThatWasNotCommittedIsNotRemembered() {
        try (Task task = new Task(temp, SMALL)) {
            task.newAmong("team:1", "a", START);
            task.changelog();

            assertThatThrownBy(() -> task.newAmong("team:1", "b,fail", START)).hasStackTraceContaining("told to fail");
            task.store().clearCache(); // as when a task is closed

            // The first b is what the failed record forwarded: the driver has no transactions that would take it back.
            assertThat(task.newAmong("team:1", "a,b", START)).containsExactly("b", "b");
            assertThat(task.changelog())
                    .singleElement()
                    .satisfies(row -> assertThat(row.value()).hasSize(1 + 16));
        }
    }

    @Test
    void anIdIsADuplicateThroughoutTheWindowAndNewSomeTimeAfterIt() {
        Map<Bytes, byte[]> rows = new TreeMap<>();
        try (Task task = new Task(temp, SMALL)) {
            task.newAmong("team:1", "early", START);
            for (int hour = 1; hour < 100; hour++) {
                Instant now = START.plus(Duration.ofHours(hour));
                assertThat(task.newAmong("team:1", "at" + hour, now)).hasSize(1);
                if (hour < 16) {
                    assertThat(task.newAmong("team:1", "early", now)).isEmpty();
                } else {
                    assertThat(task.newAmong("team:1", "at" + (hour - 15), now)).isEmpty();
                }
                compact(task.changelog(), rows);
                assertThat(rows).hasSizeLessThanOrEqualTo(1 + 18);
                assertThat(task.store().footprint().ids()).isLessThanOrEqualTo(16 + 4);
            }
            assertThat(task.newAmong("team:1", "early", START.plus(Duration.ofHours(100))))
                    .containsExactly("early");
        }
    }

    @Test
    void aRestartDoesNotMakeIdsLastLonger() {
        Map<Bytes, byte[]> rows = new TreeMap<>();
        try (Task task = new Task(temp.resolve("before"), SMALL)) {
            for (int hour = 0; hour < 16; hour++) {
                task.newAmong("team:1", "at" + hour, START.plus(Duration.ofHours(hour)));
            }
            compact(task.changelog(), rows);
        }

        restore(rows, temp.resolve("after"));
        try (Task task = new Task(temp.resolve("after"), SMALL)) {
            for (int hour = 16; hour < 60; hour++) {
                Instant now = START.plus(Duration.ofHours(hour));
                assertThat(task.newAmong("team:1", "at" + hour, now)).hasSize(1);
                assertThat(task.newAmong("team:1", "at" + (hour - 15), now)).isEmpty();
                assertThat(task.store().footprint().ids()).isLessThanOrEqualTo(16 + 4);
            }
        }
    }

    /** More rows than one commit deletes: they go over the next commits. */
    @Test
    void aBacklogOfOldRowsIsWorkedOffOverSeveralCommits() {
        Map<Bytes, byte[]> rows = new TreeMap<>();
        try (Task task = new Task(temp, SMALL)) {
            for (int i = 0; i < 200; i++) {
                task.newAmong("team:1", "old" + i, START);
            }
            compact(task.changelog(), rows);
            assertThat(rows).hasSize(201);

            Instant later = START.plus(Duration.ofDays(2));
            for (int left : new int[] {201 + 1 - 64, 201 + 2 - 128, 201 + 3 - 192, 1 + 4, 1 + 5}) {
                task.newAmong("team:1", "later" + left, later);
                compact(task.changelog(), rows);
                assertThat(rows).hasSize(left);
            }
        }
    }

    @Test
    void aRecordFromTheFutureDoesNotMakeThePastForgotten() {
        try (Task task = new Task(temp, SMALL)) {
            task.newAmong("team:1", "a", START);
            task.newAmong("team:1", "b", START, START.plus(Duration.ofDays(400)));

            assertThat(task.newAmong("team:1", "a,b", START)).isEmpty();
            assertThat(task.changelog()).isNotEmpty().noneMatch(record -> record.value() == null);
        }
    }

    @Test
    void anOldTimestampDoesNotShortenHowLongAnIdIsRemembered() {
        Map<Bytes, byte[]> rows = new TreeMap<>();
        Instant now = START.plus(Duration.ofDays(30));
        try (Task task = new Task(temp.resolve("before"), SMALL)) {
            task.newAmong("team:1", "a", now);
            task.newAmong("team:1", "b", now, START);
            compact(task.changelog(), rows);
        }

        restore(rows, temp.resolve("after"));
        try (Task task = new Task(temp.resolve("after"), SMALL)) {
            Instant later = now.plus(Duration.ofHours(15));
            task.newAmong("team:1", "c", later);
            assertThat(task.newAmong("team:1", "a,b", later)).isEmpty();
        }
    }

    @Test
    void idsWithoutTheKeyTheyWereHashedWithAreRefused() {
        Map<Bytes, byte[]> rows = new TreeMap<>();
        try (Task task = new Task(temp.resolve("before"), SMALL)) {
            task.newAmong("team:1", "a", START);
            compact(task.changelog(), rows);
        }
        rows.remove(Bytes.wrap(new byte[] {1}));

        restore(rows, temp.resolve("after"));
        try (Task task = new Task(temp.resolve("after"), SMALL)) {
            assertThatThrownBy(() -> task.newAmong("team:1", "a", START))
                    .hasStackTraceContaining(
                            "Store event-ids has event ids but not the key that they were hashed with");
        }
    }

    @Test
    void rowsOfAVersionItDoesNotKnowAreRefused() {
        Map<Bytes, byte[]> rows = new TreeMap<>();
        rows.put(Bytes.wrap(new byte[] {1}), new byte[] {2, 0, 0});

        restore(rows, temp);
        try (Task task = new Task(temp, SMALL)) {
            assertThatThrownBy(() -> task.newAmong("team:1", "a", START))
                    .hasStackTraceContaining("stored in version 2; this program reads version 1");
        }
    }

    @Test
    void twoStoresHashWithDifferentKeys() {
        List<byte[]> values = new ArrayList<>();
        for (String state : new String[] {"one", "other"}) {
            try (Task task = new Task(temp.resolve(state), SMALL)) {
                task.newAmong("team:1", "a", START);
                values.add(task.changelog().get(1).value());
            }
        }

        assertThat(values.get(0)).isNotEqualTo(values.get(1));
    }

    @Test
    void theFilesOfTheIndexGoWithTheHeap() {
        try (Task task = new Task(temp, SMALL)) {
            task.newAmong("team:1", ids(0, 5_000), START);
            Path index = taskDirectory(temp).resolve("event-ids-index");
            assertThat(index).isNotEmptyDirectory();

            task.store().clearCache();

            assertThat(index).doesNotExist();
            assertThat(task.newAmong("team:1", ids(0, 5_001), START)).containsExactly("id-5000");
        }
    }

    private static String ids(int from, int to) {
        return String.join(
                ",", IntStream.range(from, to).mapToObj(i -> "id-" + i).toList());
    }

    /** What is left of a changelog when the broker has compacted it. */
    private static void compact(List<TestRecord<byte[], byte[]>> changelog, Map<Bytes, byte[]> rows) {
        for (TestRecord<byte[], byte[]> record : changelog) {
            if (record.value() == null) {
                rows.remove(Bytes.wrap(record.key()));
            } else {
                rows.put(Bytes.wrap(record.key()), record.value());
            }
        }
    }

    /** Leaves on disk what a task has when its state is restored. */
    private static void restore(Map<Bytes, byte[]> rows, Path state) {
        File directory = taskDirectory(state).toFile();
        var context = new MockProcessorContext<Void, Void>(settings(state), new TaskId(0, 0), directory);
        KeyValueStore<Bytes, byte[]> store =
                Stores.persistentKeyValueStore(STORE).get();
        StateStoreContext storeContext = context.getStateStoreContext();
        store.init(storeContext, store);
        rows.forEach(store::put);
        store.commit(Map.of());
        store.close();
    }

    private static Path taskDirectory(Path state) {
        return state.resolve("dedupe").resolve("0_0");
    }

    private static Properties settings(Path state) {
        Properties settings = new Properties();
        settings.setProperty(StreamsConfig.APPLICATION_ID_CONFIG, "dedupe");
        settings.setProperty(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
        settings.setProperty(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        return settings;
    }

    /** A task with the store and a processor that forwards the ids, of those in a record's value, that are new. */
    private static final class Task implements AutoCloseable {

        private final TopologyTestDriver driver;
        private final TestInputTopic<String, String> events;
        private final TestOutputTopic<String, String> news;
        private final TestOutputTopic<byte[], byte[]> changelog;
        private Instant now = START;

        private Task(Path state, EventIdSettings settings) {
            Topology topology = new Topology();
            topology.addSource("events", new StringDeserializer(), new StringDeserializer(), "events");
            topology.addProcessor("dedupe", Dedupe::new, "events");
            topology.addStateStore(EventIdStore.builder(STORE, new Commits(), settings), "dedupe");
            topology.addSink("new", "new", new StringSerializer(), new StringSerializer(), "dedupe");
            try {
                Files.createDirectories(state);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            driver = new TopologyTestDriver(topology, EventIdStoreTest.settings(state), START);
            events = driver.createInputTopic("events", new StringSerializer(), new StringSerializer());
            news = driver.createOutputTopic("new", new StringDeserializer(), new StringDeserializer());
            changelog = driver.createOutputTopic(
                    "dedupe-event-ids-changelog", new ByteArrayDeserializer(), new ByteArrayDeserializer());
        }

        private List<String> newAmong(String account, String ids, Instant at) {
            return newAmong(account, ids, at, at);
        }

        private List<String> newAmong(String account, String ids, Instant at, Instant timestamp) {
            if (at.isAfter(now)) {
                driver.advanceWallClockTime(Duration.between(now, at));
                now = at;
            }
            events.pipeInput(account, ids, timestamp);
            return news.readValuesToList();
        }

        private List<TestRecord<byte[], byte[]>> changelog() {
            return changelog.readRecordsToList();
        }

        private EventIdStore store() {
            return (EventIdStore) driver.getStateStore(STORE);
        }

        @Override
        public void close() {
            driver.close();
        }
    }

    private static final class Dedupe implements Processor<String, String, String, String> {

        private ProcessorContext<String, String> context;
        private EventIdStore store;

        @Override
        public void init(ProcessorContext<String, String> processorContext) {
            context = processorContext;
            store = context.getStateStore(STORE);
        }

        @Override
        public void process(Record<String, String> record) {
            long offset = context.recordMetadata().orElseThrow().offset();
            for (String id : record.value().split(",", -1)) {
                if (id.equals("fail")) {
                    throw new IllegalStateException("told to fail");
                }
                if (store.firstSeen(text(record.key()), text("app"), text(id), record.timestamp(), offset)) {
                    context.forward(record.withValue(id));
                }
            }
        }

        private static Text text(String of) {
            byte[] bytes = of.getBytes(StandardCharsets.UTF_8);
            Text text = new Text();
            text.set(bytes, 0, bytes.length);
            return text;
        }
    }
}

package com.promptmanage.streams.commit;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.streams.commit.CombinerProcess.Flush;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.testkit.JavaProcess;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is gathered on the heap is killed with the process just after its offsets were committed. The same kill loses nothing
 * if the heap is written inside the commit, and loses events, exactly-once or not, if a punctuator writes it: this is how the
 * tests that kill the metering are known to be able to fail.
 */
class KilledCombinerTest {

    private static final int BEFORE = 500;

    private static final int AT_THE_KILL = 1_000;

    @TempDir
    private Path directory;

    private EmbeddedKafka kafka;

    private KafkaProducer<String, byte[]> producer;

    @BeforeEach
    void start() throws Exception {
        // A killed process may leave a transaction open, and nobody reads past that.
        kafka = EmbeddedKafka.start(
                directory.resolve("kafka"),
                EmbeddedKafka.Options.DEFAULT.withBrokerSettings(
                        Map.of("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500")));
        kafka.createTopics(1, CombinerProcess.TOPIC);
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    @AfterEach
    void stop() {
        producer.close();
        kafka.close();
    }

    @Test
    void whatIsWrittenInTheCommitIsThereAndWhatAPunctuatorWritesIsLost() throws Exception {
        Path gate = Files.createFile(directory.resolve("gate"));
        try (var inTheCommit = live(Flush.IN_THE_COMMIT, gate);
                var byAPunctuator = live(Flush.BY_A_PUNCTUATOR, gate)) {
            awaitReady(inTheCommit, byAPunctuator);
            send(BEFORE);
            for (Flush flush : Flush.values()) {
                Await.until(() -> assertThat(counted(flush))
                        .as("%s, as long as nobody dies", flush)
                        .isEqualTo(BEFORE));
            }
            Files.delete(gate);
            send(AT_THE_KILL);
            for (Flush flush : Flush.values()) {
                Await.until(() -> assertThat(committedOffset(flush))
                        .as("%s goes on after all of it", flush)
                        .isGreaterThanOrEqualTo(BEFORE + AT_THE_KILL));
            }
            inTheCommit.kill();
            byAPunctuator.kill();
        }
        Files.createFile(gate);
        try (var inTheCommit = live(Flush.IN_THE_COMMIT, gate);
                var byAPunctuator = live(Flush.BY_A_PUNCTUATOR, gate)) {
            awaitReady(inTheCommit, byAPunctuator);
            send(1);
            Await.until(() -> assertThat(counted(Flush.IN_THE_COMMIT)).isEqualTo(BEFORE + AT_THE_KILL + 1));
            Await.until(() -> assertThat(counted(Flush.BY_A_PUNCTUATOR)).isEqualTo(BEFORE + 1));
        }
    }

    private static void awaitReady(JavaProcess... processes) throws InterruptedException {
        for (JavaProcess process : processes) {
            process.awaitLine(CombinerProcess.READY, Duration.ofMinutes(3));
        }
    }

    private JavaProcess live(Flush flush, Path gate) {
        return JavaProcess.start(
                CombinerProcess.class,
                List.of("-Xmx256m", "--enable-native-access=ALL-UNNAMED"),
                Map.of(),
                kafka.bootstrapServers(),
                directory.resolve(flush.name()).toString(),
                flush.name(),
                gate.toString());
    }

    private void send(int ticks) {
        for (int i = 0; i < ticks; i++) {
            var unused = producer.send(new ProducerRecord<>(CombinerProcess.TOPIC, "key-" + i % 7, new byte[0]));
        }
        producer.flush();
    }

    /** Where the application goes on if it dies now; what end a transaction left behind the records counts too. */
    private long committedOffset(Flush flush) throws Exception {
        try (Admin admin = kafka.admin()) {
            var offset = admin.listConsumerGroupOffsets(CombinerProcess.applicationId(flush))
                    .partitionsToOffsetAndMetadata()
                    .get()
                    .get(new TopicPartition(CombinerProcess.TOPIC, 0));
            return offset == null ? 0 : offset.offset();
        }
    }

    /** The sum of all counts, from committed records of the changelog. */
    private long counted(Flush flush) {
        var changelog = new TopicPartition(
                "%s-%s-changelog".formatted(CombinerProcess.applicationId(flush), CombinerProcess.STORE), 0);
        var sums = new HashMap<String, Long>();
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "isolation.level", "read_committed"),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(changelog));
            consumer.seekToBeginning(List.of(changelog));
            long end = consumer.endOffsets(List.of(changelog)).getOrDefault(changelog, 0L);
            while (consumer.position(changelog) < end) {
                for (ConsumerRecord<String, byte[]> row : consumer.poll(Duration.ofMillis(100))) {
                    sums.put(row.key(), ByteBuffer.wrap(row.value()).getLong());
                }
            }
        }
        return sums.values().stream().mapToLong(sum -> sum).sum();
    }
}

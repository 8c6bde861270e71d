package com.promptmanage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaTest {

    @TempDir
    Path directory;

    @Test
    void keepsItsPortAndItsRecordsOverRestarts() throws Exception {
        String firstAddress;
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory)) {
            firstAddress = kafka.bootstrapServers();
            kafka.createTopics(1, "kept");
            send(kafka, "kept", "before");
            kafka.stop();
            kafka.start();
            assertThat(kafka.bootstrapServers()).isEqualTo(firstAddress);
            send(kafka, "kept", "between");
        }

        try (EmbeddedKafka again = EmbeddedKafka.start(directory)) {
            assertThat(again.bootstrapServers()).isEqualTo(firstAddress);
            assertThat(read(again, "kept", 2)).containsExactly("before", "between");
        }
    }

    @Test
    void takesAnotherPortOnlyForOneThatAnotherProgramHasTakenMeanwhile() throws Exception {
        String firstAddress;
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory)) {
            firstAddress = kafka.bootstrapServers();
            kafka.createTopics(1, "kept");
            send(kafka, "kept", "before");
        }
        List<String> ports = Files.readAllLines(directory.resolve("ports"));

        try (var controllers = listener(ports.getLast());
                EmbeddedKafka again = EmbeddedKafka.start(directory)) {
            assertThat(controllers.isBound()).isTrue();
            assertThat(again.bootstrapServers()).isEqualTo(firstAddress);
        }
        try (var brokers = listener(ports.getFirst());
                EmbeddedKafka elsewhere = EmbeddedKafka.start(directory)) {
            assertThat(brokers.isBound()).isTrue();
            assertThat(elsewhere.bootstrapServers()).isNotEqualTo(firstAddress);
            assertThat(read(elsewhere, "kept", 1)).containsExactly("before");
        }
    }

    /** Kafka itself would end this process. */
    @Test
    void aControllerThatCannotStartFailsTheStartAndLeavesNothingThatIsInTheWayOfTheNext() throws Exception {
        try (var taken = listener("0")) {
            int port = taken.getLocalPort();
            var options = EmbeddedKafka.Options.DEFAULT.withBrokerSettings(Map.of(
                    "listeners",
                    "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(FreePorts.one(), port),
                    "controller.quorum.voters",
                    "1@127.0.0.1:" + port));

            assertThatThrownBy(() -> EmbeddedKafka.start(directory, options))
                    .hasStackTraceContaining("Address already in use");
        }

        try (EmbeddedKafka next = EmbeddedKafka.start(directory)) {
            assertThat(next.isRunning()).isTrue();
        }
    }

    @Test
    void runsTransactionsOfTheSecondVersion() throws Exception {
        try (var admin = EmbeddedKafka.shared().admin()) {
            var features = admin.describeFeatures().featureMetadata().get().finalizedFeatures();
            assertThat(features)
                    .hasEntrySatisfying(
                            "transaction.version",
                            range -> assertThat(range.maxVersionLevel()).isEqualTo((short) 2));
        }
        EmbeddedKafka.shared().createTopics(1, "transactions");

        try (var producer = producer(EmbeddedKafka.shared(), Map.of("transactional.id", "transactions-test"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("transactions", "lost")).get();
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("transactions", "kept")).get();
            producer.commitTransaction();
        }

        assertThat(read(EmbeddedKafka.shared(), "transactions", 1)).containsExactly("kept");
    }

    @Test
    void createsNoTopicByAccident() {
        try (var producer = producer(EmbeddedKafka.shared(), Map.of("max.block.ms", 500))) {
            var sent = producer.send(new ProducerRecord<>("mistyped", "x"));

            assertThatThrownBy(sent::get).hasMessageContaining("mistyped");
        }
    }

    @Test
    void leavesNoThreadBehind() throws Exception {
        var before = ThreadLeaks.snapshot();

        EmbeddedKafka.start(directory).close();

        before.expectNoneLeft("data-plane-kafka");
        before.expectNoneLeft("kafka-");
        before.expectNoneLeft("broker-1");
    }

    @Test
    void aBrokerInItsOwnProcessComesBackAfterBeingKilled() throws Exception {
        try (var broker = broker()) {
            String address = broker.awaitLine(KafkaBrokerMain.READY, Duration.ofMinutes(3));
            try (var admin = Admin.create(Map.of("bootstrap.servers", address))) {
                admin.createTopics(List.of(new NewTopic("kept", 1, (short) 1)))
                        .all()
                        .get();
            }
            broker.kill();
        }

        try (var broker = broker()) {
            String address = broker.awaitLine(KafkaBrokerMain.READY, Duration.ofMinutes(3));
            try (var admin = Admin.create(Map.of("bootstrap.servers", address))) {
                assertThat(admin.listTopics().names().get()).contains("kept");
            }
            // 128 + SIGTERM
            assertThat(broker.end()).isEqualTo(143);
        }
    }

    /** Killed when its transaction is decided, and hardly one of its partitions knows. */
    @Test
    void aBrokerThatIsKilledWhileATransactionEndsTellsAllPartitionsOfItsEndWhenItIsBack() throws Exception {
        List<TopicPartition> partitions = IntStream.range(0, 200)
                .mapToObj(number -> new TopicPartition("many", number))
                .toList();
        try (var broker = broker()) {
            String address = broker.awaitLine(KafkaBrokerMain.READY, Duration.ofMinutes(3));
            try (var admin = Admin.create(Map.of("bootstrap.servers", address))) {
                admin.createTopics(List.of(new NewTopic("many", partitions.size(), (short) 1)))
                        .all()
                        .get();
            }
            try (var producer = new KafkaProducer<>(
                    Map.<String, Object>of("bootstrap.servers", address, "transactional.id", "tester"),
                    new StringSerializer(),
                    new StringSerializer())) {
                producer.initTransactions();
                producer.beginTransaction();
                for (TopicPartition partition : partitions) {
                    var unused = producer.send(new ProducerRecord<>("many", partition.partition(), null, "kept"));
                }
                producer.commitTransaction();
                broker.kill();
            }
        }

        try (var broker = broker()) {
            String address = broker.awaitLine(KafkaBrokerMain.READY, Duration.ofMinutes(3));
            try (var consumer = new KafkaConsumer<>(
                    Map.<String, Object>of("bootstrap.servers", address, "isolation.level", "read_committed"),
                    new StringDeserializer(),
                    new StringDeserializer())) {
                // Of a partition in which the transaction is open still, the end is where it began.
                Await.until(() -> assertThat(consumer.endOffsets(partitions).values())
                        .allSatisfy(end -> assertThat(end).isEqualTo(2)));
            }
        }
    }

    private static ServerSocket listener(String port) throws IOException {
        return new ServerSocket(Integer.parseInt(port), 1, InetAddress.getLoopbackAddress());
    }

    private JavaProcess broker() {
        return JavaProcess.start(KafkaBrokerMain.class, List.of("-Xmx256m"), Map.of(), directory.toString());
    }

    private static void send(EmbeddedKafka kafka, String topic, String value) throws Exception {
        try (var producer = producer(kafka, Map.of())) {
            producer.send(new ProducerRecord<>(topic, value)).get();
        }
    }

    private static KafkaProducer<String, String> producer(EmbeddedKafka kafka, Map<String, Object> more) {
        var settings = new HashMap<>(more);
        settings.put("bootstrap.servers", kafka.bootstrapServers());
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private static List<String> read(EmbeddedKafka kafka, String topic, int count) throws Exception {
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of(
                        "bootstrap.servers", kafka.bootstrapServers(), "isolation.level", "read_committed"),
                new StringDeserializer(),
                new StringDeserializer())) {
            var partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            var values = new ArrayList<String>();
            Await.until(() -> {
                consumer.poll(Duration.ofMillis(100)).forEach(message -> values.add(message.value()));
                assertThat(values).hasSizeGreaterThanOrEqualTo(count);
            });
            return values;
        }
    }
}

package com.promptmanage.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AbandonedTransactionsTest {

    private static final Account ACME = Account.team("acme");

    @TempDir
    private Path directory;

    @Test
    void whatADeadProcessHasLeftOpenKeepsNobodyWaitingAndOthersKeepTheirs() throws Exception {
        try (var broker = MeteredBroker.start(directory.resolve("kafka"), Map.of())) {
            StreamsSettings settings = broker.settings(directory.resolve("state"));
            String application = settings.applicationId();
            try (var dead = begun(broker, application + "-" + UUID.randomUUID() + "-1", application);
                    var other =
                            begun(broker, application + "-executions-" + UUID.randomUUID() + "-1", "another-group");
                    var metering = MeteredBroker.run(settings, ACME)) {
                var sent = broker.producer()
                        .send(new ProducerRecord<>(
                                Topics.USAGE_EVENTS.name(),
                                ACME.key(),
                                UsageEventCodec.write(AcmeUsage.event("after", Instant.now(), 1_000, 1_000))))
                        .get();

                assertThat(metering.awaitCommitted(sent.partition(), sent.offset(), Duration.ofSeconds(30)))
                        .isTrue();
                assertThat(metering.lastFailure()).isNull();
                assertThatThrownBy(dead::commitTransaction).isInstanceOf(KafkaException.class);
                other.commitTransaction();
            }
        }
    }

    @Test
    void aBrokerThatIsAwayIsToldOfOnceUntilItAnswersOrNobodyWaits() {
        var state = new AtomicReference<>(KafkaStreams.State.REBALANCING);
        var complaints = new ArrayList<Exception>();
        var asked = new AtomicInteger();
        try (var watch =
                new AbandonedTransactions("metering", adminThatIsAway(asked), state::get, Set::of, complaints::add)) {
            for (int i = 0; i < 5; i++) {
                watch.look();
            }
            assertThat(asked).hasValue(5);
            assertThat(complaints).singleElement().isInstanceOf(TimeoutException.class);

            state.set(KafkaStreams.State.RUNNING);
            watch.look();
            assertThat(asked)
                    .as("while nobody waits for partitions, nobody looks")
                    .hasValue(5);

            state.set(KafkaStreams.State.REBALANCING);
            watch.look();
            watch.look();
            assertThat(complaints).as("of the next time, again once").hasSize(2);
        }
    }

    /** Counts how often it is asked for transactions, and answers nothing. */
    private static Admin adminThatIsAway(AtomicInteger asked) {
        return (Admin) Proxy.newProxyInstance(
                AbandonedTransactionsTest.class.getClassLoader(),
                new Class<?>[] {Admin.class},
                (self, method, values) -> {
                    if (method.getName().equals("listTransactions")) {
                        asked.incrementAndGet();
                        throw new TimeoutException("the broker is away");
                    }
                    return null;
                });
    }

    /** In a transaction that the broker would end in ten minutes, with the offsets of every partition in it. */
    private static KafkaProducer<byte[], byte[]> begun(MeteredBroker broker, String transactionalId, String group) {
        var producer = new KafkaProducer<>(
                Map.<String, Object>of(
                        "bootstrap.servers",
                        broker.bootstrapServers(),
                        "transactional.id",
                        transactionalId,
                        "transaction.timeout.ms",
                        600_000),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.initTransactions();
        producer.beginTransaction();
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers(), "group.id", group),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            producer.sendOffsetsToTransaction(
                    IntStream.range(0, MeteredBroker.PARTITIONS)
                            .boxed()
                            .collect(Collectors.toMap(
                                    partition -> new TopicPartition(Topics.USAGE_EVENTS.name(), partition),
                                    partition -> new OffsetAndMetadata(0))),
                    consumer.groupMetadata());
        }
        return producer;
    }
}

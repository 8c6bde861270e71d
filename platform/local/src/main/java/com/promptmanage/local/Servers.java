package com.promptmanage.local;

import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.topics.TopicProvisioner;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.pricing.Catalogue;
import com.promptmanage.topics.pricing.PricePublisher;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The broker and the database of a data directory, with topics and prices. */
final class Servers implements AutoCloseable {

    private static final String DATABASE = "promptmanage";

    /** Plenty for one machine, and few enough to start in a second. */
    private static final int PARTITIONS = 4;

    private static final Executor AT_ONCE = task -> Thread.ofPlatform().start(task);

    private final EmbeddedKafka kafka;

    private final EmbeddedPostgres postgres;

    private final int partitions;

    private Servers(EmbeddedKafka kafka, EmbeddedPostgres postgres, int partitions) {
        this.kafka = kafka;
        this.postgres = postgres;
        this.partitions = partitions;
    }

    /** Starts both at once; what was in the directory is there again. */
    static Servers start(Path directory) throws InterruptedException {
        var kafkaStarts = CompletableFuture.supplyAsync(() -> EmbeddedKafka.start(directory.resolve("kafka")), AT_ONCE);
        var postgresStarts = CompletableFuture.supplyAsync(
                () -> EmbeddedPostgres.start(directory.resolve("postgres"), EmbeddedPostgres.Options.DURABLE), AT_ONCE);
        try {
            EmbeddedKafka kafka = kafkaStarts.join();
            EmbeddedPostgres postgres = postgresStarts.join();
            postgres.createDatabase(DATABASE);
            return new Servers(kafka, postgres, provision(kafka.bootstrapServers()));
        } catch (CompletionException | IllegalStateException | InterruptedException e) {
            // Whichever did start is closed when it has.
            var unusedKafka = kafkaStarts.whenComplete((kafka, failure) -> close(kafka));
            var unusedPostgres = postgresStarts.whenComplete((postgres, failure) -> close(postgres));
            throw e;
        }
    }

    String bootstrapServers() {
        return kafka.bootstrapServers();
    }

    /** For the superuser, with the password. */
    String jdbcUrl() {
        return postgres.jdbcUrl(DATABASE);
    }

    /** How many partitions the accounts are spread over. */
    int partitions() {
        return partitions;
    }

    @Override
    public void close() {
        // Even if the database does not stop, the broker has to close its logs.
        try (kafka) {
            postgres.close();
        }
    }

    private static int provision(String bootstrapServers) throws InterruptedException {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrapServers);
        int partitions;
        try (var admin = Admin.create(settings)) {
            partitions = new TopicProvisioner(admin, PARTITIONS, (short) 1).provision(Topics.ALL);
        }
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            new PricePublisher(producer, partitions).publish(Catalogue.prices());
        }
        return partitions;
    }

    private static void close(@org.jspecify.annotations.Nullable AutoCloseable server) {
        if (server != null) {
            try {
                server.close();
            } catch (Exception e) {
                throw new IllegalStateException("cannot stop " + server, e);
            }
        }
    }
}

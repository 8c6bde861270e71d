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
import java.util.concurrent.Executor;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The broker and the database of a data directory, with topics and prices.
 *
 * @param jdbcUrl for the superuser, with the password
 * @param partitions how many the accounts are spread over
 */
record Servers(String bootstrapServers, String jdbcUrl, int partitions) {

    private static final String DATABASE = "promptmanage";

    private static final Executor BESIDE = task -> Thread.ofPlatform().start(task);

    /**
     * Starts both at once; what was in the directory is there again.
     *
     * @param wanted partitions of topics that are not there yet
     */
    static Servers start(Path directory, int wanted, Running running) throws InterruptedException {
        CompletableFuture<EmbeddedPostgres> starting = CompletableFuture.supplyAsync(
                () -> EmbeddedPostgres.start(directory.resolve("postgres"), EmbeddedPostgres.Options.DURABLE), BESIDE);
        running.add(() -> starting.handle((postgres, failure) -> {
                    if (postgres != null) {
                        postgres.close();
                    }
                    return null;
                })
                .join());
        String bootstrapServers =
                running.add(EmbeddedKafka.start(directory.resolve("kafka"))).bootstrapServers();
        int partitions = provision(bootstrapServers, wanted);
        EmbeddedPostgres postgres = starting.join();
        postgres.createDatabase(DATABASE);
        return new Servers(bootstrapServers, postgres.jdbcUrl(DATABASE), partitions);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "Servers[%s, %d partitions]".formatted(bootstrapServers, partitions);
    }

    private static int provision(String bootstrapServers, int wanted) throws InterruptedException {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrapServers);
        int partitions;
        try (var admin = Admin.create(settings)) {
            partitions = new TopicProvisioner(admin, wanted, (short) 1).provision(Topics.ALL);
        }
        try (var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
                var consumer =
                        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            new PricePublisher(producer, partitions).publishChanges(Catalogue.prices(), consumer);
        }
        return partitions;
    }
}

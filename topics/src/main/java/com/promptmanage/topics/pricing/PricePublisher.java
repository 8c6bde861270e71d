package com.promptmanage.topics.pricing;

import com.promptmanage.topics.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Writes prices to {@code prices}: each model's record to every partition, so that every partition can price every model. */
public final class PricePublisher {

    /**
     * Older than the events of the moment, so that a partition that starts takes its prices first. Not older than a day:
     * by then a broker forgets the sequence of a producer, going by its records' own time, and refuses the next record.
     */
    private static final Duration BACKDATED = Duration.ofHours(12);

    private static final Duration READING_MAX = Duration.ofSeconds(30);

    private final Producer<byte[], byte[]> producer;

    private final int partitions;

    public PricePublisher(Producer<byte[], byte[]> producer, int partitions) {
        this.producer = producer;
        this.partitions = partitions;
    }

    /**
     * Publishes every version of each model that occurs, and waits until the brokers have them.
     *
     * @throws IllegalStateException if the brokers did not take them
     */
    public void publish(List<ModelPrice> prices) throws InterruptedException {
        publish(prices, PublishedPrices.none(partitions));
    }

    /**
     * Publishes of these models what the topic does not hold yet, and waits until the brokers have it. Models of which
     * nothing is said here stay as they are.
     *
     * @param consumer reads the topic; it may not be used for anything else meanwhile
     * @return how many records were written
     * @throws IllegalStateException if the topic could not be read, or the brokers did not take the records
     */
    public int publishChanges(List<ModelPrice> prices, Consumer<byte[], byte[]> consumer) throws InterruptedException {
        return publish(prices, PublishedPrices.read(consumer, partitions, READING_MAX));
    }

    private int publish(List<ModelPrice> prices, PublishedPrices published) throws InterruptedException {
        Map<String, List<ModelPrice>> byModel = new LinkedHashMap<>();
        prices.forEach(price -> byModel.computeIfAbsent(price.model(), model -> new ArrayList<>())
                .add(price));
        long timestampMs = System.currentTimeMillis() - BACKDATED.toMillis();
        var sent = new ArrayList<Future<?>>();
        byModel.forEach((model, versions) -> {
            byte[] key = model.getBytes(StandardCharsets.UTF_8);
            byte[] value = ModelPriceCodec.writeAll(
                    model,
                    versions,
                    versions.getLast().effectiveFrom(),
                    versions.getLast().id());
            for (int partition = 0; partition < partitions; partition++) {
                if (!published.holds(partition, model, value)) {
                    sent.add(producer.send(
                            new ProducerRecord<>(Topics.PRICES.name(), partition, timestampMs, key, value)));
                }
            }
        });
        producer.flush();
        for (Future<?> record : sent) {
            try {
                record.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("cannot publish prices: " + e.getCause(), e.getCause());
            }
        }
        return sent.size();
    }
}

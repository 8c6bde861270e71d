package com.promptmanage.service.outbox;

import java.time.Duration;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;

/**
 * A producer that ends with the first record that Kafka does not take after all, before anything that waits behind it is sent.
 *
 * <p>Threads: who made it sends; the producer's own thread tells of what became of it.
 */
final class OrderedProducer implements AutoCloseable {

    private final Producer<byte[], byte[]> producer;

    private final Thread sender = Thread.currentThread();

    private volatile boolean ended;

    private volatile @Nullable Exception failure;

    OrderedProducer(Producer<byte[], byte[]> producer) {
        this.producer = producer;
    }

    Future<?> send(OutboxRows.Row row) {
        return producer.send(row.toRecord(), (metadata, refusal) -> {
            if (refusal != null) {
                failed(refusal);
            }
        });
    }

    private void failed(Exception refusal) {
        failure = refusal;
        // What is refused within the call that sends it has nothing behind it yet. Otherwise this is the thread that
        // would send
        // what is behind it next, and does not once it has been told here to end.
        if (Thread.currentThread() != sender && !ended) {
            ended = true;
            producer.close(Duration.ZERO);
        }
    }

    /** Then some of what was sent may stay without an answer. */
    boolean hasEnded() {
        return ended;
    }

    /** Of any record so far. */
    @Nullable
    Exception failure() {
        return failure;
    }

    /** Drops what was not sent yet. */
    @Override
    public void close() {
        producer.close(Duration.ZERO);
    }
}

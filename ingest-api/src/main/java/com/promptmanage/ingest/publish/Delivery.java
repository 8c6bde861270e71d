package com.promptmanage.ingest.publish;

import com.promptmanage.topics.Topics;
import com.promptmanage.topics.usage.Receipt;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** What became of the events of one request. The producer's thread tells, the request's thread waits. */
final class Delivery implements Callback {

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = lock.newCondition();

    private final Map<Integer, Long> offsets = new HashMap<>();

    private int missing;

    private @Nullable Exception failure;

    Delivery(int events) {
        this.missing = events;
    }

    @Override
    public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception exception) {
        if (exception != null || metadata == null) {
            fail(exception == null ? new IllegalStateException("neither metadata nor exception") : exception);
            return;
        }
        lock.lock();
        try {
            missing--;
            if (metadata.topic().equals(Topics.USAGE_EVENTS.name())) {
                offsets.merge(metadata.partition(), metadata.offset(), Math::max);
            }
            if (missing == 0) {
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    void fail(Exception cause) {
        lock.lock();
        try {
            if (failure == null) {
                failure = cause;
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    boolean hasFailed() {
        lock.lock();
        try {
            return failure != null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until all are there.
     *
     * @return where the last lies in each partition of the topic that is metered: there is nothing to wait for elsewhere
     * @throws ExecutionException as soon as one cannot be delivered
     */
    Receipt await(long nanos) throws ExecutionException, TimeoutException, InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (missing > 0 && failure == null) {
                if (left <= 0) {
                    throw new TimeoutException("%d events are not confirmed".formatted(missing));
                }
                left = changed.awaitNanos(left);
            }
            if (failure != null) {
                throw new ExecutionException(failure);
            }
            return new Receipt(offsets);
        } finally {
            lock.unlock();
        }
    }
}

package com.promptmanage.streams;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * When a record arrived: its own timestamp. One that a producer has given none, or one from before 1970, counts as of 1970, so that
 * it is judged like any other. Streams' own way is to end the thread, and the next one at the same record.
 */
public final class ArrivalTime implements TimestampExtractor {

    @Override
    public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
        return Math.max(0, record.timestamp());
    }
}

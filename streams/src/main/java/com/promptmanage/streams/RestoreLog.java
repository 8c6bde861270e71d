package com.promptmanage.streams;

import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells operators what a partition waits for after it was taken over, and counts it. */
final class RestoreLog implements StateRestoreListener {

    private static final Logger LOGGER = LoggerFactory.getLogger(RestoreLog.class);

    private final LongAdder records;

    RestoreLog(LongAdder records) {
        this.records = records;
    }

    @Override
    public void onRestoreStart(TopicPartition changelog, String store, long firstOffset, long endOffset) {
        LOGGER.atInfo()
                .addKeyValue("store", store)
                .addKeyValue("partition", changelog.partition())
                .addKeyValue("fromOffset", firstOffset)
                .addKeyValue("toOffset", endOffset)
                .log("restoring");
    }

    @Override
    public void onBatchRestored(TopicPartition changelog, String store, long batchEndOffset, long numRestored) {
        records.add(numRestored);
    }

    @Override
    public void onRestoreEnd(TopicPartition changelog, String store, long totalRestored) {
        LOGGER.atInfo()
                .addKeyValue("store", store)
                .addKeyValue("partition", changelog.partition())
                .addKeyValue("records", totalRestored)
                .log("restored");
    }
}

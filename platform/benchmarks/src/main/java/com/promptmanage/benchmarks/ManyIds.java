package com.promptmanage.benchmarks;

import com.promptmanage.streams.meter.MeterStores;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Event ids that a metering remembers although it never read their events, which would be 550 bytes each: rows in the
 * changelog of its store, of the last six days, that it finds when it restores the store.
 */
final class ManyIds {

    /** As {@code streams.intake.EventIdRows} has it; a metering that has another ends at once. */
    private static final byte VERSION = 1;

    private static final int IDS_PER_ROW = 8_000;

    private static final Duration SPAN = Duration.ofDays(6);

    /** No record of the benchmark has such an offset, so that no row takes the place of a real one. */
    private static final long FIRST_OFFSET = 1L << 40;

    private ManyIds() {}

    /** Waits until the broker has them: the same number for each partition. */
    static void write(String bootstrapServers, String applicationId, long ids)
            throws InterruptedException, ExecutionException {
        String changelog = applicationId + "-" + MeterStores.EVENT_IDS + "-changelog";
        var random = new SplittableRandom(ids);
        long perPartition = ids / Input.PARTITIONS;
        long oldestHour =
                Instant.now().minus(SPAN).toEpochMilli() / Duration.ofHours(1).toMillis();
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", bootstrapServers, "batch.size", "524288"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            Future<RecordMetadata> last = null;
            for (int partition = 0; partition < Input.PARTITIONS; partition++) {
                for (long written = 0; written < perPartition; written += IDS_PER_ROW) {
                    long hour = oldestHour + SPAN.toHours() * written / perPartition;
                    last = producer.send(new ProducerRecord<>(
                            changelog,
                            partition,
                            key(Math.toIntExact(hour), FIRST_OFFSET + written),
                            row((int) Math.min(IDS_PER_ROW, perPartition - written), random)));
                }
            }
            producer.flush();
            await(last);
        }
    }

    private static byte[] key(int hour, long firstOffset) {
        return ByteBuffer.allocate(1 + Integer.BYTES + Long.BYTES + Short.BYTES)
                .put(VERSION)
                .putInt(hour)
                .putLong(firstOffset)
                .putShort((short) 0)
                .array();
    }

    private static byte[] row(int ids, SplittableRandom random) {
        ByteBuffer row = ByteBuffer.allocate(1 + ids * 2 * Long.BYTES).put(VERSION);
        while (row.hasRemaining()) {
            row.putLong(random.nextLong());
        }
        return row.array();
    }

    private static void await(@Nullable Future<RecordMetadata> last) throws InterruptedException, ExecutionException {
        if (last != null) {
            last.get();
        }
    }
}

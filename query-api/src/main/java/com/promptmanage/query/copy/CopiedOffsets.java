package com.promptmanage.query.copy;

import com.promptmanage.service.database.Database;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** How far one topic has been copied: the offset, for each partition, of the first record that has not been. */
final class CopiedOffsets {

    private final String topic;

    private final UUID topicId;

    CopiedOffsets(String topic, UUID topicId) {
        this.topic = topic;
        this.topicId = topicId;
    }

    Map<Integer, Long> read(Database database) {
        return database.asSystem(handle -> handle.createQuery("""
                        SELECT "partition", next_offset FROM copied_offsets WHERE topic = :topic AND topic_id = :topicId
                        """)
                .bind("topic", topic)
                .bind("topicId", topicId)
                .reduceRows(new HashMap<>(), (offsets, row) -> {
                    offsets.put(row.getColumn("partition", Integer.class), row.getColumn("next_offset", Long.class));
                    return offsets;
                }));
    }

    /** Where copying begins in partitions that have never been copied. */
    void begin(Database database, Map<Integer, Long> first) {
        database.useAsSystem(handle -> {
            var batch = handle.prepareBatch("""
                    INSERT INTO copied_offsets (topic, topic_id, "partition", next_offset)
                    VALUES (:topic, :topicId, :partition, :first)
                    ON CONFLICT DO NOTHING
                    """);
            first.forEach((partition, offset) -> batch.bind("topic", topic)
                    .bind("topicId", topicId)
                    .bind("partition", partition)
                    .bind("first", offset)
                    .add());
            batch.execute();
        });
    }

    /**
     * Moves one partition on, in the transaction that writes its rows.
     *
     * @throws OvertakenException if it does not stand where we left it: then another process has copied these records
     */
    void move(Handle handle, int partition, long from, long to) {
        int moved = handle.createUpdate("""
                        UPDATE copied_offsets SET next_offset = :to
                        WHERE topic = :topic AND topic_id = :topicId AND "partition" = :partition AND next_offset = :from
                        """)
                .bind("topic", topic)
                .bind("topicId", topicId)
                .bind("partition", partition)
                .bind("from", from)
                .bind("to", to)
                .execute();
        if (moved != 1) {
            throw new OvertakenException("partition %d of %s is not at offset %d any more: another process copies it"
                    .formatted(partition, topic, from));
        }
    }
}

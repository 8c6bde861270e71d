package com.promptmanage.service.outbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.event.StructuredMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** The table as the relay sees it, over the relay's own connection. */
final class OutboxRows {

    private static final int ROWS_MAX = 1000;

    /** Enough for good batches, and little enough to hold in memory. */
    private static final long BYTES_MAX = 8L << 20;

    private static final TypeReference<Map<String, String>> HEADERS = new TypeReference<>() {};

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Connection connection;

    /** What Kafka keeps in order. */
    record Order(String topic, ByteBuffer key) {}

    @SuppressWarnings("ArrayRecordComponent")
    record Row(
            long id,
            String topic,
            byte[] key,
            byte @Nullable [] value,
            Map<String, String> headers,
            Instant createdAt) {

        Order order() {
            return new Order(topic, ByteBuffer.wrap(key));
        }

        ProducerRecord<byte[], byte[]> toRecord() {
            var message = new ProducerRecord<byte[], byte[]>(topic, null, key, value, headersOf(topic));
            headers.forEach((name, text) -> message.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
            return message;
        }
    }

    OutboxRows(Connection connection) {
        this.connection = connection;
    }

    /** At least one row, however large, if there is any. */
    List<Row> oldest() throws SQLException {
        try (var statement = connection.prepareStatement("""
                SELECT id, topic, record_key, record_value, headers, created_at
                FROM (SELECT *, sum(coalesce(octet_length(record_value), 0)) OVER (ORDER BY id) AS bytes_until
                      FROM (SELECT * FROM outbox ORDER BY id LIMIT ?) AS first)
                WHERE bytes_until - coalesce(octet_length(record_value), 0) <= ?
                ORDER BY id
                """)) {
            statement.setInt(1, ROWS_MAX);
            statement.setLong(2, BYTES_MAX);
            try (ResultSet found = statement.executeQuery()) {
                var rows = new ArrayList<Row>();
                while (found.next()) {
                    rows.add(read(found));
                }
                return rows;
            }
        }
    }

    void delete(List<Long> ids) throws SQLException {
        if (ids.isEmpty()) {
            return;
        }
        try (var statement = connection.prepareStatement("DELETE FROM outbox WHERE id = ANY (?)")) {
            statement.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
            statement.executeUpdate();
        }
    }

    /** Whoever tells an alert, and whichever version put it here: other programs know by the header how to read it. */
    private static Headers headersOf(String topic) {
        return topic.equals(Topics.BUDGET_ALERTS.name()) ? StructuredMode.headers() : new RecordHeaders();
    }

    private static Row read(ResultSet row) throws SQLException {
        return new Row(
                row.getLong("id"),
                row.getString("topic"),
                row.getBytes("record_key"),
                row.getBytes("record_value"),
                headers(row.getString("headers")),
                row.getTimestamp("created_at").toInstant());
    }

    private static Map<String, String> headers(String json) {
        try {
            return json.equals("{}") ? Map.of() : JSON.readValue(json, HEADERS);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the outbox holds headers that were not written by us", e);
        }
    }
}

package com.promptmanage.query.alert;

import com.promptmanage.query.copy.TopicCopy;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes {@code budget.alerts} into {@code alerts}, each alert once, however often it is told. */
public final class AlertWriter implements TopicCopy.Target {

    private static final Logger LOGGER = LoggerFactory.getLogger(AlertWriter.class);

    private final Counter unreadable;

    private AlertWriter(MeterRegistry meters) {
        this.unreadable = Counter.builder("alerts.unreadable.records")
                .description("Records of budget.alerts that are not listed because they cannot be read")
                .register(meters);
    }

    /**
     * Begins to copy.
     *
     * @param kafkaSettings of the consumer, {@code bootstrap.servers} at least
     * @return what to close to stop it
     */
    public static TopicCopy start(Database database, Map<String, Object> kafkaSettings, MeterRegistry meters) {
        return start(Topics.BUDGET_ALERTS.name(), database, kafkaSettings, meters);
    }

    static TopicCopy start(String topic, Database database, Map<String, Object> kafkaSettings, MeterRegistry meters) {
        return TopicCopy.start(topic, database, kafkaSettings, new AlertWriter(meters), meters);
    }

    @Override
    public TopicCopy.Rows rowsOf(List<ConsumerRecord<byte[], byte[]>> records) {
        var alerts = new ArrayList<AlertRecord>();
        for (var record : records) {
            try {
                alerts.add(AlertRecord.of(record));
            } catch (IllegalArgumentException e) {
                unreadable.increment();
                LOGGER.atError()
                        .addKeyValue("topic", record.topic())
                        .addKeyValue("partition", record.partition())
                        .addKeyValue("offset", record.offset())
                        .addKeyValue("cause", e.getMessage())
                        .log("an alert is not listed, for it cannot be read");
            }
        }
        return connection -> insert(connection, alerts);
    }

    private static void insert(Connection connection, List<AlertRecord> alerts) throws SQLException {
        try (var statement = connection.prepareStatement("""
                INSERT INTO alerts (id, account, budget_id, dimension, value, severity, occurred_at, raised_at, alert)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb)
                ON CONFLICT (id) DO NOTHING
                """)) {
            for (AlertRecord alert : alerts) {
                statement.setString(1, alert.id());
                statement.setString(2, alert.account().value());
                statement.setString(3, alert.text("budgetId"));
                statement.setString(4, alert.text("dimension"));
                statement.setString(5, alert.text("value"));
                statement.setString(6, alert.text("severity"));
                statement.setObject(7, alert.occurredAt().atOffset(ZoneOffset.UTC));
                statement.setObject(8, alert.raisedAt().atOffset(ZoneOffset.UTC));
                statement.setString(9, new String(Json.bytes(alert.alert()), StandardCharsets.UTF_8));
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }
}

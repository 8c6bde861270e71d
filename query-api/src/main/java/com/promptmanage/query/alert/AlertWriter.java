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

    private final Listener listener;

    /** Who has more to do for an alert that is listed for the first time. */
    public interface Listener {

        /** For whom there is nothing to do. */
        Listener NONE = (connection, alertIds) -> {};

        /** Called in the transaction that lists them; what it writes is there if and only if they are. */
        void listed(Connection connection, List<String> alertIds) throws SQLException;
    }

    private AlertWriter(Listener listener, MeterRegistry meters) {
        this.listener = listener;
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
    public static TopicCopy start(
            Database database, Map<String, Object> kafkaSettings, Listener listener, MeterRegistry meters) {
        return start(Topics.BUDGET_ALERTS.name(), database, kafkaSettings, listener, meters);
    }

    static TopicCopy start(
            String topic,
            Database database,
            Map<String, Object> kafkaSettings,
            Listener listener,
            MeterRegistry meters) {
        return TopicCopy.start(topic, database, kafkaSettings, target(listener, meters), meters);
    }

    /** What becomes of the topic's records, for whoever reads them. */
    public static TopicCopy.Target target(Listener listener, MeterRegistry meters) {
        return new AlertWriter(listener, meters);
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
        return handle -> {
            Connection connection = handle.getConnection();
            List<String> listed = insert(connection, alerts);
            if (!listed.isEmpty()) {
                listener.listed(connection, listed);
            }
        };
    }

    /** @return those that were not there before */
    private static List<String> insert(Connection connection, List<AlertRecord> alerts) throws SQLException {
        try (var statement = connection.prepareStatement("""
                INSERT INTO alerts (id, account, budget_id, dimension, value, severity, occurred_at, raised_at, alert)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb)
                ON CONFLICT (id) DO NOTHING
                """, new String[] {"id"})) {
            for (AlertRecord alert : alerts) {
                statement.setString(1, alert.id());
                statement.setString(2, alert.account().value());
                statement.setString(3, alert.optional("budgetId"));
                statement.setString(4, alert.optional("dimension"));
                statement.setString(5, alert.optional("value"));
                statement.setString(6, alert.severity());
                statement.setObject(7, alert.occurredAt().atOffset(ZoneOffset.UTC));
                statement.setObject(8, alert.raisedAt().atOffset(ZoneOffset.UTC));
                statement.setString(9, new String(Json.bytes(alert.alert()), StandardCharsets.UTF_8));
                statement.addBatch();
            }
            statement.executeBatch();
            var listed = new ArrayList<String>();
            try (var ids = statement.getGeneratedKeys()) {
                while (ids.next()) {
                    listed.add(ids.getString("id"));
                }
            }
            return listed;
        }
    }
}

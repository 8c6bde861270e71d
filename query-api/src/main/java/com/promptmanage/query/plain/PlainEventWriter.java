package com.promptmanage.query.plain;

import com.promptmanage.query.copy.TopicCopy;
import com.promptmanage.service.database.Database;
import com.promptmanage.topics.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes {@code events.plain} into {@code plain_events}, each event exactly once however often it was sent. */
public final class PlainEventWriter implements TopicCopy.Target {

    private static final Logger LOGGER = LoggerFactory.getLogger(PlainEventWriter.class);

    private final Database database;

    private final Counter unreadable;

    /** The months that are known to have their partition. Used by the copying thread alone. */
    private final Set<YearMonth> months = new HashSet<>();

    private PlainEventWriter(Database database, MeterRegistry meters) {
        this.database = database;
        this.unreadable = Counter.builder("plain.unreadable.records")
                .description("Records of events.plain that are not kept because they cannot be read")
                .register(meters);
    }

    /**
     * Begins to copy.
     *
     * @param kafkaSettings of the consumer, {@code bootstrap.servers} at least
     * @return what to close to stop it
     */
    public static TopicCopy start(Database database, Map<String, Object> kafkaSettings, MeterRegistry meters) {
        return start(Topics.PLAIN_EVENTS.name(), database, kafkaSettings, meters);
    }

    static TopicCopy start(String topic, Database database, Map<String, Object> kafkaSettings, MeterRegistry meters) {
        return TopicCopy.start(topic, database, kafkaSettings, new PlainEventWriter(database, meters), meters);
    }

    @Override
    public TopicCopy.Rows rowsOf(List<ConsumerRecord<byte[], byte[]>> records) {
        var read = new ArrayList<PlainEvent>();
        records.forEach(record -> read(record, read));
        read.forEach(this::ensureMonth);
        var rows = new PlainEventRows(read);
        return handle -> {
            try {
                rows.writeTo(handle);
            } catch (SQLException e) {
                // A month that was old enough may have been dropped meanwhile.
                months.clear();
                throw e;
            }
        };
    }

    private void read(ConsumerRecord<byte[], byte[]> record, List<PlainEvent> into) {
        try {
            into.add(PlainEvents.read(record));
        } catch (IllegalArgumentException e) {
            unreadable.increment();
            LOGGER.atError()
                    .addKeyValue("topic", record.topic())
                    .addKeyValue("partition", record.partition())
                    .addKeyValue("offset", record.offset())
                    .addKeyValue("cause", e.getMessage())
                    .log("a record is not kept, for it cannot be read");
        }
    }

    private void ensureMonth(PlainEvent event) {
        var month = YearMonth.from(event.time().atOffset(ZoneOffset.UTC));
        if (!months.contains(month)) {
            database.useAsSystem(handle -> handle.createQuery("SELECT plain_events_ensure_month(:moment)::text AS done")
                    .bind("moment", event.time().atOffset(ZoneOffset.UTC))
                    .mapTo(String.class)
                    .one());
            months.add(month);
        }
    }
}

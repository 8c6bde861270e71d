package com.promptmanage.query.history;

import com.promptmanage.query.copy.TopicCopy;
import com.promptmanage.service.database.Database;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
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

/** Writes {@code usage.rated} into {@code usage_history} and {@code rated_totals}, each event exactly once. */
public final class HistoryWriter implements TopicCopy.Target {

    private static final Logger LOGGER = LoggerFactory.getLogger(HistoryWriter.class);

    private final Database database;

    private final Counter unreadable;

    private final Counter unmatched;

    private final Counter events;

    /** The months that are known to have their partition. Used by the copying thread alone. */
    private final Set<YearMonth> months = new HashSet<>();

    private HistoryWriter(Database database, MeterRegistry meters) {
        this.database = database;
        this.events = Counter.builder("history.events")
                .description("Events read for the history; those of an attempt that failed count again")
                .register(meters);
        this.unreadable = Counter.builder("history.unreadable.records")
                .description("Records of usage.rated that are not in the history because they cannot be read")
                .register(meters);
        this.unmatched = Counter.builder("history.unmatched.prices")
                .description("Events that got a price and are not in the history")
                .register(meters);
    }

    /**
     * Begins to copy.
     *
     * @param kafkaSettings of the consumer, {@code bootstrap.servers} at least
     * @return what to close to stop it
     */
    public static TopicCopy start(Database database, Map<String, Object> kafkaSettings, MeterRegistry meters) {
        return start(Topics.USAGE_RATED.name(), database, kafkaSettings, meters);
    }

    static TopicCopy start(String topic, Database database, Map<String, Object> kafkaSettings, MeterRegistry meters) {
        return TopicCopy.start(topic, database, kafkaSettings, new HistoryWriter(database, meters), meters);
    }

    @Override
    public TopicCopy.Rows rowsOf(List<ConsumerRecord<byte[], byte[]>> records) {
        var read = new ArrayList<RatedEvent>();
        for (var record : records) {
            read.addAll(eventsOf(record));
        }
        events.increment(read.size());
        ensureMonths(read);
        var rows = new HistoryRows(read, this::tellUnmatched);
        return connection -> {
            try {
                rows.writeTo(connection);
            } catch (SQLException e) {
                // A month that was old enough may have been dropped meanwhile.
                months.clear();
                throw e;
            }
        };
    }

    private List<RatedEvent> eventsOf(ConsumerRecord<byte[], byte[]> record) {
        try {
            if (record.key() == null || record.value() == null) {
                throw new IllegalArgumentException("it has no key or no value");
            }
            var account = new Account(new String(record.key(), StandardCharsets.UTF_8));
            return RatedEvents.read(account.value(), record.value());
        } catch (IllegalArgumentException e) {
            unreadable.increment();
            LOGGER.atError()
                    .addKeyValue("topic", record.topic())
                    .addKeyValue("partition", record.partition())
                    .addKeyValue("offset", record.offset())
                    .addKeyValue("cause", e.getMessage())
                    .log("a record is not in the history, for it cannot be read");
            return List.of();
        }
    }

    private void ensureMonths(List<RatedEvent> read) {
        for (RatedEvent event : read) {
            var month = YearMonth.from(event.time().atOffset(ZoneOffset.UTC));
            if (!months.contains(month)) {
                database.useAsSystem(
                        handle -> handle.createQuery("SELECT usage_history_ensure_month(:moment)::text AS done")
                                .bind("moment", event.time().atOffset(ZoneOffset.UTC))
                                .mapTo(String.class)
                                .one());
                months.add(month);
            }
        }
    }

    private void tellUnmatched(long count) {
        unmatched.increment((double) count);
        LOGGER.atError().addKeyValue("count", count).log("events got a price that are not in the history");
    }
}

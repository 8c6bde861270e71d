package com.promptmanage.query.history;

import com.promptmanage.query.copy.TopicCopy;
import com.promptmanage.service.database.Database;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes {@code usage.rated} into {@code usage_history} and {@code rated_totals}, each event exactly once. */
public final class HistoryWriter implements TopicCopy.Target {

    private static final Logger LOGGER = LoggerFactory.getLogger(HistoryWriter.class);

    private final Database database;

    private final Listener listener;

    private final Counter unreadable;

    private final Counter unmatched;

    private final Counter events;

    /** The months that are known to have their partition. Used by the copying thread alone. */
    private final Set<YearMonth> months = new HashSet<>();

    /**
     * That usage came in whose model has no price.
     *
     * @param day on which it came, in UTC: of what is sent in late, a year of days is not told one by one
     */
    public record Unpriced(String account, String model, LocalDate day) {}

    /** Who has more to do for usage that has no price. */
    public interface Listener {

        /** For whom there is nothing to do. */
        Listener NONE = (handle, found) -> {};

        /** Called in the transaction that writes the usage; what it writes is there if and only if that is. */
        void unpriced(Handle handle, Collection<Unpriced> found);
    }

    private HistoryWriter(Database database, Listener listener, MeterRegistry meters) {
        this.database = database;
        this.listener = listener;
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
    public static TopicCopy start(
            Database database, Map<String, Object> kafkaSettings, Listener listener, MeterRegistry meters) {
        return start(Topics.USAGE_RATED.name(), database, kafkaSettings, listener, meters);
    }

    static TopicCopy start(
            String topic,
            Database database,
            Map<String, Object> kafkaSettings,
            Listener listener,
            MeterRegistry meters) {
        return TopicCopy.start(topic, database, kafkaSettings, new HistoryWriter(database, listener, meters), meters);
    }

    @Override
    public TopicCopy.Rows rowsOf(List<ConsumerRecord<byte[], byte[]>> records) {
        var read = new ArrayList<RatedEvent>();
        var waiting = new HashMap<Unpriced, Long>();
        for (var record : records) {
            List<RatedEvent> of = eventsOf(record);
            read.addAll(of);
            LocalDate day = Instant.ofEpochMilli(record.timestamp())
                    .atOffset(ZoneOffset.UTC)
                    .toLocalDate();
            of.forEach(event -> countWaiting(event, day, waiting));
        }
        List<Unpriced> unpriced = waiting.entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .map(Map.Entry::getKey)
                .toList();
        events.increment(read.size());
        ensureMonths(read);
        var rows = new HistoryRows(read, this::tellUnmatched);
        return handle -> {
            try {
                rows.writeTo(handle);
                if (!unpriced.isEmpty()) {
                    listener.unpriced(handle, unpriced);
                }
            } catch (SQLException e) {
                // A month that was old enough may have been dropped meanwhile.
                months.clear();
                throw e;
            }
        };
    }

    /** What gets its price in the same breath has not been without one. */
    private static void countWaiting(RatedEvent event, LocalDate day, Map<Unpriced, Long> waiting) {
        if (event.status() != RatedEvent.Status.RATED) {
            waiting.merge(
                    new Unpriced(event.account(), event.spelledModel(), day),
                    event.status() == RatedEvent.Status.UNPRICED ? 1L : -1L,
                    Long::sum);
        }
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

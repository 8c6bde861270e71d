package com.promptmanage.query.retention;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.http.TestApi;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OldRecordsTest {

    private static final Duration RETENTION = Duration.ofDays(400);

    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    private Database database;

    @BeforeEach
    void open() throws Exception {
        database = Database.open(DatabaseSettings.of(TestApi.newDatabase(), "of-the-tests"));
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void whatIsOlderThanTheRetentionIsRemovedByWholeMonthsAndTheRestStays() {
        // 400 days and three before are the 17th of October 2025.
        List<String> times =
                List.of("2024-02-29T00:00:00Z", "2025-09-30T23:59:59Z", "2025-10-01T00:00:00Z", "2026-11-24T11:00:00Z");
        times.forEach(this::record);
        texts(
                "SELECT plain_events_ensure_month('2025-09-30Z')::text UNION ALL SELECT plain_events_ensure_month('2025-10-01Z')::text");

        OldRecords.remove(database, RETENTION, NOW);

        assertThat(texts("SELECT to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM usage_history ORDER BY time"))
                .containsExactly("2025-10-01", "2026-11-24");
        assertThat(texts("SELECT day::text FROM rated_totals ORDER BY day"))
                .containsExactly("2025-10-01", "2026-11-24");
        assertThat(texts("SELECT id FROM alerts ORDER BY raised_at")).containsExactly("2026-11-24T11:00:00Z");
        assertThat(
                        texts(
                                "SELECT relname::text FROM pg_class WHERE relname ~ '^usage_history_\\d{4}_\\d\\d$' ORDER BY 1"))
                .containsExactly("usage_history_2025_10", "usage_history_2026_11");
        assertThat(texts(
                        "SELECT relname::text FROM pg_class WHERE relname ~ '^plain_events_\\d{4}_\\d\\d$' ORDER BY 1"))
                .containsExactly("plain_events_2025_10");
    }

    @Test
    void aMonthThatWasRemovedIsMadeAgainForWhatComesAfterAll() {
        record("2024-02-29T00:00:00Z");
        OldRecords.remove(database, RETENTION, NOW);

        record("2024-02-28T00:00:00Z");

        assertThat(texts("SELECT event_id FROM usage_history")).containsExactly("2024-02-28T00:00:00Z");
    }

    private List<String> texts(String sql) {
        return database.inTransaction(
                Scope.EVERYONE,
                handle -> handle.createQuery(sql).mapTo(String.class).list());
    }

    /** An event, its day's total, and an alert. */
    private void record(String time) {
        database.useAsSystem(handle -> {
            handle.createQuery("SELECT usage_history_ensure_month(:time)::text AS done")
                    .bind("time", OffsetDateTime.parse(time))
                    .mapTo(String.class)
                    .one();
            for (String sql : List.of("""
                    INSERT INTO usage_history (account, time, source, event_id, user_id, model, execution_type,
                        input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, input_audio_tokens,
                        input_image_tokens, output_tokens, reasoning_tokens, output_audio_tokens, output_image_tokens,
                        unpriced)
                    VALUES ('team:acme', CAST(:time AS timestamptz), 's', :time, 'ann', 'm', 'prompt_run',
                        1, 0, 0, 0, 0, 0, 0, 0, 0, 0, true)
                    """, """
                    INSERT INTO rated_totals
                    VALUES ('team:acme', (CAST(:time AS timestamptz) AT TIME ZONE 'UTC')::date, 1, 1, 1, 0)
                    """, """
                    INSERT INTO alerts (id, account, budget_id, dimension, value, severity, occurred_at, raised_at, alert)
                    VALUES (:time, 'team:acme', 'b', 'account', 'team:acme', 'info', CAST(:time AS timestamptz),
                        CAST(:time AS timestamptz), '{}')
                    ON CONFLICT DO NOTHING
                    """)) {
                handle.createUpdate(sql).bind("time", time).execute();
            }
        });
    }
}

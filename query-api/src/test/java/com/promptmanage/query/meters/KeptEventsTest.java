package com.promptmanage.query.meters;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.meters.KeptEvents.Kept;
import com.promptmanage.query.meters.KeptEvents.Place;
import com.promptmanage.query.meters.KeptEvents.Wanted;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.UsageEvent;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Pages of events of both kinds, straight from the tables: which they hold, and what they read for it. */
class KeptEventsTest {

    private static final Account ACME = Account.team("acme");

    private static final Instant SEPTEMBER = Instant.parse("2026-09-01T00:00:00Z");

    private static final Instant OCTOBER = Instant.parse("2026-10-01T00:00:00Z");

    private static final Instant YEARS_END = Instant.parse("2026-12-31T00:00:00Z");

    /** Of one moment the plain ones first. */
    private static final Comparator<Kept> NEWEST_FIRST = Comparator.comparing(Kept::time)
            .thenComparing(kept -> kept.place().isPlain())
            .thenComparingLong(Kept::row)
            .reversed();

    private final String url = TestApi.newDatabase();

    @AutoClose
    private final Database database =
            Database.open(DatabaseSettings.of(url, "of-the-tests").withConnectionsMax(2));

    private final KeptEvents events = new KeptEvents(database);

    @Test
    void afterEachPlaceComesTheSameWhateverTheRangeAndWhicheverKindsShareAMoment() throws Exception {
        String moments = """
                SELECT moment FROM generate_series(1, 2), unnest(ARRAY[
                    '2026-09-15Z', '2026-09-30T23:59:59.999Z', '2026-10-01Z', '2026-10-20Z']::timestamptz[]) AS moment""";
        insertUsed(moments);
        insertPlain(moments);
        List<Kept> all = events.newest(wanted(SEPTEMBER, YEARS_END, Map.of(), null), 100);
        assertThat(all).hasSize(16).isSortedAccordingTo(NEWEST_FIRST);

        for (Instant from : List.of(SEPTEMBER, OCTOBER)) {
            for (Instant to : List.of(OCTOBER.plusMillis(1), OCTOBER, YEARS_END)) {
                List<Kept> inRange = all.stream()
                        .filter(kept ->
                                !kept.time().isBefore(from) && kept.time().isBefore(to))
                        .toList();
                assertThat(events.newest(wanted(from, to, Map.of(), null), 100)).isEqualTo(inRange);
                for (Kept place : all) {
                    assertThat(events.newest(wanted(from, to, Map.of(), place.place()), 3))
                            .as("%s to %s after %s", from, to, place)
                            .isEqualTo(inRange.stream()
                                    .filter(kept -> NEWEST_FIRST.compare(kept, place) > 0)
                                    .limit(3)
                                    .toList());
                }
            }
        }
    }

    /** Or reading all of them would take time that grows with its square. */
    @Test
    void aPageFarDownReadsAsLittleOfTheIndexAsThoseBefore() throws Exception {
        // From September into December: hundreds of blocks of each index.
        String moments =
                "SELECT '2026-09-01Z'::timestamptz + n * interval '5 minutes' FROM generate_series(1, 30000) AS n";
        insertUsed(moments);
        insertPlain(moments);
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute("VACUUM ANALYZE usage_history, plain_events");
        }
        Instant farDown = SEPTEMBER.plusSeconds(150_000);

        // Some for the way down the index of each month, and some for the page.
        assertThat(indexBlocks("plain_events", "storage", new Place(farDown, true, Long.MAX_VALUE)))
                .isBetween(1L, 60L);
        assertThat(indexBlocks("plain_events", "storage", new Place(farDown, false, Long.MAX_VALUE)))
                .isBetween(1L, 60L);
        assertThat(indexBlocks("usage_history", UsageEvent.TYPE, new Place(farDown, false, Long.MAX_VALUE)))
                .isBetween(1L, 60L);
        assertThat(indexBlocks("usage_history", UsageEvent.TYPE, new Place(farDown, true, Long.MAX_VALUE)))
                .isBetween(1L, 60L);
    }

    /** How many blocks of a table's indexes by time a page of a hundred events reads; of no table it may read all. */
    private long indexBlocks(String table, String type, Place after) {
        return database.inTransaction(new Scope.Tenant("", Set.of(ACME.value())), handle -> {
            // Often enough that the database would have a plan for all pages.
            for (int i = 0; i < 6; i++) {
                events.newest(wanted(SEPTEMBER, YEARS_END, Map.of("type", List.of(type)), after), 100);
            }
            long before = fetchedIndexBlocks(handle, table);
            assertThat(events.newest(wanted(SEPTEMBER, YEARS_END, Map.of("type", List.of(type)), after), 100))
                    .hasSize(100);
            assertThat(readFromEndToEnd(handle)).isZero();
            return fetchedIndexBlocks(handle, table) - before;
        });
    }

    /** Without the index by which each event of one table is looked for in the other. */
    private static long fetchedIndexBlocks(Handle handle, String table) {
        return handle.createQuery("""
                        SELECT coalesce(sum(pg_stat_get_xact_blocks_fetched(indexrelid)), 0)::bigint
                        FROM pg_index JOIN pg_inherits ON inhrelid = indrelid JOIN pg_class ON pg_class.oid = indexrelid
                        WHERE inhparent = CAST(:table AS regclass) AND relname NOT LIKE '%identity%'
                        """).bind("table", table).mapTo(Long.class).one();
    }

    private static long readFromEndToEnd(Handle handle) {
        return handle.createQuery("""
                        SELECT coalesce(sum(pg_stat_get_xact_numscans(inhrelid)), 0)::bigint FROM pg_inherits
                        WHERE inhparent IN ('usage_history'::regclass, 'plain_events'::regclass)
                        """).mapTo(Long.class).one();
    }

    private static Wanted wanted(Instant from, Instant to, Map<String, List<String>> texts, @Nullable Place after) {
        return new Wanted(ACME, from, to, texts, after);
    }

    /** Two events of token usage for each moment that the query tells: one of the team's, and one of others. */
    private void insertUsed(String moments) throws SQLException {
        insert("usage_history", """
                INSERT INTO usage_history (
                    account, time, source, event_id, user_id, model, execution_type, input_tokens, cache_read_tokens,
                    cache_write_5m_tokens, cache_write_1h_tokens, input_audio_tokens, input_image_tokens, output_tokens,
                    reasoning_tokens, output_audio_tokens, output_image_tokens, cost_nano_usd, unpriced)
                SELECT account, moment, 's', gen_random_uuid()::text, 'ann', 'm', 'prompt_run',
                       1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 7, false
                FROM (%s) AS wanted (moment), (VALUES ('team:acme'), ('team:other')) AS accounts (account)
                """.formatted(moments));
    }

    /** Two plain ones likewise. */
    private void insertPlain(String moments) throws SQLException {
        insert("plain_events", """
                INSERT INTO plain_events (
                    account, time, identity, source, event_id, type, subject, data, received_at, position)
                SELECT account, moment, plain_event_identity(account, 's', id), 's', id, 'storage', 'ann', '{}'::jsonb,
                       moment, 0
                FROM (
                    SELECT account, moment, gen_random_uuid()::text AS id
                    FROM (%s) AS wanted (moment), (VALUES ('team:acme'), ('team:other')) AS accounts (account)
                    OFFSET 0) AS made
                """.formatted(moments));
    }

    private void insert(String table, String rows) throws SQLException {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            for (String month : List.of("2026-09", "2026-10", "2026-11", "2026-12")) {
                statement.execute("SELECT %s_ensure_month('%s-01Z')".formatted(table, month));
            }
            statement.execute(rows);
        }
    }
}

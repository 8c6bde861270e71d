package com.promptmanage.query.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.history.HistoryQuery.Filter;
import com.promptmanage.query.history.UsageHistory.Place;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.request.DateRange;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.topics.account.Account;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Pages in the order of time, straight from the table: which events they hold, and what they read for it. */
class UsageHistoryTest {

    private static final Account ACME = Account.team("acme");

    private static final Scope SCOPE = new Scope.Tenant("", Set.of(ACME.value()));

    private static final DateRange EVER = new DateRange(null, null);

    /** The begin of a partition. */
    private static final Instant OCTOBER = Instant.parse("2026-10-01T00:00:00Z");

    private static final Instant NOVEMBER = Instant.parse("2026-11-01T00:00:00Z");

    private static final Comparator<UsageEntry> BY_TIME =
            Comparator.comparing(UsageEntry::time).thenComparingLong(UsageEntry::number);

    private final String url = TestApi.newDatabase();

    @AutoClose
    private final Database database =
            Database.open(DatabaseSettings.of(url, "of-the-tests").withConnectionsMax(2));

    private final UsageHistory history = new UsageHistory(database);

    @Test
    void afterEachPlaceComesTheSameWhateverTheRangeAndHoweverManyEventsShareAMoment() throws Exception {
        // Each moment three times: the last one of a partition, the first one of the next, and some between.
        insert("""
                SELECT moment FROM generate_series(1, 3), unnest(ARRAY[
                    '2026-09-15Z', '2026-09-30T23:59:59.999Z', '2026-10-01Z', '2026-10-20Z', '2026-10-31T23:59:59.999Z',
                    '2026-11-01Z']::timestamptz[]) AS moment""");
        List<UsageEntry> all = page(EVER, HistoryOrder.NEWEST_FIRST, null, 100);
        assertThat(all).hasSize(18).isSortedAccordingTo(BY_TIME.reversed());

        for (DateRange range : List.of(
                EVER, new DateRange(OCTOBER, null), new DateRange(null, OCTOBER), new DateRange(OCTOBER, NOVEMBER))) {
            for (boolean isAscending : new boolean[] {false, true}) {
                var order = new HistoryOrder(HistoryOrder.By.TIME, isAscending);
                Comparator<UsageEntry> sorting = isAscending ? BY_TIME : BY_TIME.reversed();
                List<UsageEntry> inRange = all.stream()
                        .filter(entry -> isIn(range, entry.time()))
                        .sorted(sorting)
                        .toList();
                assertThat(page(range, order, null, 100))
                        .as("%s %s", range, order)
                        .isEqualTo(inRange);
                for (UsageEntry place : all) {
                    assertThat(page(range, order, place, 4))
                            .as("%s %s after %s", range, order, place)
                            .isEqualTo(inRange.stream()
                                    .filter(entry -> sorting.compare(entry, place) > 0)
                                    .limit(4)
                                    .toList());
                }
            }
        }
    }

    @Test
    void whatIsWrittenBetweenTwoPagesNeitherHidesNorDoublesAnEvent() throws Exception {
        insert("SELECT '2026-10-01Z'::timestamptz FROM generate_series(1, 5)");
        insert("SELECT '2026-09-30T23:59:59.999Z'::timestamptz FROM generate_series(1, 5)");
        List<UsageEntry> before = page(EVER, HistoryOrder.NEWEST_FIRST, null, 100);

        var told = new ArrayList<UsageEntry>();
        for (List<UsageEntry> page = page(EVER, HistoryOrder.NEWEST_FIRST, null, 3);
                !page.isEmpty();
                page = page(EVER, HistoryOrder.NEWEST_FIRST, told.getLast(), 3)) {
            told.addAll(page);
            if (told.size() == 3) {
                // Newer, of the moment in which the page ended, and in a month that had no events.
                insert("""
                        SELECT unnest(ARRAY['2026-10-02Z', '2026-10-01Z', '2026-08-01Z']::timestamptz[])""");
            }
        }

        assertThat(told)
                .hasSize(11)
                .doesNotHaveDuplicates()
                .containsAll(before)
                .isSortedAccordingTo(BY_TIME.reversed());
        assertThat(told.getLast().time()).isEqualTo("2026-08-01T00:00:00Z");
    }

    /** Or reading all of a history would take time that grows with its square. */
    @Test
    void aPageFarDownReadsAsLittleOfTheIndexAsThoseBefore() throws Exception {
        // From September into December: hundreds of blocks of the index.
        insert("SELECT '2026-09-01Z'::timestamptz + n * interval '5 minutes' FROM generate_series(1, 30000) AS n");
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute("VACUUM ANALYZE usage_history");
        }
        var oldest = new HistoryOrder(HistoryOrder.By.TIME, true);
        UsageEntry old = page(EVER, oldest, null, 500).getLast();
        UsageEntry young = page(EVER, HistoryOrder.NEWEST_FIRST, null, 500).getLast();

        // Some for the way down the index of each month, and some for the page.
        assertThat(indexBlocks(EVER, HistoryOrder.NEWEST_FIRST, old)).isBetween(1L, 60L);
        assertThat(indexBlocks(new DateRange(null, young.time()), HistoryOrder.NEWEST_FIRST, old))
                .isBetween(1L, 60L);
        assertThat(indexBlocks(EVER, oldest, young)).isBetween(1L, 60L);
        assertThat(indexBlocks(new DateRange(old.time(), null), oldest, young)).isBetween(1L, 60L);
    }

    private List<UsageEntry> page(DateRange range, HistoryOrder order, @Nullable UsageEntry after, int limit) {
        return history.after(query(range), order, after == null ? null : Place.of(after, order), limit);
    }

    /** How many blocks of the table's indexes a page of a hundred events reads. */
    private long indexBlocks(DateRange range, HistoryOrder order, UsageEntry after) {
        return database.inTransaction(SCOPE, handle -> {
            // Often enough that the database would have a plan for all pages.
            for (int i = 0; i < 6; i++) {
                page(range, order, after, 100);
            }
            long before = fetchedIndexBlocks(handle);
            assertThat(page(range, order, after, 100)).hasSize(100);
            return fetchedIndexBlocks(handle) - before;
        });
    }

    private static long fetchedIndexBlocks(Handle handle) {
        return handle.createQuery("""
                        SELECT coalesce(sum(pg_stat_get_xact_blocks_fetched(indexrelid)), 0)::bigint
                        FROM pg_index JOIN pg_inherits ON inhrelid = indrelid
                        WHERE inhparent = 'usage_history'::regclass
                        """).mapTo(Long.class).one();
    }

    private static HistoryQuery query(DateRange range) {
        return new HistoryQuery(
                ACME, null, SCOPE, range, new Filter(null, null, null, null, null, null, null, null, null));
    }

    private static boolean isIn(DateRange range, Instant time) {
        @Nullable Instant from = range.from();
        @Nullable Instant to = range.to();
        return (from == null || !time.isBefore(from)) && (to == null || time.isBefore(to));
    }

    /** Two events for each moment that the query tells: one of the team's, and one of others. */
    private void insert(String moments) throws SQLException {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            for (String month : List.of("2026-08", "2026-09", "2026-10", "2026-11", "2026-12")) {
                statement.execute("SELECT usage_history_ensure_month('%s-01Z')".formatted(month));
            }
            statement.execute("""
                    INSERT INTO usage_history (
                        account, time, source, event_id, user_id, model, execution_type, input_tokens, cache_read_tokens,
                        cache_write_5m_tokens, cache_write_1h_tokens, input_audio_tokens, input_image_tokens, output_tokens,
                        reasoning_tokens, output_audio_tokens, output_image_tokens, cost_nano_usd, unpriced)
                    SELECT account, moment, 's', gen_random_uuid()::text, 'ann', 'm', 'prompt_run',
                           1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 7, false
                    FROM (%s) AS wanted (moment), (VALUES ('team:acme'), ('team:other')) AS accounts (account)
                    """.formatted(moments));
        }
    }
}

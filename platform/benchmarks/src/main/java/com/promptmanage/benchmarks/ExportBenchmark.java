package com.promptmanage.benchmarks;

import com.promptmanage.query.export.ExportRoutes;
import com.promptmanage.query.history.UsageHistory;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.topics.account.Account;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What an export of a long history takes: it fills the table, reads it over HTTP in each format, and tells time and heap. The
 * server, and the reader of its answers, have this process's heap together.
 *
 * <pre>  java -Xmx512m … ExportBenchmark 10000000 csv json parquet</pre>
 */
public final class ExportBenchmark {

    private static final Account TEAM = Account.team("acme");

    private static final int INSERTED_AT_ONCE = 500_000;

    private static final long SAMPLE_MS = 20;

    private static final long MEBI = 1 << 20;

    private ExportBenchmark() {}

    /** @param lines that the answer had, as far as it has any */
    private record Answer(long bytes, long lines, String end) {}

    public static void main(String[] arguments) throws Exception {
        int rows = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000_000;
        List<String> formats = arguments.length > 1
                ? Arrays.asList(arguments).subList(1, arguments.length)
                : List.of("csv", "json", "parquet");
        Clock clock = Clock.systemUTC();
        String url = EmbeddedPostgres.shared().createDatabase();
        try (var database = Database.open(DatabaseSettings.of(url, "of-the-tests"));
                var access = new Access(database, clock);
                var server = HttpServer.start(
                        HttpServer.Options.onPort(0),
                        List.of(new ExportRoutes(
                                database,
                                access.authentication(),
                                new AccountZones(database),
                                access.tiers(),
                                new ShownHistory(access.tiers(), clock),
                                new UsageHistory(database),
                                clock)));
                var client = HttpClient.newHttpClient()) {
            fill(url, rows);
            String key = access.keys()
                    .create(Scope.EVERYONE, NewKey.of("export", TEAM))
                    .secret();
            for (String format : formats) {
                export(client, server.baseUri(), key, format, rows);
            }
        }
    }

    /** Over most of a year, as many users, models, prompts and tags as a team has. */
    private static void fill(String url, int rows) throws SQLException {
        long begun = System.nanoTime();
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute("""
                    SELECT usage_history_ensure_month('2026-01-01Z'::timestamptz + n * interval '1 month')
                    FROM generate_series(0, 11) AS n
                    """);
            for (int from = 1; from <= rows; from += INSERTED_AT_ONCE) {
                statement.executeUpdate(
                        """
                        INSERT INTO usage_history (
                            account, time, source, event_id, user_id, model, provider, execution_type, prompt_id, run_id,
                            api_key_id, duration_ms, tags, input_tokens, cache_read_tokens, cache_write_5m_tokens,
                            cache_write_1h_tokens, input_audio_tokens, input_image_tokens, output_tokens, reasoning_tokens,
                            output_audio_tokens, output_image_tokens, cost_nano_usd, costs, price_id, unpriced)
                        SELECT '%s', '2026-01-01Z'::timestamptz + interval '300 days' * (n / CAST(%d AS float8)), 'urn:app:' || n %% 7,
                               md5(n::text), 'user-' || n %% 200, 'model-' || n %% 12, 'provider-' || n %% 4, 'prompt_run',
                               'prompt-' || n * 7919 %% 5000, 'run-' || md5((-n)::text), 'key-' || n %% 20, n %% 30000,
                               jsonb_build_object('env', 'prod', 'feature', (n %% 50)::text), n * 7919 %% 20000, 0, 0, 0, 0, 0,
                               n * 104729 %% 2000, 0, 0, 0, n * 7919 %% 1000000000,
                               jsonb_build_object('input', n %% 1000, 'output', n %% 1000), 'price-' || n %% 12, false
                        FROM generate_series(CAST(%d AS bigint), %d) AS n
                        """.formatted(TEAM.value(), rows, from, Math.min(rows, from + INSERTED_AT_ONCE - 1)));
            }
            statement.execute("VACUUM ANALYZE usage_history");
        }
        System.out.printf("%,d rows written in %.0f s%n", rows, seconds(begun));
    }

    private static void export(HttpClient client, URI server, String key, String format, int rows) throws Exception {
        var heap = new Heap();
        Thread watching = Thread.ofPlatform().daemon().start(heap);
        long begun = System.nanoTime();
        var response = client.send(
                HttpRequest.newBuilder(URI.create(server + "/api/token-tracking/export?teamId=acme&format=" + format))
                        .header("Authorization", "Bearer " + key)
                        .build(),
                BodyHandlers.ofInputStream());
        Answer answer;
        try (var body = response.body()) {
            answer = read(body);
        }
        double seconds = seconds(begun);
        watching.interrupt();
        watching.join();
        if (response.statusCode() != 200 || !isWhole(answer, format, rows)) {
            throw new IllegalStateException("answered %d: %s".formatted(response.statusCode(), answer));
        }
        System.out.printf(
                "%-7s %,d rows, %,d MiB in %.0f s (%,.0f rows/s); heap: at most %,d MiB in use, %,d MiB after a collection, of %,d MiB%n",
                format,
                rows,
                answer.bytes() / MEBI,
                seconds,
                rows / seconds,
                heap.used.get() / MEBI,
                heap.afterCollection.get() / MEBI,
                Runtime.getRuntime().maxMemory() / MEBI);
    }

    private static boolean isWhole(Answer answer, String format, int rows) {
        return switch (format) {
            case "csv" -> answer.lines() == rows + 1L;
            case "json" -> answer.lines() == rows + 2L && answer.end().equals("}\n]\n");
            default -> answer.end().equals("PAR1");
        };
    }

    private static Answer read(InputStream body) throws Exception {
        byte[] buffer = new byte[1 << 16];
        byte[] end = new byte[4];
        long bytes = 0;
        long lines = 0;
        for (int count = body.read(buffer); count >= 0; count = body.read(buffer)) {
            bytes += count;
            for (int i = 0; i < count; i++) {
                lines += buffer[i] == '\n' ? 1 : 0;
            }
            int kept = Math.min(count, end.length);
            System.arraycopy(end, kept, end, 0, end.length - kept);
            System.arraycopy(buffer, count - kept, end, end.length - kept, kept);
        }
        return new Answer(bytes, lines, new String(end, StandardCharsets.ISO_8859_1));
    }

    private static double seconds(long begunNanos) {
        return (System.nanoTime() - begunNanos) / 1e9;
    }

    /** The most that was in use, with what nobody needs any more and without it. */
    private static final class Heap implements Runnable {

        private final List<MemoryPoolMXBean> pools = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .toList();

        private final AtomicLong used = new AtomicLong();

        private final AtomicLong afterCollection = new AtomicLong();

        Heap() {
            // What was before is no concern of this export.
            System.gc();
        }

        @Override
        public void run() {
            try {
                while (true) {
                    used.accumulateAndGet(
                            ManagementFactory.getMemoryMXBean()
                                    .getHeapMemoryUsage()
                                    .getUsed(),
                            Math::max);
                    afterCollection.accumulateAndGet(leftByCollections(), Math::max);
                    Thread.sleep(SAMPLE_MS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private long leftByCollections() {
            return pools.stream()
                    .map(MemoryPoolMXBean::getCollectionUsage)
                    .filter(usage -> usage != null)
                    .mapToLong(MemoryUsage::getUsed)
                    .sum();
        }
    }
}

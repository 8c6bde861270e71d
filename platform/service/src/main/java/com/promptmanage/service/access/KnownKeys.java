package com.promptmanage.service.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.UnavailableException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.statement.Query;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that this process has seen, so that a key costs no query and is accepted while the database is away.
 *
 * <p>Every {@link #REFRESH_EVERY} it reads which keys were changed in the last {@link #LOOK_BACK}: longer than any
 * transaction may last, so a change that is committed late is not missed. After a time in which the database did not
 * answer it reads all the keys it knows. What is not a key is remembered for as long as one refresh, so that a flood of
 * wrong keys is not a flood of queries.
 *
 * <p>Threads: {@link #find} from any; one thread of its own refreshes and writes down which keys were used.
 */
final class KnownKeys implements AutoCloseable {

    /** A revoked key must not work for longer than five seconds. */
    static final Duration REFRESH_EVERY = Duration.ofSeconds(2);

    private static final Logger LOGGER = LoggerFactory.getLogger(KnownKeys.class);

    private static final Duration LOOK_BACK = Duration.ofMinutes(2);

    private static final Duration WRITE_USES_EVERY = Duration.ofSeconds(10);

    private static final int KEYS_MAX = 100_000;

    private static final HexFormat HEX = HexFormat.of();

    private final Database database;

    private final Clock clock;

    /** By the key's hash in hexadecimal digits. */
    private final Cache<String, ApiKey> keys =
            Caffeine.newBuilder().maximumSize(KEYS_MAX).build();

    private final Cache<String, Boolean> strangers;

    private final ConcurrentHashMap<String, Instant> uses = new ConcurrentHashMap<>();

    private final Thread refresher;

    private long lastRefreshNanos = System.nanoTime();

    private long lastUsesWrittenNanos = System.nanoTime();

    KnownKeys(Database database, Clock clock, Duration refreshEvery) {
        this.database = database;
        this.clock = clock;
        this.strangers = Caffeine.newBuilder()
                .maximumSize(KEYS_MAX)
                .expireAfterWrite(refreshEvery)
                .build();
        this.refresher = Thread.ofVirtual().name("api-key-refresh").start(() -> keepFresh(refreshEvery));
    }

    Optional<ApiKey> find(byte[] hash) {
        String key = HEX.formatHex(hash);
        Instant now = clock.instant();
        Optional<ApiKey> found = Optional.ofNullable(keys.getIfPresent(key));
        if (found.isEmpty() && strangers.getIfPresent(key) == null) {
            found = load(key);
        }
        Optional<ApiKey> good = found.filter(one -> one.isGoodAt(now));
        good.ifPresent(one -> uses.put(one.id(), now));
        return good;
    }

    /** Reads what was changed. Called by its own thread; also after a change made here. */
    synchronized void refresh() {
        refresh(System.nanoTime() - lastRefreshNanos > LOOK_BACK.toNanos() / 2);
    }

    /** @param longAgo whether changes may be older than is looked back: then every known key is read again */
    synchronized void refresh(boolean longAgo) {
        Map<String, ApiKey> changed = longAgo ? readKnown() : readChanged();
        changed.forEach((hash, key) -> keys.asMap().computeIfPresent(hash, (same, old) -> key));
        lastRefreshNanos = System.nanoTime();
    }

    @Override
    public void close() {
        refresher.interrupt();
        try {
            refresher.join();
            writeUses();
        } catch (UnavailableException e) {
            LOGGER.warn("the last uses of API keys were not written: the database is away");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<ApiKey> load(String hash) {
        Optional<ApiKey> loaded = database.asSystem(
                handle -> handle.createQuery("SELECT " + ApiKey.COLUMNS + " FROM api_keys WHERE hash = :hash")
                        .bind("hash", HEX.parseHex(hash))
                        .map((row, ctx) -> ApiKey.read(row))
                        .findOne());
        loaded.ifPresentOrElse(key -> keys.put(hash, key), () -> strangers.put(hash, true));
        return loaded;
    }

    private Map<String, ApiKey> readChanged() {
        // Not clock_timestamp, which is another for every row: it would be compared with all keys.
        return database.asSystem(handle -> byHash(handle.createQuery("SELECT " + ApiKey.COLUMNS
                        + " FROM api_keys WHERE changed_at > statement_timestamp() - :lookBack * interval '1 second'")
                .bind("lookBack", LOOK_BACK.toSeconds())));
    }

    private Map<String, ApiKey> readKnown() {
        byte[][] hashes = keys.asMap().keySet().stream().map(HEX::parseHex).toArray(byte[][]::new);
        // An array of the driver's own kind: it takes no lists of byte arrays.
        Argument argument = (position, statement, ctx) -> statement.setObject(position, hashes);
        return database.asSystem(handle ->
                byHash(handle.createQuery("SELECT " + ApiKey.COLUMNS + " FROM api_keys WHERE hash = ANY (:hashes)")
                        .bind("hashes", argument)));
    }

    private static Map<String, ApiKey> byHash(Query query) {
        return query.map((row, ctx) -> Map.entry(HEX.formatHex(row.getBytes("hash")), ApiKey.read(row)))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private void keepFresh(Duration every) {
        try {
            while (true) {
                Thread.sleep(every);
                try {
                    refresh();
                    if (System.nanoTime() - lastUsesWrittenNanos > WRITE_USES_EVERY.toNanos()) {
                        writeUses();
                    }
                } catch (RuntimeException | StackOverflowError | LinkageError e) {
                    // The keys that are known go on working; what changed meanwhile is read when the database is back.
                    LOGGER.atWarn().addKeyValue("cause", e.toString()).log("cannot refresh the known API keys");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void writeUses() {
        Map<String, Instant> written = Map.copyOf(uses);
        if (!written.isEmpty()) {
            List<Map.Entry<String, Instant>> entries = List.copyOf(written.entrySet());
            database.useAsSystem(handle -> handle.createUpdate("""
                            UPDATE api_keys SET last_used_at = greatest(last_used_at, to_timestamp(used.at / 1000.0))
                            FROM unnest(:ids, :times) AS used (id, at)
                            WHERE api_keys.id = used.id
                            """)
                    .bindArray(
                            "ids",
                            String.class,
                            entries.stream().map(Map.Entry::getKey).toList())
                    .bindArray(
                            "times",
                            Long.class,
                            entries.stream()
                                    .map(entry -> entry.getValue().toEpochMilli())
                                    .toList())
                    .execute());
            // A key that was used again meanwhile keeps its newer time for the next round.
            written.forEach(uses::remove);
        }
        lastUsesWrittenNanos = System.nanoTime();
    }
}

package com.promptmanage.service.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.MigratedDatabase;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.database.Waits;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Many connections append records of the same few keys at once, in transactions that take their time, append several times and
 * are undone now and then, while relays work; and PostgreSQL is told to run the append in every way that it may. Each transaction
 * notes what it has appended while it holds its keys. So whatever arrives in another order was given its number before the locks
 * were held, or after they were let go.
 */
// A relay does its work without being spoken to.
@SuppressWarnings("try")
class OutboxOrderTest {

    private static final String TOPIC = "outbox-order-test";

    private static final List<String> KEYS = List.of("a", "b", "c");

    private static final int WRITERS = 12;

    private static final int TRANSACTIONS_OF_EACH = 40;

    private static final Scope SOMEONE = new Scope.Tenant("usr_1", Set.of("user:usr_1"));

    /** What decides about the plan of the append; the first leaves it to PostgreSQL. */
    private static final List<List<String>> PLANS = List.of(
            List.of(),
            List.of("plan_cache_mode = force_generic_plan"),
            List.of("plan_cache_mode = force_custom_plan", "jit = on", "jit_above_cost = 0"),
            List.of("enable_nestloop = off", "enable_sort = off", "enable_incremental_sort = off"),
            List.of("enable_material = off", "enable_memoize = off", "enable_hashagg = off"),
            List.of(
                    "join_collapse_limit = 1",
                    "from_collapse_limit = 1",
                    "enable_hashjoin = off",
                    "enable_mergejoin = off"),
            List.of("debug_parallel_query = on", "parallel_setup_cost = 0", "parallel_tuple_cost = 0"));

    private final EmbeddedKafka kafka = EmbeddedKafka.shared();

    /** Who waits for a key waits for all that came before. */
    private final Database database = Database.open(new DatabaseSettings(
            MigratedDatabase.url(),
            Optional.empty(),
            MigratedDatabase.APP_PASSWORD,
            WRITERS + 1,
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Duration.ofSeconds(60),
            Waits.of(Duration.ofSeconds(60))));

    private final Set<String> held = ConcurrentHashMap.newKeySet();

    /** What was appended to each key, as it was noted by who held it. */
    private final Map<String, List<String>> noted = new ConcurrentHashMap<>();

    @AfterEach
    void close() {
        database.close();
    }

    /** Its work comes to nothing. */
    private static final class UndoneException extends RuntimeException {

        private static final long serialVersionUID = 1;
    }

    @Test
    void whatOfAKeyIsAppendedFirstArrivesFirstHoweverPostgresRunsTheAppend() throws Exception {
        kafka.createTopics(4, TOPIC);
        try (var one = relay();
                var other = relay();
                var received = new Received(kafka.bootstrapServers(), TOPIC);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> writers = IntStream.range(0, WRITERS)
                    .<Future<?>>mapToObj(writer -> threads.submit(() -> write(writer)))
                    .toList();
            for (Future<?> writer : writers) {
                writer.get();
            }

            int appended = noted.values().stream().mapToInt(List::size).sum();
            Await.until(
                    Duration.ofSeconds(60),
                    () -> assertThat(received.poll().all()).hasSizeGreaterThanOrEqualTo(appended));
            assertThat(appended).isGreaterThan(WRITERS * TRANSACTIONS_OF_EACH * 4);
            assertThat(received.firstByKey()).isEqualTo(noted);
        }
    }

    private void write(int writer) {
        var random = new SplittableRandom(writer);
        for (int i = 0; i < TRANSACTIONS_OF_EACH; i++) {
            String name = writer + "." + i;
            try {
                database.useTransaction(SOMEONE, handle -> appendSeveralTimes(handle, name, random));
            } catch (UndoneException e) {
                assertThat(e).hasNoCause();
            }
        }
    }

    private void appendSeveralTimes(Handle handle, String name, SplittableRandom random) {
        for (String setting : PLANS.get(random.nextInt(PLANS.size()))) {
            handle.execute("SET LOCAL " + setting);
        }
        // The first append takes all keys of the transaction, so that no two wait for each other.
        List<String> keys = some(KEYS, random);
        var mine = new HashMap<String, List<String>>();
        int appends = 1 + random.nextInt(3);
        for (int append = 0; append < appends; append++) {
            pause(handle, random);
            var records = new ArrayList<OutboxRecord>();
            for (int count = random.nextInt(8) == 0 ? 40 : 2; count > 0; count--) {
                for (String key : append == 0 ? keys : some(keys, random)) {
                    String value = "%s.%d.%d".formatted(name, append, count);
                    records.add(OutboxRecord.of(TOPIC, key, value.getBytes(StandardCharsets.UTF_8)));
                    mine.computeIfAbsent(key, none -> new ArrayList<>()).add(value);
                }
            }
            Outbox.append(handle, records);
            if (append == 0) {
                keys.forEach(key ->
                        assertThat(held.add(key)).as("%s is held alone", key).isTrue());
            }
            pause(handle, random);
        }
        boolean isUndone = random.nextInt(5) == 0;
        if (!isUndone) {
            mine.forEach((key, values) -> noted.merge(key, values, (before, now) -> {
                before.addAll(now);
                return before;
            }));
        }
        keys.forEach(held::remove);
        if (isUndone) {
            throw new UndoneException();
        }
    }

    /** At least one, in their order. */
    private static List<String> some(List<String> all, SplittableRandom random) {
        String one = all.get(random.nextInt(all.size()));
        return all.stream()
                .filter(each -> each.equals(one) || random.nextBoolean())
                .toList();
    }

    private static void pause(Handle handle, SplittableRandom random) {
        if (random.nextBoolean()) {
            handle.execute("SELECT pg_sleep(?)", random.nextInt(4) / 1000.0);
        }
    }

    private OutboxRelay relay() {
        return OutboxRelay.start(database, kafka.bootstrapServers(), new SimpleMeterRegistry());
    }
}

package com.promptmanage.query.anomaly;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.metering.InMemoryMetering;
import com.promptmanage.query.notify.PublishedSchema;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.Metering;
import com.promptmanage.testkit.ManualClock;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AnomalyWatchTest {

    private static final Account ACME = Account.team("acme");

    private static final Instant NOW = Instant.parse("2026-11-16T14:20:00Z");

    /** nanoUSD for each token. */
    private static final long PRICE = 1_000_000;

    private static final int PROCESSES = 4;

    private final String jdbcUrl = TestApi.newDatabase();

    private final Database database =
            Database.open(DatabaseSettings.of(jdbcUrl, "of-the-tests").withConnectionsMax(4));

    private final InMemoryMetering metering = new InMemoryMetering();

    private final ManualClock clock = new ManualClock(NOW);

    private final AnomalyWatch watch = new AnomalyWatch(database, metering, clock);

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void anUnusualHourIsToldOfOnceWhoeverLooks() throws Exception {
        habit();
        spend(NOW.minusSeconds(600), 20_000);

        watch.look();
        assertThat(told())
                .singleElement()
                .satisfies(alert -> assertThat(alert)
                        .contains(
                                "\"type\":\"anomaly\"",
                                "\"severity\":\"warning\"",
                                "\"hour\":\"2026-11-16T14:00:00Z\",\"timezone\":\"Z\","
                                        + "\"spentUsd\":\"20.00\",\"spentNanoUsd\":20000000000,"
                                        + "\"usualUsd\":\"1.00\",\"usualNanoUsd\":1000000000")
                        .contains("Monday, 16 November, 14:00"));
        PublishedSchema.assertDescribes("anomaly-alert", told().getFirst());

        spend(NOW.minusSeconds(60), 5_000);
        watch.look();
        new AnomalyWatch(database, metering, clock).look();
        assertThat(told())
                .as("the same hour, dearer still, and a process that has just begun")
                .hasSize(1);

        clock.set(NOW.plus(1, ChronoUnit.HOURS));
        spend(NOW.plusSeconds(3_000), 20_000);
        watch.look();
        assertThat(told()).as("another hour").hasSize(2);
    }

    @Test
    void processesThatFindTheSameHourAtTheSameMomentTellItOnce() throws Exception {
        habit();
        spend(NOW.minusSeconds(600), 20_000);
        var together = new CyclicBarrier(PROCESSES);
        try (var threads = Executors.newFixedThreadPool(PROCESSES)) {
            List<Callable<Void>> processes = Collections.nCopies(PROCESSES, () -> {
                // With a pool of its own, as a process has.
                try (var own = Database.open(
                        DatabaseSettings.of(jdbcUrl, "of-the-tests").withConnectionsMax(1))) {
                    var another = new AnomalyWatch(own, metering, clock);
                    together.await(3, TimeUnit.MINUTES);
                    another.look();
                    return null;
                }
            });
            for (Future<Void> ended : threads.invokeAll(processes)) {
                ended.get();
            }
        }

        assertThat(told()).hasSize(1);
    }

    @Test
    void whatIsUsualIsNotToldOf() {
        habit();
        spend(NOW.minusSeconds(600), 2_900);

        watch.look();

        assertThat(told()).isEmpty();
    }

    @Test
    void anAccountIsLookedAtWhereItsStateIsAndAgainOnceItIsThere() {
        habit();
        spend(NOW.minusSeconds(600), 20_000);
        metering.place(ACME, new Metering.Place.Elsewhere("other", 1));

        watch.look();
        assertThat(told()).isEmpty();

        metering.place(ACME, new Metering.Place.Here(metering.reads()));
        watch.look();
        assertThat(told()).hasSize(1);
    }

    @Test
    void anAccountThatCannotBeJudgedKeepsNoOtherFromBeingTold() {
        habit();
        spend(NOW.minusSeconds(600), 20_000);
        InvocationHandler fails = (proxy, method, arguments) -> {
            throw new StackOverflowError();
        };
        var broken = new Metering.Place.Here((AccountReads) Proxy.newProxyInstance(
                AccountReads.class.getClassLoader(), new Class<?>[] {AccountReads.class}, fails));
        // Whichever comes first: some of many come before.
        for (int i = 0; i < 20; i++) {
            Account other = Account.team("other-" + i);
            metering.place(other, broken);
            database.useAsSystem(handle -> handle.createUpdate("""
                            INSERT INTO rated_totals (account, day, events, unpriced_events, tokens, cost_nano_usd)
                            VALUES (:account, :day, 1, 0, 1, :cost)
                            """)
                    .bind("account", other.value())
                    .bind("day", NOW.atOffset(ZoneOffset.UTC).toLocalDate())
                    .bind("cost", 20_000 * PRICE)
                    .execute());
        }

        watch.look();

        assertThat(told()).hasSize(1);
    }

    private void habit() {
        metering.reads().price("m", call -> call.tokens().total() * PRICE);
        for (int ago = 1; ago <= 28; ago++) {
            spend(NOW.minus(ago, ChronoUnit.DAYS), 1_000);
        }
    }

    private void spend(Instant at, long tokens) {
        metering.add(TokenUsage.of("ann", "acme", "m", TokenCounts.ofInputOutput(tokens, 0)), at);
        metering.commit();
        LocalDate day = at.atOffset(ZoneOffset.UTC).toLocalDate();
        database.useAsSystem(handle -> handle.createUpdate("""
                        INSERT INTO rated_totals AS held (account, day, events, unpriced_events, tokens, cost_nano_usd)
                        VALUES (:account, :day, 1, 0, :tokens, :cost)
                        ON CONFLICT (account, day) DO UPDATE SET
                            events = held.events + 1, cost_nano_usd = held.cost_nano_usd + excluded.cost_nano_usd
                        """)
                .bind("account", ACME.value())
                .bind("day", day)
                .bind("tokens", tokens)
                .bind("cost", tokens * PRICE)
                .execute());
    }

    private List<String> told() {
        return database.asSystem(handle -> handle.createQuery(
                        "SELECT convert_from(record_value, 'UTF8') FROM outbox WHERE topic = 'budget.alerts' ORDER BY 1")
                .mapTo(String.class)
                .list());
    }
}

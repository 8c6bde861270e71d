package com.promptmanage.service.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.MigratedDatabase;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.testkit.ManualClock;
import com.promptmanage.topics.account.Account;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiKeysTest {

    private static final Account RED = Account.team("team_red");

    private static final Scope RED_SCOPE = new Scope.Tenant("", Set.of("team:team_red"));

    private static final Duration SOON = Duration.ofMillis(200);

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-24T12:00:00Z"));

    private final Database database = MigratedDatabase.open();

    private final ApiKeys keys = new ApiKeys(database, clock, SOON);

    @TempDir
    Path directory;

    @BeforeEach
    void seed() {
        try (var access = new Access(database, clock, AccessSettings.DEFAULTS.withPasswordMemoryKib(64))) {
            TestAccess.seed(access);
        }
    }

    @AfterEach
    void close() {
        keys.close();
        database.close();
    }

    @Test
    void recognisesAKeyByItsSecret() {
        var created = keys.create(
                RED_SCOPE,
                NewKey.of("ci", RED).withScopes(Set.of(KeyScope.INGEST)).speakingForOthers());

        assertThat(keys.caller(created.secret()))
                .contains(new Caller.Key(created.id(), RED, Set.of(KeyScope.INGEST), true));
        assertThat(created.secret()).startsWith(created.prefix());
        assertThat(keys.caller(Secrets.make("pm_"))).isEmpty();
        assertThat(keys.caller("pm_mistyped")).isEmpty();
    }

    @Test
    void keepsNoSecretAnywhere() {
        var created = keys.create(RED_SCOPE, NewKey.of("ci", RED));

        String kept = database.asSystem(
                handle -> handle.createQuery("SELECT to_jsonb(k)::text FROM api_keys k WHERE id = :id")
                        .bind("id", created.id())
                        .mapTo(String.class)
                        .one());

        assertThat(kept).contains(created.prefix()).doesNotContain(created.secret());
        assertThat(created.toString()).doesNotContain(created.secret());
        assertThat(Secrets.hash(created.secret())).isNotEqualTo(created.secret().getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void expiresByTheClockWithoutAnyoneLooking() {
        var created = keys.create(
                RED_SCOPE, NewKey.of("ci", RED).expiringAt(clock.instant().plusSeconds(60)));
        assertThat(keys.caller(created.secret())).isPresent();

        clock.advance(Duration.ofSeconds(60));

        assertThat(keys.caller(created.secret())).isEmpty();
    }

    @Test
    void isRevokedAtOnceHereAndSoonInOtherProcesses() throws Exception {
        try (var elsewhere = new ApiKeys(database, clock, SOON)) {
            var created = keys.create(RED_SCOPE, NewKey.of("ci", RED));
            assertThat(keys.caller(created.secret())).isPresent();
            assertThat(elsewhere.caller(created.secret())).isPresent();

            assertThat(keys.revoke(RED_SCOPE, created.id())).isTrue();

            assertThat(keys.caller(created.secret())).isEmpty();
            Await.until(() -> assertThat(elsewhere.caller(created.secret())).isEmpty());
            assertThat(keys.revoke(RED_SCOPE, created.id())).isFalse();
        }
    }

    @Test
    void isRevokedOnlyByItsOwnAccount() {
        var created = keys.create(RED_SCOPE, NewKey.of("ci", RED));

        assertThat(keys.revoke(new Scope.Tenant("", Set.of("team:team_blue")), created.id()))
                .isFalse();

        assertThat(keys.caller(created.secret())).isPresent();
    }

    @Test
    void afterALongTimeWithoutTheDatabaseEveryKnownKeyIsReadAgain() {
        keys.create(Scope.EVERYONE, NewKey.of("revoked meanwhile", RED));
        try (var cache = new KnownKeys(database, clock, Duration.ofHours(1))) {
            byte[] hash = database.asSystem(handle -> handle.createQuery("SELECT hash FROM api_keys WHERE name = :name")
                    .bind("name", "revoked meanwhile")
                    .mapTo(byte[].class)
                    .one());
            assertThat(cache.find(hash)).isPresent();
            database.useAsSystem(handle -> {
                handle.execute("UPDATE api_keys SET revoked_at = now() WHERE name = 'revoked meanwhile'");
                handle.execute("UPDATE api_keys SET changed_at = now() - interval '1 day' WHERE name LIKE 'revoked%'");
            });

            cache.refresh(false);
            assertThat(cache.find(hash))
                    .as("it is not among the latest changes")
                    .isPresent();
            cache.refresh(true);
            assertThat(cache.find(hash)).isEmpty();
        }
    }

    /** Every process asks every two seconds, and most keys have not changed for long. */
    @Test
    void whatHasChangedIsLookedForInTheIndexAndNotAmongAllKeys() {
        keys.create(Scope.EVERYONE, NewKey.of("new", RED));
        try (var cache = new KnownKeys(database, clock, Duration.ofHours(1))) {
            long readFromEndToEnd = database.<Long, RuntimeException>asSystem(handle -> {
                // Of a few keys the database would read all, whatever it is asked.
                handle.execute("SET LOCAL enable_seqscan = off");
                long before = readFromEndToEnd(handle);
                cache.refresh(false);
                return readFromEndToEnd(handle) - before;
            });

            assertThat(readFromEndToEnd).isZero();
        }
    }

    private static long readFromEndToEnd(Handle handle) {
        return handle.createQuery("SELECT pg_stat_get_xact_numscans('api_keys'::regclass)")
                .mapTo(Long.class)
                .one();
    }

    @Test
    void acceptsKnownKeysWhileTheDatabaseIsAway() throws Exception {
        try (EmbeddedPostgres own = EmbeddedPostgres.start(directory);
                Database there = Database.open(DatabaseSettings.of(own.jdbcUrl(), "app-password-of-tests"));
                var ownKeys = new ApiKeys(there, clock, SOON)) {
            var known = ownKeys.create(Scope.EVERYONE, NewKey.of("known", RED));
            var unseen = ownKeys.create(Scope.EVERYONE, NewKey.of("unseen", RED));
            assertThat(ownKeys.caller(known.secret())).isPresent();

            own.kill();
            Thread.sleep(SOON.multipliedBy(3));

            assertThat(ownKeys.caller(known.secret())).isPresent();
            assertThatThrownBy(() -> ownKeys.caller(unseen.secret())).isInstanceOf(UnavailableException.class);

            own.start();
            Await.until(() -> assertThat(there.isReady()).isTrue());
            assertThat(ownKeys.caller(unseen.secret())).isPresent();
            there.useAsSystem(handle -> handle.execute("UPDATE api_keys SET revoked_at = now()"));
            Await.until(() -> assertThat(ownKeys.caller(known.secret())).isEmpty());
        }
    }

    @Test
    void writesDownWhenItWasUsed() {
        var created = keys.create(RED_SCOPE, NewKey.of("ci", RED));
        assertThat(keys.caller(created.secret())).isPresent();

        keys.close();

        assertThat(database.<Instant, RuntimeException>asSystem(
                        handle -> handle.createQuery("SELECT last_used_at FROM api_keys WHERE id = :id")
                                .bind("id", created.id())
                                .mapTo(Instant.class)
                                .one()))
                .isEqualTo(clock.instant());
    }
}

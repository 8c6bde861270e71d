package com.promptmanage.service.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.MigratedDatabase;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.testkit.ManualClock;
import com.promptmanage.topics.account.Account;
import java.sql.DriverManager;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServiceKeyTest {

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-24T12:00:00Z"));

    private final String url = MigratedDatabase.url();

    /** One connection: when it is ready again, it is. */
    private final Database database = Database.open(
            DatabaseSettings.of(url, MigratedDatabase.APP_PASSWORD).withConnectionsMax(1));

    private final ApiKeys keys = new ApiKeys(database, clock, Duration.ofMillis(200));

    private final ServiceKey key = new ServiceKey(keys, "ingest-api", clock);

    @AfterEach
    void close() {
        keys.close();
        database.close();
    }

    @Test
    void whileTheDatabaseIsAwayItSaysSoWithoutAskingEveryTimeAndTheFirstKeyComesWhenItIsBack() throws Exception {
        setAway(true);
        assertThat(key.atHand()).isEmpty();
        assertThatThrownBy(key::secret).isInstanceOf(UnavailableException.class);

        setAway(false);
        assertThatThrownBy(key::secret)
                .as("asked again within the second, nobody waits for the database")
                .isInstanceOf(UnavailableException.class);
        clock.advance(Duration.ofSeconds(1));

        String secret = key.secret();
        assertThat(key.atHand()).contains(secret);
        assertThat(keys.caller(secret)).hasValueSatisfying(caller -> {
            assertThat(caller.accounts()).containsExactly(Account.user("ingest-api"));
            assertThat(caller.scopes()).containsExactly(KeyScope.QUERY);
        });
        assertThat(made()).hasSize(1);
    }

    @Test
    void itIsReplacedEachDayAndWhenItIsNotAcceptedAndNoneIsLeftAtTheEnd() throws Exception {
        String first = key.secret();
        clock.advance(Duration.ofHours(23));
        assertThat(key.secret()).isEqualTo(first);
        clock.advance(Duration.ofHours(1));
        assertThat(key.atHand()).isEmpty();

        String second = key.secret();
        assertThat(second).isNotEqualTo(first);
        assertThat(made()).as("the first is revoked").containsExactly(true, false);
        clock.advance(Duration.ofMinutes(1));
        key.refused();
        assertThat(key.secret()).isNotEqualTo(second);
        key.close();

        assertThat(made())
                .as("what was refused someone else has revoked, or it expires")
                .containsExactly(true, false, true);
    }

    @Test
    void aKeyThatCannotBeRevokedIsLeftToExpire() throws Exception {
        assertThat(key.secret()).isNotEmpty();
        setAway(true);

        key.close();

        setAway(false);
        assertThat(made()).containsExactly(false);
    }

    /** Whether each key that was made is revoked, in their order. */
    private List<Boolean> made() {
        return database.asSystem(handle -> handle.createQuery(
                        "SELECT revoked_at IS NOT NULL FROM api_keys WHERE account = :account ORDER BY created_at")
                .bind("account", Account.user("ingest-api").value())
                .mapTo(Boolean.class)
                .list());
    }

    /** Nobody gets in, and who was in is shown out. */
    private void setAway(boolean isAway) throws Exception {
        String name = url.replaceFirst(".*/([^/?]+)\\?.*", "$1");
        try (var owner = DriverManager.getConnection(EmbeddedPostgres.shared().jdbcUrl());
                var statement = owner.createStatement()) {
            statement.execute("ALTER DATABASE %s ALLOW_CONNECTIONS %s".formatted(name, !isAway));
            if (isAway) {
                statement.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'".formatted(name));
            }
        }
        if (!isAway) {
            Await.until(() -> assertThat(database.isReady()).isTrue());
        }
    }
}

package com.promptmanage.ingest.ignored;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.testkit.FailingClock;
import com.promptmanage.testkit.ManualClock;
import com.promptmanage.topics.account.Account;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class IgnoredUsageTest {

    private static final Account ACME = Account.team("acme");

    @AutoClose
    private final Database database = Database.open(DatabaseSettings.of(
            EmbeddedPostgres.shared()
                    .createDatabase(
                            "migrated",
                            empty -> Database.open(DatabaseSettings.of(empty, "app"))
                                    .close()),
            "app"));

    @Test
    void whatIsIgnoredIsWrittenDownAfterAnErrorThatTheThreadOutlives() throws Exception {
        var clock = new FailingClock(
                new ManualClock(Instant.parse("2026-11-24T12:00:00Z")), "ignored-usage", new StackOverflowError());
        try (var ignored = new IgnoredUsage(database, new SimpleMeterRegistry(), clock)) {
            Await.until(() -> assertThat(clock.left()).isZero());

            ignored.add(ACME, "traces", "shop", Reason.METRIC, 7);

            Await.until(() -> assertThat(written()).isEqualTo(1));
        }
    }

    private long written() {
        return database.asSystem(handle -> handle.createQuery("SELECT count(*) FROM ignored_usage WHERE tokens = 7")
                .mapTo(Long.class)
                .one());
    }
}

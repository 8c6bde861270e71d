package com.promptmanage.runner;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Waits;
import com.promptmanage.testkit.EmbeddedPostgres;
import java.time.Duration;

/** Databases that need no migration any more: each is a copy of one. */
public final class MigratedDatabase {

    private MigratedDatabase() {}

    /** Nobody is told that it is away because the machine stood still. */
    public static DatabaseSettings settings(String url) {
        return DatabaseSettings.of(url, "of-the-tests").withWaits(Waits.of(Duration.ofSeconds(60)));
    }

    /** Of a new one, for the superuser. */
    public static String url() {
        return EmbeddedPostgres.shared()
                .createDatabase(
                        "migrated", empty -> Database.open(settings(empty)).close());
    }
}

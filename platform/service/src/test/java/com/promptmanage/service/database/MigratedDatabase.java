package com.promptmanage.service.database;

import com.promptmanage.testkit.EmbeddedPostgres;
import java.time.Duration;

/** Databases that need no migration any more: each is a copy of one. */
public final class MigratedDatabase {

    public static final String APP_PASSWORD = "app-password-of-tests";

    /** Far longer than a machine with much to do stands still. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private MigratedDatabase() {}

    /** Of a new one, for the superuser. */
    public static String url() {
        return EmbeddedPostgres.shared()
                .createDatabase(
                        "migrated", empty -> Database.open(settings(empty)).close());
    }

    /** A new one, opened. */
    public static Database open() {
        return Database.open(settings(url()));
    }

    /** Nobody is told that it is away because the machine stood still. */
    public static DatabaseSettings settings(String url) {
        return DatabaseSettings.of(url, APP_PASSWORD).patient(PATIENCE);
    }
}

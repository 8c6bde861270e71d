package com.promptmanage.service.database;

import com.promptmanage.testkit.EmbeddedPostgres;

/** Databases that need no migration any more: each is a copy of one. */
public final class MigratedDatabase {

    public static final String APP_PASSWORD = "app-password-of-tests";

    private MigratedDatabase() {}

    /** Of a new one, for the superuser. */
    public static String url() {
        return EmbeddedPostgres.shared()
                .createDatabase(
                        "migrated",
                        empty -> Database.open(DatabaseSettings.of(empty, APP_PASSWORD))
                                .close());
    }

    /** A new one, opened. */
    public static Database open() {
        return Database.open(DatabaseSettings.of(url(), APP_PASSWORD));
    }
}

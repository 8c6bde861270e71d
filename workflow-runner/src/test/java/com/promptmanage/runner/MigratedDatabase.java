package com.promptmanage.runner;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.testkit.EmbeddedPostgres;

/** Databases that need no migration any more: each is a copy of one. */
public final class MigratedDatabase {

    private MigratedDatabase() {}

    /** Of a new one, for the superuser. */
    public static String url() {
        return EmbeddedPostgres.shared()
                .createDatabase(
                        "migrated",
                        empty -> Database.open(DatabaseSettings.of(empty, "of-the-tests"))
                                .close());
    }
}

package com.promptmanage.query.history;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.settings.BadSettingsException;

/**
 * Of which metering the history in a database is: one that has another name begins anew, and writes every event that Kafka still
 * has to {@code usage.rated} a second time. The history cannot tell that from an event whose id came again after the time for which
 * duplicates are remembered, which counts twice in the ledger as well.
 */
public final class HistoryOrigin {

    private HistoryOrigin() {}

    /**
     * Makes the history this metering's, unless it is one's already. Call it before the metering starts.
     *
     * @param applicationId of the Streams application that writes {@code usage.rated}
     * @throws BadSettingsException if it is another's
     */
    public static void claim(Database database, String applicationId) {
        String origin = database.asSystem(handle -> {
            handle.execute("SELECT pg_advisory_xact_lock(hashtextextended('history_origins', 0))");
            handle.execute(
                    "INSERT INTO history_origins SELECT ? WHERE NOT EXISTS (SELECT FROM history_origins)",
                    applicationId);
            return handle.createQuery("SELECT application_id FROM history_origins")
                    .mapTo(String.class)
                    .one();
        });
        if (!origin.equals(applicationId)) {
            throw new BadSettingsException(
                    "PM_METERING_APPLICATION_ID: the history in this database is of '%s', and another metering would have all events in it twice: set that name, or begin anew as docs/operations.md says"
                            .formatted(origin));
        }
    }
}

package com.promptmanage.runner.connector;

import com.promptmanage.service.database.Database;
import com.promptmanage.topics.account.Account;

/**
 * How many people an account may still write to today. Mail goes out in the operator's name, so no account may send so much that
 * the operator's server is taken for one of spam. All processes count together, in the database, whose clock says which day of UTC
 * it is.
 *
 * <p>Safe for use by several threads, and by several processes.
 */
final class MailAllowance {

    static final int RECIPIENTS_A_DAY = 500;

    private final Database database;

    MailAllowance(Database database) {
        this.database = database;
    }

    /**
     * Takes some of it, if it is enough; else nothing.
     *
     * @param recipients from 1 to {@value #RECIPIENTS_A_DAY}
     * @throws com.promptmanage.service.http.UnavailableException if the database cannot be asked
     */
    boolean take(Account account, int recipients) {
        // Who began before midnight and comes after those of the new day counts with them: else it would begin the old
        // one anew.
        int taken = database.asSystem(handle -> handle.createUpdate("""
                        INSERT INTO mail_counts AS c (account, day, recipients)
                        VALUES (:account, CAST(now() AT TIME ZONE 'UTC' AS date), :recipients)
                        ON CONFLICT (account) DO UPDATE
                        SET day = greatest(c.day, excluded.day),
                            recipients = excluded.recipients + CASE WHEN c.day >= excluded.day THEN c.recipients ELSE 0 END
                        WHERE excluded.recipients + CASE WHEN c.day >= excluded.day THEN c.recipients ELSE 0 END <= :max
                        """)
                .bind("account", account.value())
                .bind("recipients", recipients)
                .bind("max", RECIPIENTS_A_DAY)
                .execute());
        return taken > 0;
    }
}

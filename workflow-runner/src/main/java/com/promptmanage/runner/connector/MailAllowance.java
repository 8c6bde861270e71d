package com.promptmanage.runner.connector;

import com.promptmanage.service.database.Database;
import com.promptmanage.topics.account.Account;
import java.time.LocalDate;
import java.util.Optional;

/**
 * How many people an account may still write to today. Mail goes out in the operator's name, so no account may send so much that
 * the operator's server is taken for one of spam. All processes count together, in the database, whose clock says which day of UTC
 * it is.
 *
 * <p>Safe for use by several threads, and by several processes.
 */
final class MailAllowance {

    static final int RECIPIENTS_A_DAY = 500;

    /** A list of addresses has some that nobody has any more; who asks for more of them is asking for what there is. */
    static final int REFUSED_A_DAY = 100;

    private final Database database;

    MailAllowance(Database database) {
        this.database = database;
    }

    /**
     * Takes some of it, if it is enough; else nothing.
     *
     * @param recipients from 1 to {@value #RECIPIENTS_A_DAY}
     * @return the day of UTC of which it was taken; empty if it is not enough
     * @throws com.promptmanage.service.http.UnavailableException if the database cannot be asked
     */
    Optional<LocalDate> take(Account account, int recipients) {
        // Who began before midnight and comes after those of the new day counts with them: else it would begin the old
        // one anew.
        return database.asSystem(handle -> handle.createQuery("""
                        INSERT INTO mail_counts AS c (account, day, recipients)
                        VALUES (:account, CAST(now() AT TIME ZONE 'UTC' AS date), :recipients)
                        ON CONFLICT (account) DO UPDATE
                        SET day = greatest(c.day, excluded.day),
                            recipients = excluded.recipients + CASE WHEN c.day >= excluded.day THEN c.recipients ELSE 0 END,
                            refused = CASE WHEN c.day >= excluded.day THEN c.refused ELSE 0 END
                        WHERE excluded.recipients + CASE WHEN c.day >= excluded.day THEN c.recipients ELSE 0 END <= :max
                        RETURNING day
                        """)
                .bind("account", account.value())
                .bind("recipients", recipients)
                .bind("max", RECIPIENTS_A_DAY)
                .mapTo(LocalDate.class)
                .findOne());
    }

    /**
     * Gives back what was taken for a mail that went to nobody; nothing, if another day has begun since.
     *
     * @param day of which it was taken
     * @throws com.promptmanage.service.http.UnavailableException if the database cannot be asked
     */
    void giveBack(Account account, LocalDate day, int recipients) {
        database.useAsSystem(handle -> handle.createUpdate("""
                        UPDATE mail_counts SET recipients = recipients - :recipients
                        WHERE account = :account AND day = :day AND recipients >= :recipients
                        """)
                .bind("account", account.value())
                .bind("day", day)
                .bind("recipients", recipients)
                .execute());
    }

    /**
     * As {@link #giveBack}, for a mail that the server will not take: of so many people a day. Else whoever wants to know which
     * addresses there are could ask for as many as they like.
     *
     * @param day of which it was taken
     * @throws com.promptmanage.service.http.UnavailableException if the database cannot be asked
     */
    void giveBackRefused(Account account, LocalDate day, int recipients) {
        database.useAsSystem(handle -> handle.createUpdate("""
                        UPDATE mail_counts SET recipients = recipients - :recipients, refused = refused + :recipients
                        WHERE account = :account AND day = :day AND recipients >= :recipients
                          AND refused + :recipients <= :max
                        """)
                .bind("account", account.value())
                .bind("day", day)
                .bind("recipients", recipients)
                .bind("max", REFUSED_A_DAY)
                .execute());
    }
}

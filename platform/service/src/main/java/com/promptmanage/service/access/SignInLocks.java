package com.promptmanage.service.access;

import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Locks an e-mail address for a while after too many wrong passwords. It counts by what was typed, not by user, so that
 * a lock says nothing about who exists.
 */
final class SignInLocks {

    static final int FAILURES_MAX = 5;

    static final Duration COUNTED_FOR = Duration.ofMinutes(15);

    static final Duration LOCKED_FOR = Duration.ofMinutes(15);

    private final Clock clock;

    SignInLocks(Clock clock) {
        this.clock = clock;
    }

    /** How long the address is still locked, if it is. */
    Optional<Duration> lockOf(Handle handle, String email) {
        Instant now = clock.instant();
        return handle.createQuery("SELECT locked_until FROM sign_in_failures WHERE email_hash = :email")
                .bind("email", hash(email))
                .map((row, ctx) ->
                        Optional.ofNullable(row.getTimestamp("locked_until")).map(Timestamp::toInstant))
                .findOne()
                .flatMap(until -> until)
                .filter(now::isBefore)
                .map(until -> Duration.between(now, until));
    }

    /** Counts a wrong password, and locks at the last one that is allowed. */
    void failed(Handle handle, String email) {
        Instant now = clock.instant();
        handle.createUpdate("""
                        INSERT INTO sign_in_failures AS f (email_hash, failures, first_at)
                        VALUES (:email, 1, :now)
                        ON CONFLICT (email_hash) DO UPDATE SET
                            failures = CASE WHEN f.first_at < :old THEN 1 ELSE f.failures + 1 END,
                            first_at = CASE WHEN f.first_at < :old THEN :now ELSE f.first_at END,
                            locked_until = CASE WHEN f.first_at >= :old AND f.failures + 1 >= :max
                                                THEN :until END
                        """)
                .bind("email", hash(email))
                .bind("now", now)
                .bind("old", now.minus(COUNTED_FOR))
                .bind("max", FAILURES_MAX)
                .bind("until", now.plus(LOCKED_FOR))
                .execute();
        // The table would grow with every address that someone makes up.
        handle.createUpdate("""
                        DELETE FROM sign_in_failures WHERE email_hash IN (
                            SELECT email_hash FROM sign_in_failures
                            WHERE first_at < :old AND (locked_until IS NULL OR locked_until < :now)
                            LIMIT 100 FOR UPDATE SKIP LOCKED)
                        """)
                .bind("old", now.minus(COUNTED_FOR))
                .bind("now", now)
                .execute();
    }

    void succeeded(Handle handle, String email) {
        handle.execute("DELETE FROM sign_in_failures WHERE email_hash = ?", hash(email));
    }

    private static byte[] hash(String email) {
        return Secrets.hash(email.toLowerCase(Locale.ROOT));
    }
}

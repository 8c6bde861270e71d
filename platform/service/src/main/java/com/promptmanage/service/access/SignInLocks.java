package com.promptmanage.service.access;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Locks an e-mail address for a while after too many wrong passwords in a row: for one network after a few, so that a stranger
 * elsewhere keeps nobody out, and for all after many, so that a guess from many networks is bounded too. It counts by what was
 * typed, not by user, so that a lock says nothing about who exists.
 */
final class SignInLocks {

    /** From one network. */
    static final int FAILURES_MAX = 5;

    /**
     * From all networks together: as many failures in a row as NIST SP 800-63B has for one account. As no network gives more than
     * {@link #FAILURES_MAX} of them, it takes twenty networks to lock somebody out everywhere.
     */
    static final int FAILURES_EVERYWHERE_MAX = 100;

    static final Duration COUNTED_FOR = Duration.ofMinutes(15);

    static final Duration LOCKED_FOR = Duration.ofMinutes(15);

    /** Longer than any password is looked at: what is not known by then never will be. */
    private static final Duration LOOKED_AT_FOR = Duration.ofSeconds(30);

    private final Clock clock;

    /**
     * Why a password is not to be looked at.
     *
     * @param left how long the address is locked, unless some that are looked at come to be right
     * @param wrong how many of those that were counted are known to be wrong
     * @param max how many may be
     */
    record Lock(Duration left, int wrong, int max) {

        /** Whether there were fewer wrong ones than may be, and the others are still looked at. */
        boolean isOfThoseUnderWay() {
            return wrong < max && left.compareTo(LOCKED_FOR.minus(LOOKED_AT_FOR)) > 0;
        }
    }

    SignInLocks(Clock clock) {
        this.clock = clock;
    }

    /**
     * Counts an attempt before it is known whether it fails, so that many at once do not slip past the count. One that is refused
     * here for its network is none of those from everywhere, nor the other way round.
     *
     * @param network where it comes from, as {@link HourlyCounts#site} tells it
     * @return the lock, if there is one: then the password is not to be looked at
     */
    Optional<Lock> attempt(Handle handle, String email, String network) {
        Instant now = clock.instant();
        // Always the network first: two that lock rows in another order would wait for each other.
        Optional<Lock> lock = attempt(handle, email, hash(email, network), FAILURES_MAX, now);
        if (lock.isEmpty()) {
            lock = attempt(handle, email, hash(email), FAILURES_EVERYWHERE_MAX, now);
            if (lock.isPresent()) {
                takeBack(handle, hash(email, network), now);
            }
        }
        forgetOld(handle, now);
        return lock;
    }

    private static Optional<Lock> attempt(Handle handle, String email, byte[] counted, int max, Instant now) {
        return handle.createQuery("""
                        INSERT INTO sign_in_failures AS f (email_hash, of_email, failures, first_at)
                        VALUES (:counted, :email, 1, :now)
                        ON CONFLICT (email_hash) DO UPDATE SET (failures, first_at, wrong, locked_until) = (
                            SELECT CASE WHEN over THEN 1 ELSE least(f.failures + 1, :max) END,
                                   CASE WHEN over THEN excluded.first_at ELSE f.first_at END,
                                   CASE WHEN over THEN 0 ELSE f.wrong END,
                                   CASE WHEN over THEN NULL
                                        WHEN f.locked_until IS NOT NULL THEN f.locked_until
                                        WHEN f.failures >= :max THEN CAST(:until AS timestamptz)
                                   END
                            FROM (SELECT coalesce(f.locked_until <= excluded.first_at,
                                                  f.first_at <= CAST(:old AS timestamptz))) AS earlier (over))
                        RETURNING locked_until, wrong
                        """)
                .bind("counted", counted)
                .bind("email", hash(email))
                .bind("now", now)
                .bind("old", now.minus(COUNTED_FOR))
                .bind("max", max)
                .bind("until", now.plus(LOCKED_FOR))
                .map((row, ctx) -> {
                    int wrong = row.getInt("wrong");
                    return Optional.ofNullable(row.getTimestamp("locked_until"))
                            .map(until -> new Lock(Duration.between(now, until.toInstant()), wrong, max));
                })
                .one();
    }

    /** The table would grow with every address that someone makes up. */
    private static void forgetOld(Handle handle, Instant now) {
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

    /** An attempt is known to be wrong. It was counted already. */
    void failed(Handle handle, String email, String network) {
        for (byte[] counted : List.of(hash(email, network), hash(email))) {
            handle.execute("UPDATE sign_in_failures SET wrong = wrong + 1 WHERE email_hash = ?", counted);
        }
    }

    /**
     * Forgets the wrong ones before from this network; from everywhere, only that this was one. Where it is locked by now, of the
     * passwords that were looked at one was right, and the lock came one too early: it comes with the next but one, and those that
     * are still looked at are not forgotten.
     */
    void succeeded(Handle handle, String email, String network) {
        byte[] here = hash(email, network);
        handle.execute("DELETE FROM sign_in_failures WHERE email_hash = ? AND locked_until IS NULL", here);
        handle.execute("""
                        UPDATE sign_in_failures SET failures = failures - 1, locked_until = NULL
                        WHERE email_hash = ? AND locked_until IS NOT NULL
                        """, here);
        takeBack(handle, hash(email), clock.instant());
    }

    /**
     * An attempt that was counted came to nothing, neither right nor wrong. If the address is locked by now, the lock came one
     * too early.
     *
     * @param countedAt when that was: of attempts that began to be counted later it was none
     */
    void takeBack(Handle handle, String email, String network, Instant countedAt) {
        takeBack(handle, hash(email, network), countedAt);
        takeBack(handle, hash(email), countedAt);
    }

    private static void takeBack(Handle handle, byte[] counted, Instant countedAt) {
        handle.createUpdate("""
                        UPDATE sign_in_failures SET failures = failures - 1, locked_until = NULL
                        WHERE email_hash = :counted AND failures > 0 AND first_at <= :countedAt
                        """)
                .bind("counted", counted)
                .bind("countedAt", countedAt)
                .execute();
    }

    /** For a password that nobody has tried yet, from anywhere. */
    void lift(Handle handle, String email) {
        byte[] hash = hash(email);
        handle.execute("DELETE FROM sign_in_failures WHERE of_email = ? AND email_hash <> ?", hash, hash);
        handle.execute("DELETE FROM sign_in_failures WHERE email_hash = ?", hash);
    }

    private static byte[] hash(String email) {
        return Secrets.hash(email.toLowerCase(Locale.ROOT));
    }

    /** In capitals, which no address has left here: so nobody types what is counted for another's. */
    private static byte[] hash(String email, String network) {
        return Secrets.hash(email.toLowerCase(Locale.ROOT) + " FROM " + network);
    }
}

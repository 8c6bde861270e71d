package com.promptmanage.service.access;

import com.promptmanage.service.outbound.AddressRange;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Bounds how often something that nobody needs to sign in for is asked within an hour. Counted in the database, and so for all
 * processes together.
 */
final class HourlyCounts {

    static final Duration WINDOW = Duration.ofHours(1);

    /** Whoever has one address of version 6 has the 2^64 beside it. */
    private static final int NETWORK_BYTES = 8;

    /** The smallest network that is routed by itself: who rents one machine has neighbours' addresses, not more of these. */
    private static final int SITE_BYTES_V4 = 3;

    /** What a site is given, tunnels included: the 64 bits of one subnet would be 65,536 networks of whoever has it. */
    private static final int SITE_BYTES_V6 = 6;

    private final Clock clock;

    /**
     * Something that is counted.
     *
     * @param what by which it is known again; kept as a hash, so that nobody reads there who came from where
     * @param max how often within an hour
     */
    record Count(String what, int max) {}

    HourlyCounts(Clock clock) {
        this.clock = clock;
    }

    /**
     * Counts an attempt before it is known what comes of it.
     *
     * @param counts in turn; those behind one that is full are not counted, so that whoever has too many takes none from others
     * @return when to come again, if there were too many
     */
    Optional<Duration> attempt(Handle handle, List<Count> counts) {
        Instant now = clock.instant();
        Optional<Duration> wait = Optional.empty();
        for (Count count : counts) {
            if (wait.isEmpty()) {
                wait = attempt(handle, count, now);
            }
        }
        forgetOld(handle, now);
        return wait;
    }

    /**
     * What was counted was none of those that are to be bounded.
     *
     * @param countedAt when that was: from an hour that began later nothing is taken, for it does not count there
     */
    void takeBack(Handle handle, Count count, Instant countedAt) {
        handle.createUpdate("""
                        UPDATE sign_up_counts SET attempts = attempts - 1
                        WHERE counted = :what AND attempts > 0 AND since <= :countedAt
                        """)
                .bind("what", Secrets.hash(count.what()))
                .bind("countedAt", countedAt)
                .execute();
    }

    /** The address, or, of version 6, its network of 64 bits. */
    static String network(String address) {
        return AddressRange.address(address)
                .map(InetAddress::getAddress)
                .filter(bytes -> bytes.length > Integer.BYTES)
                .map(bytes -> HexFormat.of().formatHex(bytes, 0, NETWORK_BYTES))
                .orElse(address);
    }

    /** The network of 24 bits that the address is in, or of 48 bits if it is of version 6: what one party may well have all of. */
    static String site(String address) {
        return AddressRange.address(address)
                .map(InetAddress::getAddress)
                .map(bytes -> HexFormat.of()
                        .formatHex(bytes, 0, bytes.length > Integer.BYTES ? SITE_BYTES_V6 : SITE_BYTES_V4))
                .orElse(address);
    }

    /** One that is too many is not counted: else those that are taken back later would be missing. */
    private static Optional<Duration> attempt(Handle handle, Count count, Instant now) {
        byte[] what = Secrets.hash(count.what());
        int counted = handle.createUpdate("""
                        INSERT INTO sign_up_counts AS c (counted, attempts, since) VALUES (:what, 1, :now)
                        ON CONFLICT (counted) DO UPDATE SET (attempts, since) = (
                            SELECT CASE WHEN over THEN 1 ELSE c.attempts + 1 END,
                                   CASE WHEN over THEN excluded.since ELSE c.since END
                            FROM (SELECT c.since <= CAST(:old AS timestamptz)) AS earlier (over))
                        WHERE c.since <= CAST(:old AS timestamptz) OR c.attempts < :max
                        """)
                .bind("what", what)
                .bind("now", now)
                .bind("old", now.minus(WINDOW))
                .bind("max", count.max())
                .execute();
        // What was in the way is locked until the end of the transaction, and so still there.
        return counted == 1
                ? Optional.empty()
                : Optional.of(handle.createQuery("SELECT since FROM sign_up_counts WHERE counted = :what")
                        .bind("what", what)
                        .map((row, ctx) -> Duration.between(
                                now, row.getTimestamp("since").toInstant().plus(WINDOW)))
                        .one());
    }

    /** Last, and without waiting: two that count and clean up at once must not wait for each other. */
    private static void forgetOld(Handle handle, Instant now) {
        handle.createUpdate("""
                        DELETE FROM sign_up_counts WHERE counted IN (
                            SELECT counted FROM sign_up_counts WHERE since < :old LIMIT 100 FOR UPDATE SKIP LOCKED)
                        """).bind("old", now.minus(WINDOW)).execute();
    }
}

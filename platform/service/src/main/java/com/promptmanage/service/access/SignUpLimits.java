package com.promptmanage.service.access;

import com.promptmanage.service.outbound.AddressRange;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Bounds how many accounts are asked for within an hour, from one network and in all: each costs a hash that is slow on purpose,
 * tells whether an address is taken, and leaves a row for good. Counted in the database, and so for all processes together.
 */
final class SignUpLimits {

    static final Duration WINDOW = Duration.ofHours(1);

    /** Whoever has one address of version 6 has the 2^64 beside it. */
    private static final int NETWORK_BYTES = 8;

    private final AccessSettings.SignUpRates rates;

    private final Clock clock;

    SignUpLimits(AccessSettings.SignUpRates rates, Clock clock) {
        this.rates = rates;
        this.clock = clock;
    }

    /**
     * Counts an attempt before it is known what comes of it.
     *
     * @param address where it comes from
     * @return when to come again, if there were too many. Those that one network has too many of do not count for all
     */
    Optional<Duration> attempt(Handle handle, String address) {
        Instant now = clock.instant();
        Optional<Duration> wait = count(handle, "from " + network(address), rates.perAddress(), now);
        if (wait.isEmpty()) {
            wait = count(handle, "all", rates.inAll(), now);
        }
        forgetOld(handle, now);
        return wait;
    }

    private static Optional<Duration> count(Handle handle, String what, int max, Instant now) {
        return handle.createQuery("""
                        INSERT INTO sign_up_counts AS c (counted, attempts, since) VALUES (:what, 1, :now)
                        ON CONFLICT (counted) DO UPDATE SET (attempts, since) = (
                            SELECT CASE WHEN over THEN 1 ELSE least(c.attempts, 1000000) + 1 END,
                                   CASE WHEN over THEN excluded.since ELSE c.since END
                            FROM (SELECT c.since <= CAST(:old AS timestamptz)) AS earlier (over))
                        RETURNING attempts, since
                        """)
                .bind("what", Secrets.hash(what))
                .bind("now", now)
                .bind("old", now.minus(WINDOW))
                .map((row, ctx) -> row.getInt("attempts") <= max
                        ? Optional.<Duration>empty()
                        : Optional.of(Duration.between(
                                now, row.getTimestamp("since").toInstant().plus(WINDOW))))
                .one();
    }

    /** Last, and without waiting: two that count and clean up at once must not wait for each other. */
    private static void forgetOld(Handle handle, Instant now) {
        handle.createUpdate("""
                        DELETE FROM sign_up_counts WHERE counted IN (
                            SELECT counted FROM sign_up_counts WHERE since < :old LIMIT 100 FOR UPDATE SKIP LOCKED)
                        """).bind("old", now.minus(WINDOW)).execute();
    }

    private static String network(String address) {
        return AddressRange.address(address)
                .map(InetAddress::getAddress)
                .filter(bytes -> bytes.length > Integer.BYTES)
                .map(bytes -> HexFormat.of().formatHex(bytes, 0, NETWORK_BYTES))
                .orElse(address);
    }
}

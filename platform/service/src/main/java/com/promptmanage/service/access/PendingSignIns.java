package com.promptmanage.service.access;

import com.promptmanage.service.access.HourlyCounts.Count;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.oidc.Attempt;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Those who are at an issuer just now. In the database, so that they may come back to another process. */
final class PendingSignIns {

    static final Duration LIFETIME = Duration.ofMinutes(10);

    /** Within an hour, of those who have not come back signed in: an office behind one address comes on one morning. */
    static final int PER_NETWORK_MAX = 300;

    /** From addresses beside each other: nobody who has many is to take all of those that everyone has together. */
    static final int PER_SITE_MAX = 1_000;

    /** At a time, from everywhere: then one of those goes that came from where most came from. */
    static final int IN_ALL_MAX = 20_000;

    private final Database database;

    private final HourlyCounts counts;

    private final Clock clock;

    PendingSignIns(Database database, HourlyCounts counts, Clock clock) {
        this.database = database;
        this.counts = counts;
        this.clock = clock;
    }

    /**
     * @param target where they want to go when signed in
     * @param signedIn whose session the browser had when it was sent
     * @param afresh whether an account with their address that nobody has proved to own is to be set aside
     */
    record Pending(Attempt attempt, String target, Optional<String> signedIn, boolean afresh) {}

    /** @param startedAt when it was sent */
    record Back(Pending sent, Instant startedAt) {}

    /**
     * @param browser what the browser that is sent there carries, so that no other can come back in its place
     * @param from the address that it comes from
     * @return false if too many were sent from there within the hour: then nothing is kept
     */
    boolean keep(String issuerId, String browser, String from, Pending pending) {
        Instant now = clock.instant();
        return database.asSystem(handle -> {
            if (counts.attempt(handle, counted(from)).isPresent()) {
                return false;
            }
            forgetOld(handle, now);
            makeRoom(handle);
            handle.createUpdate("""
                            INSERT INTO pending_sign_ins (state_hash, browser_hash, issuer_id, nonce, verifier, target,
                                                          user_id, afresh, site_hash, expires_at)
                            VALUES (:state, :browser, :issuer, :nonce, :verifier, :target,
                                    :user, :afresh, :site, :expires)
                            """)
                    .bind("state", Secrets.hash(pending.attempt().state()))
                    .bind("browser", Secrets.hash(browser))
                    .bind("issuer", issuerId)
                    .bind("nonce", pending.attempt().nonce())
                    .bind("verifier", pending.attempt().verifier())
                    .bind("target", pending.target())
                    .bind("user", pending.signedIn())
                    .bind("afresh", pending.afresh())
                    .bind("site", Secrets.hash(HourlyCounts.site(from)))
                    .bind("expires", now.plus(LIFETIME))
                    .execute();
            return true;
        });
    }

    private static List<Count> counted(String from) {
        return List.of(
                new Count("sign-ins elsewhere from " + HourlyCounts.network(from), PER_NETWORK_MAX),
                new Count("sign-ins elsewhere from all of " + HourlyCounts.site(from), PER_SITE_MAX));
    }

    /**
     * Whoever has signed in is none of those that are to be bounded.
     *
     * @param from the address that they come from, if it is the same as before
     */
    void cameBack(String from, Instant startedAt) {
        database.useAsSystem(handle -> counted(from).forEach(count -> counts.takeBack(handle, count, startedAt)));
    }

    /** Once: whoever brings the state a second time finds nothing, and neither does another browser. */
    Optional<Back> take(String issuerId, String browser, String state) {
        Instant now = clock.instant();
        byte[] mark = Secrets.hash(browser);
        return database.asSystem(handle -> handle.createQuery("""
                        DELETE FROM pending_sign_ins WHERE state_hash = :state AND issuer_id = :issuer
                        RETURNING browser_hash, nonce, verifier, target, user_id, afresh, expires_at
                        """)
                .bind("state", Secrets.hash(state))
                .bind("issuer", issuerId)
                .map((row, ctx) -> {
                    Instant expiresAt = row.getTimestamp("expires_at").toInstant();
                    boolean isGood =
                            MessageDigest.isEqual(mark, row.getBytes("browser_hash")) && now.isBefore(expiresAt);
                    var sent = new Pending(
                            new Attempt(state, row.getString("nonce"), row.getString("verifier")),
                            row.getString("target"),
                            Optional.ofNullable(row.getString("user_id")),
                            row.getBoolean("afresh"));
                    return isGood ? Optional.of(new Back(sent, expiresAt.minus(LIFETIME))) : Optional.<Back>empty();
                })
                .findOne()
                .flatMap(found -> found));
    }

    /** The oldest go first: whoever still types a password there has begun lately. */
    private static void makeRoom(Handle handle) {
        long kept = handle.createQuery("SELECT count(*) FROM pending_sign_ins")
                .mapTo(Long.class)
                .one();
        if (kept < IN_ALL_MAX) {
            return;
        }
        handle.createUpdate("""
                        DELETE FROM pending_sign_ins WHERE state_hash IN (
                            SELECT state_hash FROM pending_sign_ins
                            WHERE site_hash = (SELECT site_hash FROM pending_sign_ins
                                               GROUP BY site_hash ORDER BY count(*) DESC, min(expires_at) LIMIT 1)
                            ORDER BY expires_at LIMIT :most FOR UPDATE SKIP LOCKED)
                        """).bind("most", kept - IN_ALL_MAX + 1).execute();
    }

    /** The table would grow with everyone who does not come back. */
    private static void forgetOld(Handle handle, Instant now) {
        handle.createUpdate("""
                        DELETE FROM pending_sign_ins WHERE state_hash IN (
                            SELECT state_hash FROM pending_sign_ins WHERE expires_at < :now
                            LIMIT 100 FOR UPDATE SKIP LOCKED)
                        """).bind("now", now).execute();
    }
}

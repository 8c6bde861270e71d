package com.promptmanage.service.access;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.oidc.Attempt;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Those who are at an issuer just now. In the database, so that they may come back to another process. */
final class PendingSignIns {

    static final Duration LIFETIME = Duration.ofMinutes(10);

    private final Database database;

    private final Clock clock;

    PendingSignIns(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * @param target where they want to go when signed in
     * @param signedIn whose session the browser had when it was sent
     * @param afresh whether an account with their address that nobody has proved to own is to be set aside
     */
    record Pending(Attempt attempt, String target, Optional<String> signedIn, boolean afresh) {}

    /** @param browser what the browser that is sent there carries, so that no other can come back in its place */
    void keep(String issuerId, String browser, Pending pending) {
        Instant now = clock.instant();
        database.useAsSystem(handle -> {
            handle.createUpdate("""
                            INSERT INTO pending_sign_ins (state_hash, browser_hash, issuer_id, nonce, verifier, target,
                                                          user_id, afresh, expires_at)
                            VALUES (:state, :browser, :issuer, :nonce, :verifier, :target, :user, :afresh, :expires)
                            """)
                    .bind("state", Secrets.hash(pending.attempt().state()))
                    .bind("browser", Secrets.hash(browser))
                    .bind("issuer", issuerId)
                    .bind("nonce", pending.attempt().nonce())
                    .bind("verifier", pending.attempt().verifier())
                    .bind("target", pending.target())
                    .bind("user", pending.signedIn())
                    .bind("afresh", pending.afresh())
                    .bind("expires", now.plus(LIFETIME))
                    .execute();
            forgetOld(handle, now);
        });
    }

    /** Once: whoever brings the state a second time finds nothing, and neither does another browser. */
    Optional<Pending> take(String issuerId, String browser, String state) {
        Instant now = clock.instant();
        byte[] mark = Secrets.hash(browser);
        return database.asSystem(handle -> handle.createQuery("""
                        DELETE FROM pending_sign_ins WHERE state_hash = :state AND issuer_id = :issuer
                        RETURNING browser_hash, nonce, verifier, target, user_id, afresh, expires_at
                        """)
                .bind("state", Secrets.hash(state))
                .bind("issuer", issuerId)
                .map((row, ctx) -> {
                    boolean isGood = MessageDigest.isEqual(mark, row.getBytes("browser_hash"))
                            && now.isBefore(row.getTimestamp("expires_at").toInstant());
                    return isGood
                            ? Optional.of(new Pending(
                                    new Attempt(state, row.getString("nonce"), row.getString("verifier")),
                                    row.getString("target"),
                                    Optional.ofNullable(row.getString("user_id")),
                                    row.getBoolean("afresh")))
                            : Optional.<Pending>empty();
                })
                .findOne()
                .flatMap(found -> found));
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

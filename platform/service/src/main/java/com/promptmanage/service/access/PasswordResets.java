package com.promptmanage.service.access;

import com.promptmanage.service.access.HourlyCounts.Count;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Problem.Kind;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.mail.MailException;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.topics.account.Account;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A new password for those who have forgotten theirs, by a link that is mailed to them.
 *
 * <p>Whoever asks is answered before anything is looked up: neither the answer nor its time tells whether there is such an
 * account. No mail goes to those who sign in elsewhere and have no password, and none to an operator whose address nobody has
 * proved to read: that address is what stands in the settings, and a slip there must not make someone the operator.
 *
 * <p>Who reads the address may not be who made the account. So an address that was not proven before does not count as proven
 * now, for what else the other has left in the account is still there; and the account's own keys end.
 */
final class PasswordResets implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(PasswordResets.class);

    static final Duration LIFETIME = Duration.ofHours(1);

    /** Mails to one address within an hour: enough for whoever looks into the wrong folder first, and no flood. */
    static final int PER_EMAIL_MAX = 3;

    private static final int PER_NETWORK_MAX = 30;

    /** From addresses beside each other: nobody who has many is to take all of those that everyone has together. */
    static final int PER_SITE_MAX = 100;

    private static final int IN_ALL_MAX = 500;

    private static final Duration CLOSE_MAX = Duration.ofSeconds(10);

    private final Database database;

    private final Passwords passwords;

    private final Sessions sessions;

    private final ApiKeys keys;

    private final HourlyCounts counts;

    private final Optional<Way> way;

    private final Clock clock;

    private final ExecutorService mailing = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("password-reset-", 0).factory());

    /**
     * How mails go out.
     *
     * @param publicUrl what their links begin with: what a request calls this server is its sender's word, and must not stand in
     *     a mail to someone else
     */
    record Way(Mailer mailer, URI publicUrl) {}

    private record User(String id, String email, String name, boolean isVerified) {}

    /** @param way empty where no mail can be sent */
    PasswordResets(
            Database database,
            Passwords passwords,
            Sessions sessions,
            ApiKeys keys,
            HourlyCounts counts,
            Optional<Way> way,
            Clock clock) {
        this.database = database;
        this.passwords = passwords;
        this.sessions = sessions;
        this.keys = keys;
        this.counts = counts;
        this.way = way;
        this.clock = clock;
    }

    /**
     * Has a mail sent, if there is an account with this address that has a password.
     *
     * @param email as {@link EmailAddress#parse} gives it
     * @param from the address in the network that it comes from
     * @throws ProblemException 409 {@code mail_not_set_up} if there is no way to send one; 429 if too many were asked for. Both
     *     whether there is such an account or not
     */
    void request(String email, String from) {
        Way open = way.orElseThrow(() -> new ProblemException(
                Kind.MAIL_NOT_SET_UP,
                "No mail goes out here, so no link for a new password: ask whoever runs this installation."));
        database.asSystem(handle -> counts.attempt(
                        handle,
                        List.of(
                                new Count("password resets from " + HourlyCounts.network(from), PER_NETWORK_MAX),
                                new Count("password resets from all of " + HourlyCounts.site(from), PER_SITE_MAX),
                                new Count("password resets of " + email, PER_EMAIL_MAX),
                                new Count("password resets", IN_ALL_MAX))))
                .ifPresent(wait -> {
                    throw ProblemException.rateLimited(
                            "A new password was asked for too often just now. Look into the mails that came, or wait.",
                            wait);
                });
        mailing.execute(() -> send(open, email));
    }

    private void send(Way open, String email) {
        String token = MailedToken.make();
        try {
            if (database.asSystem(handle -> isKept(handle, email, token))) {
                open.mailer().send(PasswordResetMail.of(email, token, open.publicUrl()));
            }
        } catch (MailException | RuntimeException e) {
            LOGGER.atWarn().addKeyValue("cause", e.toString()).log("a mail to set a new password was not sent");
        }
    }

    private boolean isKept(Handle handle, String email, String token) {
        Instant now = clock.instant();
        int kept = handle.createUpdate("""
                        INSERT INTO password_resets (token_hash, user_id, created_at, expires_at)
                        SELECT :hash, id, :now, :expires FROM users
                        WHERE email = :email AND disabled_at IS NULL AND password_hash IS NOT NULL
                          AND (NOT operator OR email_verified_at IS NOT NULL)
                        """)
                .bind("hash", MailedToken.hash(token))
                .bind("email", email)
                .bind("now", now)
                .bind("expires", now.plus(LIFETIME))
                .execute();
        handle.createUpdate("""
                        DELETE FROM password_resets WHERE token_hash IN (
                            SELECT token_hash FROM password_resets WHERE expires_at < :now LIMIT 100 FOR UPDATE SKIP LOCKED)
                        """).bind("now", now).execute();
        return kept == 1;
    }

    /**
     * Sets the password of whoever the mail was for, and ends all of their sessions. The link works once, and with it end the
     * others that were mailed.
     *
     * @param from whose request it is, as far as it tells: its person is not known yet
     * @throws ProblemException 400 if the token is not good, or not any more
     */
    void confirm(String token, String password, Actor from) {
        byte[] hash = MailedToken.hash(token);
        // A hash of a password is slow on purpose: only for those who have a link.
        if (!MailedToken.isOne(token) || !database.asSystem(handle -> isGood(handle, hash))) {
            throw notGood();
        }
        String passwordHash = passwords.hash(password);
        User user = database.asSystem(handle -> {
            User who = taken(handle, hash).orElseThrow(PasswordResets::notGood);
            sessions.setPassword(handle, who.id(), who.email(), passwordHash, Optional.empty());
            int revoked = who.isVerified() ? 0 : revokeKeys(handle, who.id());
            AuditLog.append(
                    handle,
                    new Actor("person", who.id(), who.name(), from.address(), from.userAgent()),
                    clock.instant(),
                    AuditEntry.added(
                            Account.user(who.id()),
                            "password_reset",
                            "user",
                            who.id(),
                            Map.of("sessions", "ended", "apiKeysRevoked", revoked)));
            return who;
        });
        sessions.forget(user.id());
        keys.refresh();
    }

    private boolean isGood(Handle handle, byte[] hash) {
        return handle.createQuery("SELECT 1 FROM password_resets WHERE token_hash = :hash AND expires_at > :now")
                .bind("hash", hash)
                .bind("now", clock.instant())
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }

    /** The account is locked first: of those who come at once with links of one person, the second finds none. */
    private Optional<User> taken(Handle handle, byte[] hash) {
        handle.createQuery("""
                        SELECT u.id FROM password_resets r JOIN users u ON u.id = r.user_id
                        WHERE r.token_hash = :hash FOR NO KEY UPDATE OF u
                        """).bind("hash", hash).mapTo(String.class).findOne();
        return handle.createQuery("""
                        DELETE FROM password_resets r USING users u
                        WHERE r.token_hash = :hash AND r.expires_at > :now AND u.id = r.user_id AND u.disabled_at IS NULL
                        RETURNING u.id, u.email, u.name, u.email_verified_at IS NOT NULL AS verified
                        """)
                .bind("hash", hash)
                .bind("now", clock.instant())
                .map((row, ctx) -> new User(
                        row.getString("id"), row.getString("email"), row.getString("name"), row.getBoolean("verified")))
                .findOne();
    }

    private int revokeKeys(Handle handle, String userId) {
        return handle.createUpdate(
                        "UPDATE api_keys SET revoked_at = :now WHERE account = :account AND revoked_at IS NULL")
                .bind("account", Account.user(userId).value())
                .bind("now", clock.instant())
                .execute();
    }

    private static ProblemException notGood() {
        return ProblemException.invalid(
                "token",
                "is not good, or not any more: a link works once, within an hour",
                "Ask for another mail, and open the link in it.");
    }

    /** Lets mails that are on their way go out, for a moment. */
    @Override
    public void close() {
        mailing.shutdown();
        try {
            if (!mailing.awaitTermination(CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                mailing.shutdownNow();
            }
        } catch (InterruptedException e) {
            mailing.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}

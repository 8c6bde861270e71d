package com.promptmanage.service.access;

import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.ShownText;
import com.promptmanage.service.oidc.Identity;
import com.promptmanage.topics.account.Account;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Which account is whose, of those who sign in elsewhere.
 *
 * <p>What joins an identity with an account is a verified address, and nothing else: else whoever can write any address at some
 * issuer has everyone's account. An account that someone has made with that address, without proof that it is theirs, is joined
 * only for who is signed in to it: they have proved both. For anyone else it is set aside, if they say that it is not theirs, and
 * they get a new one. So nothing that a stranger has put there before (sessions, keys, teams, workflows, hooks, shares,
 * credentials) is ever in the account of the address's owner.
 */
final class Identities {

    /** Someone has made an account with that address, and nobody has proved that it is theirs. */
    static final String UNPROVEN = "account_unproven";

    /** No mail goes there, and nobody can prove to read it. */
    private static final String ASIDE_DOMAIN = "set-aside.invalid";

    private final Database database;

    private final Sessions sessions;

    private final SignUp signUp;

    private final ApiKeys keys;

    private final Clock clock;

    private volatile Welcome welcome = (handle, userId, email) -> {};

    Identities(Database database, Sessions sessions, SignUp signUp, ApiKeys keys, Clock clock) {
        this.database = database;
        this.sessions = sessions;
        this.signUp = signUp;
        this.keys = keys;
        this.clock = clock;
    }

    void whenVerified(Welcome other) {
        welcome = other;
    }

    /** What comes of it. */
    sealed interface Outcome {

        /** @param setAside whose account was, to make room for theirs */
        record In(Sessions.SignedIn signedIn, Optional<String> setAside) implements Outcome {}

        /** @param problem as the page to sign in knows it */
        record Out(String problem) implements Outcome {}
    }

    private record User(String id, String name, boolean isVerified, boolean isOperator, boolean isDisabled) {}

    /**
     * Who comes, besides what the issuer says of them.
     *
     * @param mayBeNew whether someone who is not known gets an account
     * @param signedIn the user whose session they have
     * @param afresh whether they say that an account with their address that nobody has proved to own is not theirs
     * @param from where the request comes from, for the log: its person is not known yet
     */
    record Coming(boolean mayBeNew, Optional<String> signedIn, boolean afresh, Actor from) {}

    Outcome signIn(Identity identity, Coming coming) {
        Optional<String> address = identity.emailVerified() && identity.email() != null
                ? EmailAddress.parse(identity.email())
                : Optional.empty();
        Outcome outcome = database.asSystem(handle -> {
            // Two tabs of one browser, or two issuers that tell of one address, take turns.
            lock(handle, identity.issuer() + " " + identity.subject());
            address.ifPresent(email -> lock(handle, email));
            Optional<User> linked = linked(handle, identity);
            return linked.isPresent() ? open(handle, linked.get()) : unknown(handle, identity, address, coming);
        });
        if (outcome instanceof Outcome.In in && in.setAside().isPresent()) {
            // Who was shown out is out here at once.
            sessions.forget(in.setAside().get());
            keys.refresh();
        }
        return outcome;
    }

    private Outcome unknown(Handle handle, Identity identity, Optional<String> address, Coming coming) {
        if (address.isEmpty()) {
            return new Outcome.Out("email_unverified");
        }
        Optional<User> user = withAddress(handle, address.get());
        if (user.isEmpty()) {
            return signUp(handle, identity, address.get(), coming, Optional.empty());
        }
        User known = user.get();
        if (!known.isDisabled() && !known.isVerified()) {
            return unproven(handle, identity, address.get(), known, coming);
        }
        if (!known.isDisabled()) {
            link(handle, identity, known, coming.from());
        }
        return open(handle, known);
    }

    /** Someone made this account with an address of which they have proved nothing. */
    private Outcome unproven(Handle handle, Identity identity, String address, User known, Coming coming) {
        if (known.isOperator()) {
            // That address is what the operator wrote into the settings. A slip there must not make someone the
            // operator.
            return new Outcome.Out("operator_account");
        }
        if (coming.signedIn().filter(known.id()::equals).isPresent()) {
            prove(handle, known);
            link(handle, identity, known, coming.from());
            welcome.verified(handle, known.id(), address);
            return open(handle, known);
        }
        if (!coming.afresh()) {
            return new Outcome.Out(UNPROVEN);
        }
        if (coming.mayBeNew()) {
            setAside(handle, known, address, coming.from());
        }
        return signUp(handle, identity, address, coming, Optional.of(known.id()));
    }

    private Outcome signUp(Handle handle, Identity identity, String address, Coming coming, Optional<String> setAside) {
        if (!coming.mayBeNew()) {
            return new Outcome.Out("sign_up_closed");
        }
        String name = name(identity, address);
        String id = signUp.insert(handle, address, name, Optional.empty(), true).orElseThrow();
        link(handle, identity, new User(id, name, true, false, false), coming.from());
        welcome.verified(handle, id, address);
        return new Outcome.In(sessions.open(handle, id), setAside);
    }

    private Outcome open(Handle handle, User user) {
        return user.isDisabled()
                ? new Outcome.Out("account_disabled")
                : new Outcome.In(sessions.open(handle, user.id()), Optional.empty());
    }

    private void prove(Handle handle, User user) {
        handle.createUpdate("UPDATE users SET email_verified_at = :now, updated_at = :now WHERE id = :id")
                .bind("id", user.id())
                .bind("now", clock.instant())
                .execute();
    }

    private void link(Handle handle, Identity identity, User user, Actor from) {
        Instant now = clock.instant();
        handle.createUpdate("""
                        INSERT INTO user_identities (issuer, subject, user_id, linked_at)
                        VALUES (:issuer, :subject, :user, :now)
                        """)
                .bind("issuer", identity.issuer())
                .bind("subject", identity.subject())
                .bind("user", user.id())
                .bind("now", now)
                .execute();
        AuditLog.append(
                handle,
                as(user, from),
                now,
                AuditEntry.added(
                        Account.user(user.id()),
                        "identity_linked",
                        "user",
                        user.id(),
                        Map.of("issuer", identity.issuer(), "subject", identity.subject())));
    }

    /** The account stays, with what is in it, but nobody signs in to it any more, and its keys open nothing. */
    private void setAside(Handle handle, User user, String address, Actor from) {
        Instant now = clock.instant();
        handle.createUpdate("""
                        UPDATE users SET email = lower(id) || :asideOf, disabled_at = :now, updated_at = :now WHERE id = :id
                        """)
                .bind("id", user.id())
                .bind("asideOf", "@" + ASIDE_DOMAIN)
                .bind("now", now)
                .execute();
        handle.createUpdate("UPDATE sessions SET revoked_at = :now WHERE user_id = :id AND revoked_at IS NULL")
                .bind("id", user.id())
                .bind("now", now)
                .execute();
        int revoked = handle.createUpdate("""
                        UPDATE api_keys SET revoked_at = :now
                        WHERE (account = :account OR created_by = :id) AND revoked_at IS NULL
                        """)
                .bind("account", Account.user(user.id()).value())
                .bind("id", user.id())
                .bind("now", now)
                .execute();
        AuditLog.append(
                handle,
                as(user, from),
                now,
                AuditEntry.removed(
                        Account.user(user.id()),
                        "account_set_aside",
                        "user",
                        user.id(),
                        Map.of("email", address, "sessions", "ended", "apiKeys", revoked)));
    }

    private static void lock(Handle handle, String what) {
        handle.execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "identity " + what);
    }

    private static Optional<User> linked(Handle handle, Identity identity) {
        return handle.createQuery("""
                        SELECT u.id, u.name, u.email_verified_at IS NOT NULL AS verified, u.operator,
                               u.disabled_at IS NOT NULL AS disabled
                        FROM user_identities i JOIN users u ON u.id = i.user_id
                        WHERE i.issuer = :issuer AND i.subject = :subject
                        """)
                .bind("issuer", identity.issuer())
                .bind("subject", identity.subject())
                .map((row, ctx) -> new User(
                        row.getString("id"),
                        row.getString("name"),
                        row.getBoolean("verified"),
                        row.getBoolean("operator"),
                        row.getBoolean("disabled")))
                .findOne();
    }

    private static Optional<User> withAddress(Handle handle, String email) {
        return handle.createQuery("""
                        SELECT id, name, email_verified_at IS NOT NULL AS verified, operator,
                               disabled_at IS NOT NULL AS disabled
                        FROM users WHERE email = :email FOR UPDATE
                        """)
                .bind("email", email)
                .map((row, ctx) -> new User(
                        row.getString("id"),
                        row.getString("name"),
                        row.getBoolean("verified"),
                        row.getBoolean("operator"),
                        row.getBoolean("disabled")))
                .findOne();
    }

    /** As the issuer says, or what stands before the @. */
    private static String name(Identity identity, String address) {
        String told = identity.name() == null ? "" : ShownText.plain(identity.name());
        String name = told.isEmpty() ? address.substring(0, address.indexOf('@')) : told;
        return ShownText.characters(name) <= AuthRoutes.NAME_LENGTH_MAX
                ? name
                : name.substring(0, name.offsetByCodePoints(0, AuthRoutes.NAME_LENGTH_MAX));
    }

    private static Actor as(User user, Actor from) {
        return new Actor("person", user.id(), user.name(), from.address(), from.userAgent());
    }
}

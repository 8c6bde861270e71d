package com.promptmanage.service.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.service.id.Ids;
import com.promptmanage.topics.account.Account;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;

/**
 * People sign in with e-mail and password, and carry a token for at most 24 hours. The token is random and only its
 * SHA-256 is kept; so it can be revoked, and who reads the table cannot use it.
 *
 * <p>What a token stands for, roles included, is remembered for {@link #REMEMBERED}: that long a revoked session or a
 * lost role still counts in other processes.
 *
 * <p>Of one person {@link #OPEN_MAX} are open; one more ends the oldest.
 */
public final class Sessions {

    static final Duration LIFETIME = Duration.ofHours(24);

    /** More than anyone has browsers and programs that sign in: whoever signs in for each call fills no table. */
    static final int OPEN_MAX = 50;

    /** Wrong passwords of someone who is signed in are counted together, wherever they come from, and apart from sign-ins. */
    private static final String ANOTHER_PASSWORD = "a session";

    static final Duration REMEMBERED = Duration.ofSeconds(3);

    private static final String UNDER_WAY =
            "Too many sign-ins with this address are under way. Wait a moment, then try again.";

    private static final String USERS =
            "SELECT id, email, name, password_hash, operator FROM users WHERE disabled_at IS NULL AND ";

    private final Database database;

    private final Clock clock;

    private final Ids ids;

    private final Passwords passwords;

    private final SignInLocks locks;

    private final Cache<ByteBuffer, Caller.Person> remembered = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(REMEMBERED)
            .build();

    /** How often something was forgotten: what was looked up before may be of before. */
    private final AtomicLong forgotten = new AtomicLong();

    /** @param token to be sent as {@code Authorization: Bearer}: kept nowhere */
    public record SignedIn(String token, Instant expiresAt, Caller.Person person) {

        @Override
        public String toString() {
            return "SignedIn[%s until %s]".formatted(person.userId(), expiresAt);
        }
    }

    private record User(String id, String email, String name, Optional<String> passwordHash, boolean operator) {}

    Sessions(Database database, Clock clock, Passwords passwords) {
        this.database = database;
        this.clock = clock;
        this.ids = new Ids(clock);
        this.passwords = passwords;
        this.locks = new SignInLocks(clock);
    }

    /** As {@link #signIn(String, String, String)}, from this machine. */
    public SignedIn signIn(String email, String password) {
        return signIn(email, password, "127.0.0.1");
    }

    /**
     * The same answer, in the same time, for a wrong password, for someone who does not exist, and for someone who may
     * not sign in.
     *
     * @param from the address that it comes from
     * @throws ProblemException 401 if they do not match; 429 after too many that did not, until the lock ends
     */
    SignedIn signIn(String email, String password, String from) {
        String address = email.strip().toLowerCase(Locale.ROOT);
        String network = HourlyCounts.site(from);
        return unlessWrong(address, network, () -> openedFor(address, network, password))
                .orElseThrow(Sessions::wrong);
    }

    /** Nothing if the password is wrong. */
    private Optional<SignedIn> openedFor(String address, String network, String password) {
        Optional<User> user = database.asSystem(handle -> userWithEmail(handle, address));
        if (!passwords.matches(password, user.flatMap(User::passwordHash)) || user.isEmpty()) {
            return Optional.empty();
        }
        return database.asSystem(handle -> {
            // Who changed the password meanwhile has ended every session, and this one would come after.
            Optional<User> still = userOf(handle.createQuery(USERS + "id = :id FOR SHARE")
                            .bind("id", user.get().id()))
                    .filter(same -> same.passwordHash().equals(user.get().passwordHash()));
            return still.map(same -> {
                locks.succeeded(handle, address, network);
                return open(handle, same);
            });
        });
    }

    private static ProblemException wrong() {
        return ProblemException.unauthenticated("E-mail and password do not match.");
    }

    /** Opens a session for someone whose identity was proved otherwise. In the transaction that proved it. */
    SignedIn open(Handle handle, String userId) {
        return open(handle, userWithId(handle, userId).orElseThrow());
    }

    /**
     * Changes the password of someone who knows the old one, and ends their other sessions: whoever else knew it is out.
     *
     * @throws ProblemException 400 if the old one is wrong, or they have none; 429 after too many wrong ones
     */
    void changePassword(Caller.Person person, Actor actor, String current, String next) {
        if (unlessWrong(person.email(), ANOTHER_PASSWORD, () -> changed(person, actor, current, next))
                .isEmpty()) {
            throw ProblemException.invalid("currentPassword", "is not your password", "Send the one you sign in with.");
        }
        forget(person.userId());
    }

    /** Nothing if the current password is wrong. */
    private Optional<Caller.Person> changed(Caller.Person person, Actor actor, String current, String next) {
        Optional<User> user = database.asSystem(handle -> userWithId(handle, person.userId()));
        if (!passwords.matches(current, user.flatMap(User::passwordHash))) {
            return Optional.empty();
        }
        String hash = passwords.hash(next);
        Instant now = clock.instant();
        database.useAsSystem(handle -> {
            requireStill(handle, person, user.flatMap(User::passwordHash));
            setPassword(handle, person.userId(), person.email(), hash, Optional.of(person.sessionId()));
            AuditLog.append(
                    handle,
                    actor,
                    now,
                    new AuditEntry(
                            Account.user(person.userId()), "password_changed", "user", person.userId(), null, null));
        });
        return Optional.of(person);
    }

    /**
     * Whoever has set another password meanwhile, or ended this session, may have done so because someone else is in it: then
     * theirs is the one that counts.
     */
    private void requireStill(Handle handle, Caller.Person person, Optional<String> passwordHash) {
        boolean isSame = userOf(
                        handle.createQuery(USERS + "id = :id FOR UPDATE").bind("id", person.userId()))
                .filter(still -> still.passwordHash().equals(passwordHash))
                .isPresent();
        boolean isOpen = handle.createQuery("SELECT 1 FROM sessions WHERE id = :id AND revoked_at IS NULL")
                .bind("id", person.sessionId())
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
        if (!isSame || !isOpen) {
            throw ProblemException.unauthenticated("The session has ended. Sign in again.");
        }
    }

    /**
     * In the transaction of whoever has proved to be the user. What the old one opened is closed: their sessions end, and so do
     * links for a new one that were mailed. Who does it forgets them here afterwards.
     *
     * @param keptSession the session that goes on; empty for none
     */
    void setPassword(Handle handle, String userId, String email, String passwordHash, Optional<String> keptSession) {
        Instant now = clock.instant();
        handle.createUpdate("UPDATE users SET password_hash = :hash, updated_at = :now WHERE id = :id")
                .bind("hash", passwordHash)
                .bind("now", now)
                .bind("id", userId)
                .execute();
        handle.createUpdate("""
                        UPDATE sessions SET revoked_at = :now
                        WHERE user_id = :user AND id IS DISTINCT FROM CAST(:kept AS text) AND revoked_at IS NULL
                        """)
                .bind("now", now)
                .bind("user", userId)
                .bind("kept", keptSession)
                .execute();
        handle.execute("DELETE FROM password_resets WHERE user_id = ?", userId);
        locks.lift(handle, email);
    }

    /** What was changed about a user counts here at once; in other processes when they no longer remember the old. */
    public void forget(String userId) {
        forget(one -> one.userId().equals(userId));
    }

    private synchronized void forget(Predicate<Caller.Person> whose) {
        forgotten.incrementAndGet();
        remembered.asMap().values().removeIf(whose);
    }

    /** Unless something was forgotten since it was looked up. */
    private synchronized void remember(ByteBuffer hash, Caller.Person person, long forgottenBefore) {
        if (forgotten.get() == forgottenBefore) {
            remembered.put(hash, person);
        }
    }

    /** Ends the session; the token is worth nothing from now on. */
    public void signOut(Caller.Person person) {
        database.useAsSystem(handle -> handle.createUpdate(
                        "UPDATE sessions SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL")
                .bind("now", clock.instant())
                .bind("id", person.sessionId())
                .execute());
        forget(one -> one.sessionId().equals(person.sessionId()));
    }

    /** Who carries this token; nothing if there is no such session, or it has ended. */
    Optional<Caller.Person> caller(String token) {
        if (!Secrets.isWhole(Secrets.SESSION_PREFIX, token)) {
            return Optional.empty();
        }
        ByteBuffer hash = ByteBuffer.wrap(Secrets.hash(token));
        Caller.Person known = remembered.getIfPresent(hash);
        if (known != null) {
            return Optional.of(known);
        }
        long before = forgotten.get();
        Optional<Caller.Person> found = database.asSystem(handle -> personOf(handle, hash.array()));
        found.ifPresent(person -> remember(hash, person, before));
        return found;
    }

    private SignedIn open(Handle handle, User user) {
        String token = Secrets.make(Secrets.SESSION_PREFIX);
        Instant now = clock.instant();
        String id = ids.next("ses");
        endOldest(handle, user.id(), now);
        handle.createUpdate("""
                        INSERT INTO sessions (id, token_hash, user_id, created_at, expires_at)
                        VALUES (:id, :hash, :user, :now, :expires)
                        """)
                .bind("id", id)
                .bind("hash", Secrets.hash(token))
                .bind("user", user.id())
                .bind("now", now)
                .bind("expires", now.plus(LIFETIME))
                .execute();
        forgetOld(handle, now);
        return new SignedIn(
                token,
                now.plus(LIFETIME),
                new Caller.Person(
                        user.id(), user.email(), user.name(), id, rolesOf(handle, user.id()), user.operator()));
    }

    /** So that there is room for one more. What has ended already is not kept either. */
    private static void endOldest(Handle handle, String userId, Instant now) {
        handle.createUpdate("""
                        DELETE FROM sessions WHERE user_id = :user AND id NOT IN (
                            SELECT id FROM sessions
                            WHERE user_id = :user AND revoked_at IS NULL AND expires_at > :now
                            ORDER BY created_at DESC, id DESC LIMIT :kept)
                        """)
                .bind("user", userId)
                .bind("now", now)
                .bind("kept", OPEN_MAX - 1)
                .execute();
    }

    /** Also of those who never come back: the table would grow with each of them. */
    private static void forgetOld(Handle handle, Instant now) {
        handle.createUpdate("""
                        DELETE FROM sessions WHERE id IN (
                            SELECT id FROM sessions WHERE expires_at < :now LIMIT 100 FOR UPDATE SKIP LOCKED)
                        """).bind("now", now).execute();
    }

    /**
     * Counts an attempt before it is made, so that many at once do not slip past the count, and takes it back if the password
     * was not what it failed by.
     *
     * @param attempt nothing if the password is wrong; throws if something else was in the way
     */
    private <T> Optional<T> unlessWrong(String address, String network, Supplier<Optional<T>> attempt) {
        database.asSystem(handle -> locks.attempt(handle, address, network)).ifPresent(lock -> {
            throw refusal(lock);
        });
        Instant countedAt = clock.instant();
        Optional<T> answer;
        try {
            answer = attempt.get();
        } catch (RuntimeException e) {
            takeBack(address, network, countedAt, e);
            throw e;
        }
        if (answer.isEmpty()) {
            database.useAsSystem(handle -> locks.failed(handle, address, network));
        }
        return answer;
    }

    /** Whether only those that are looked at are in the way: nobody has looked at this one, which may be right. */
    static boolean isForThoseUnderWay(ProblemException refused) {
        return UNDER_WAY.equals(refused.problem().detail());
    }

    private static ProblemException refusal(SignInLocks.Lock lock) {
        return lock.isOfThoseUnderWay()
                ? ProblemException.rateLimited(UNDER_WAY, Duration.ofSeconds(2))
                : ProblemException.rateLimited(
                        "Too many wrong passwords for this address. Wait, then try again.", lock.left());
    }

    private void takeBack(String address, String network, Instant countedAt, RuntimeException unanswered) {
        try {
            database.useAsSystem(handle -> locks.takeBack(handle, address, network, countedAt));
        } catch (UnavailableException e) {
            // With the database away nobody is let in or locked out; what was in the way first is the answer.
            unanswered.addSuppressed(e);
        }
    }

    private static Optional<User> userWithId(Handle handle, String id) {
        return userOf(handle.createQuery(USERS + "id = :id").bind("id", id));
    }

    private static Optional<User> userWithEmail(Handle handle, String email) {
        return userOf(handle.createQuery(USERS + "email = :email").bind("email", email));
    }

    private static Optional<User> userOf(Query query) {
        return query.map((row, ctx) -> new User(
                        row.getString("id"),
                        row.getString("email"),
                        row.getString("name"),
                        Optional.ofNullable(row.getString("password_hash")),
                        row.getBoolean("operator")))
                .findOne();
    }

    private Optional<Caller.Person> personOf(Handle handle, byte[] tokenHash) {
        return handle.createQuery("""
                        SELECT s.id AS session_id, u.id, u.email, u.name, u.operator
                        FROM sessions s JOIN users u ON u.id = s.user_id
                        WHERE s.token_hash = :hash AND s.revoked_at IS NULL AND s.expires_at > :now
                          AND u.disabled_at IS NULL
                        """)
                .bind("hash", tokenHash)
                .bind("now", clock.instant())
                .map((row, ctx) -> new Caller.Person(
                        row.getString("id"),
                        row.getString("email"),
                        row.getString("name"),
                        row.getString("session_id"),
                        rolesOf(handle, row.getString("id")),
                        row.getBoolean("operator")))
                .findOne();
    }

    private static Map<String, Role> rolesOf(Handle handle, String userId) {
        return handle.createQuery("""
                        SELECT m.team_id, m.role
                        FROM team_members m JOIN teams t ON t.id = m.team_id
                        WHERE m.user_id = :user AND t.deleted_at IS NULL
                        """).bind("user", userId).reduceResultSet(new HashMap<>(), (roles, row, ctx) -> {
            roles.put(row.getString("team_id"), Role.of(row.getString("role")));
            return roles;
        });
    }
}

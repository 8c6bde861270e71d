package com.promptmanage.service.access;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.id.Ids;
import java.time.Clock;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * People who come by themselves. With the person comes their own account, {@code user:<id>}: what they send without a team
 * is theirs, with budgets and keys of its own.
 */
final class SignUp {

    private final Database database;

    private final Passwords passwords;

    private final Sessions sessions;

    private final SignUpLimits limits;

    private final Ids ids;

    private final Clock clock;

    SignUp(Database database, Passwords passwords, Sessions sessions, SignUpLimits limits, Clock clock) {
        this.database = database;
        this.passwords = passwords;
        this.sessions = sessions;
        this.limits = limits;
        this.ids = new Ids(clock);
        this.clock = clock;
    }

    /**
     * Makes the person and signs them in. Nothing proves that the address is theirs, so it does not count as verified.
     *
     * @param email as {@link EmailAddress#parse} gives it
     * @param from the address in the network that it comes from
     * @throws ProblemException 409 if someone has this address already; 429 if too many were asked for
     */
    Sessions.SignedIn register(String email, String name, String password, String from) {
        database.asSystem(handle -> limits.attempt(handle, from)).ifPresent(wait -> {
            throw ProblemException.rateLimited(
                    "Too many accounts were asked for just now. Come again later, or ask whoever runs this installation.",
                    wait);
        });
        String hash = passwords.hash(password);
        return database.asSystem(handle -> insert(handle, email, name, Optional.of(hash), false)
                .map(id -> sessions.open(handle, id))
                .orElseThrow(() -> ProblemException.conflict(
                        "Someone has signed up with this e-mail address already: sign in, or use another.")));
    }

    /** @return the new user's id; nothing if someone has this address */
    Optional<String> insert(
            Handle handle, String email, String name, Optional<String> passwordHash, boolean isVerified) {
        return handle.createQuery("""
                        INSERT INTO users (id, email, name, password_hash, created_at, updated_at, email_verified_at)
                        VALUES (:id, :email, :name, :hash, :now, :now,
                                CASE WHEN :verified THEN CAST(:now AS timestamptz) END)
                        ON CONFLICT (email) DO NOTHING
                        RETURNING id
                        """)
                .bind("id", ids.next("usr"))
                .bind("email", email)
                .bind("name", name)
                .bind("hash", passwordHash)
                .bind("now", clock.instant())
                .bind("verified", isVerified)
                .mapTo(String.class)
                .findOne();
    }
}

package com.promptmanage.service.access;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.id.Ids;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts people and teams there with ids that are known beforehand: for a first operator, for demonstrations, for tests. */
public final class People {

    private static final Logger LOGGER = LoggerFactory.getLogger(People.class);

    private final Database database;

    private final Passwords passwords;

    private final Ids ids;

    /** @param password in clear; empty for someone who does not sign in here */
    public record NewUser(String id, String email, String name, Optional<String> password) {

        @Override
        public String toString() {
            return "NewUser[%s, %s]".formatted(id, email);
        }
    }

    /** @param timezone an IANA name */
    public record NewTeam(String id, String name, String slug, String timezone) {}

    People(Database database, Passwords passwords, Clock clock) {
        this.database = database;
        this.passwords = passwords;
        this.ids = new Ids(clock);
    }

    /**
     * Creates the user unless there is one with this id; who is there stays as they are, password included.
     *
     * @return whether the user was created now
     */
    public boolean ensureUser(NewUser user) {
        if (database.asSystem(handle -> exists(handle, user.id()))) {
            return false;
        }
        Optional<String> hash = user.password().map(passwords::hash);
        return database.asSystem(handle -> handle.createUpdate("""
                                INSERT INTO users (id, email, name, password_hash)
                                VALUES (:id, :email, :name, :hash) ON CONFLICT (id) DO NOTHING
                                """)
                        .bind("id", user.id())
                        .bind("email", user.email().strip().toLowerCase(Locale.ROOT))
                        .bind("name", user.name())
                        .bind("hash", hash)
                        .execute()
                == 1);
    }

    /** Creates the team unless there is one with this id. */
    public boolean ensureTeam(NewTeam team) {
        return database.asSystem(handle -> handle.createUpdate("""
                                INSERT INTO teams (id, name, slug, timezone)
                                VALUES (:id, :name, :slug, :timezone) ON CONFLICT (id) DO NOTHING
                                """)
                        .bind("id", team.id())
                        .bind("name", team.name())
                        .bind("slug", team.slug())
                        .bind("timezone", team.timezone())
                        .execute()
                == 1);
    }

    /** Makes the user a member with this role; who is a member already gets it. */
    public void ensureMember(String teamId, String userId, Role role) {
        database.useAsSystem(handle -> handle.createUpdate("""
                        INSERT INTO team_members (team_id, user_id, role) VALUES (:team, :user, :role)
                        ON CONFLICT (team_id, user_id) DO UPDATE SET role = excluded.role
                        """)
                .bind("team", teamId)
                .bind("user", userId)
                .bind("role", role.code())
                .execute());
    }

    /**
     * Makes who runs the installation, unless they are there. Someone else who signed up with that address before is not
     * given the operator's rights.
     *
     * @return whether the operator is there now
     */
    boolean ensureOperator(AccessSettings.Operator operator) {
        Optional<Boolean> known = database.asSystem(handle -> isOperator(handle, operator.email()));
        if (known.isEmpty()) {
            String hash = passwords.hash(operator.password());
            database.useAsSystem(handle -> handle.createUpdate("""
                            INSERT INTO users (id, email, name, password_hash, operator)
                            VALUES (:id, :email, 'Operator', :hash, true) ON CONFLICT DO NOTHING
                            """)
                    .bind("id", ids.next("usr"))
                    .bind("email", operator.email())
                    .bind("hash", hash)
                    .execute());
            known = database.asSystem(handle -> isOperator(handle, operator.email()));
        }
        if (known.equals(Optional.of(false))) {
            LOGGER.atWarn()
                    .log("the operator's address belongs to someone who signed up by themselves: choose another");
        }
        return known.orElse(false);
    }

    private static Optional<Boolean> isOperator(Handle handle, String email) {
        return handle.createQuery("SELECT operator FROM users WHERE email = :email")
                .bind("email", email)
                .mapTo(Boolean.class)
                .findOne();
    }

    private static boolean exists(Handle handle, String userId) {
        return handle.createQuery("SELECT 1 FROM users WHERE id = :id")
                .bind("id", userId)
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }
}

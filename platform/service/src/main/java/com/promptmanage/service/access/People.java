package com.promptmanage.service.access;

import com.promptmanage.service.database.Database;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** Puts people and teams there with ids that are known beforehand: for a first operator, for demonstrations, for tests. */
public final class People {

    private final Database database;

    private final Passwords passwords;

    /** @param password in clear; empty for someone who does not sign in here */
    public record NewUser(String id, String email, String name, Optional<String> password) {

        @Override
        public String toString() {
            return "NewUser[%s, %s]".formatted(id, email);
        }
    }

    /** @param timezone an IANA name */
    public record NewTeam(String id, String name, String slug, String timezone) {}

    People(Database database, Passwords passwords) {
        this.database = database;
        this.passwords = passwords;
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

    private static boolean exists(Handle handle, String userId) {
        return handle.createQuery("SELECT 1 FROM users WHERE id = :id")
                .bind("id", userId)
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
    }
}

package com.promptmanage.service.access;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.tier.Features;
import com.promptmanage.service.tier.Tier;
import com.promptmanage.service.tier.Tiers;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** What people are told about themselves: who they are, their teams, and what each account may use. */
final class Profiles {

    private final Database database;

    private final Tiers tiers;

    /**
     * @param tier of their own account
     * @param features what their own account may use; for a team's, see there
     * @param hasPassword whether they can sign in with one
     */
    record Profile(
            String id,
            String email,
            String name,
            boolean emailVerified,
            boolean hasPassword,
            boolean operator,
            String tier,
            Features features,
            List<Membership> teams) {}

    record Membership(
            String id, String name, String slug, String role, String timezone, String tier, Features features) {}

    Profiles(Database database, Tiers tiers) {
        this.database = database;
        this.tiers = tiers;
    }

    Profile of(Caller.Person person) {
        // As the system: whether there is a password is nothing that a tenant's transaction may look at.
        return database.asSystem(handle -> handle.createQuery("""
                        SELECT email_verified_at IS NOT NULL AS verified, password_hash IS NOT NULL AS has_password,
                               operator, tier
                        FROM users WHERE id = :id
                        """)
                .bind("id", person.userId())
                .map((row, ctx) -> {
                    Tier tier = Tier.parse(row.getString("tier")).orElseThrow();
                    return new Profile(
                            person.userId(),
                            person.email(),
                            person.name(),
                            row.getBoolean("verified"),
                            row.getBoolean("has_password"),
                            row.getBoolean("operator"),
                            tier.code(),
                            tiers.of(tier).features(),
                            teams(handle, person.userId()));
                })
                .one());
    }

    private List<Membership> teams(Handle handle, String userId) {
        return handle.createQuery("""
                        SELECT t.id, t.name, t.slug, m.role, t.timezone, t.tier
                        FROM team_members m JOIN teams t ON t.id = m.team_id
                        WHERE m.user_id = :user AND t.deleted_at IS NULL
                        ORDER BY pm_folded(t.name), t.id
                        """)
                .bind("user", userId)
                .map((row, ctx) -> {
                    Tier tier = Tier.parse(row.getString("tier")).orElseThrow();
                    return new Membership(
                            row.getString("id"),
                            row.getString("name"),
                            row.getString("slug"),
                            row.getString("role"),
                            row.getString("timezone"),
                            tier.code(),
                            tiers.of(tier).features());
                })
                .list();
    }
}

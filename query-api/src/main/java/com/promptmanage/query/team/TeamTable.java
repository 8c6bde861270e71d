package com.promptmanage.query.team;

import com.fasterxml.jackson.core.type.TypeReference;
import com.promptmanage.query.price.AccountRecords;
import com.promptmanage.query.request.Paging;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.ApiKeys;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Role;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.id.Ids;
import com.promptmanage.service.tier.Tier;
import com.promptmanage.topics.account.Account;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.Query;

/**
 * Teams as they are kept. What the metering must know of a team, its zone and its tags, goes into the outbox in the
 * transaction that changes it.
 */
final class TeamTable {

    /** So that nobody fills the tables by making teams. */
    static final int OWNED_MAX = 50;

    private static final String TEAMS = """
            SELECT id, name, slug, description, timezone, settings::text AS settings, tier, created_at, updated_at,
                   (SELECT count(*) FROM team_members m WHERE m.team_id = teams.id) AS members
            FROM teams WHERE deleted_at IS NULL AND""";

    private static final String UNIQUE_VIOLATION = "23505";

    private static final TypeReference<Map<String, List<String>>> SETTINGS = new TypeReference<>() {};

    private final Database database;

    private final ApiKeys keys;

    private final Ids ids;

    private final Clock clock;

    private final SecureRandom random = new SecureRandom();

    TeamTable(Database database, ApiKeys keys, Clock clock) {
        this.database = database;
        this.keys = keys;
        this.ids = new Ids(clock);
        this.clock = clock;
    }

    /** Those of these that are there, in the order of their ids. */
    List<Team> list(List<Account> accounts, Scope scope, Paging paging) {
        return database.inTransaction(
                scope,
                handle -> teams(handle.createQuery(TEAMS + """
                                 id = ANY (:ids) AND id COLLATE "C" > coalesce(:after, '')
                                ORDER BY id COLLATE "C" LIMIT :limit
                                """)
                        .bindArray(
                                "ids",
                                String.class,
                                accounts.stream().map(Account::id).toList())
                        .bind("after", paging.after())
                        .bind("limit", paging.wanted())));
    }

    Optional<Team> find(Scope scope, Account team) {
        return database.inTransaction(scope, handle -> find(handle, team));
    }

    /**
     * Makes a team that its maker owns.
     *
     * @throws ProblemException 409 if the slug is taken, or if the person owns as many teams as they may
     */
    Team create(Caller.Person owner, Actor actor, TeamForm form) {
        Account team = Account.team(ids.next("team"));
        String name = form.name().orElseThrow();
        // The service's own work: how many they own is told by teams that a transaction for the new one does not see.
        return database.asSystem(handle -> {
            requireFewOwned(handle, owner.userId());
            Instant now = clock.instant();
            String slug = form.slug().orElseGet(() -> TeamForm.slugOf(name, unique()));
            int made = handle.createUpdate("""
                            INSERT INTO teams (id, name, slug, description, timezone, settings, revision, created_at, updated_at)
                            VALUES (:id, :name, :slug, '', 'UTC', '{}', 0, :now, :now) ON CONFLICT (slug) DO NOTHING
                            """)
                    .bind("id", team.id())
                    .bind("name", name)
                    .bind("slug", slug)
                    .bind("now", now)
                    .execute();
            if (made == 0) {
                throw slugIsTaken(slug);
            }
            handle.createUpdate("""
                            INSERT INTO team_members (team_id, user_id, role, joined_at)
                            VALUES (:team, :user, :role, :now)
                            """)
                    .bind("team", team.id())
                    .bind("user", owner.userId())
                    .bind("role", Role.OWNER.code())
                    .bind("now", now)
                    .execute();
            Team bare = find(handle, team).orElseThrow();
            Team created = bare.with(form);
            write(handle, created, now);
            AuditLog.append(
                    handle, actor, now, AuditEntry.added(team, "team_created", "team", team.id(), created.told()));
            return find(handle, team).orElseThrow();
        });
    }

    /** A change that changes nothing is none. */
    Team change(Caller caller, Account team, Actor actor, TeamForm form) {
        try {
            return database.inTransaction(caller.scope(team), handle -> {
                TeamTurn.take(handle, team, caller, Action.MANAGE_SETTINGS);
                Team before = find(handle, team).orElseThrow();
                Team after = before.with(form);
                if (after.equals(before)) {
                    return before;
                }
                Instant now = clock.instant();
                write(handle, after, now);
                AuditLog.append(handle, actor, now, changed(before, after));
                return find(handle, team).orElseThrow();
            });
        } catch (JdbiException e) {
            throw isSlugTaken(e) ? slugIsTaken(form.slug().orElse("")) : e;
        }
    }

    /**
     * The team is gone for everyone, with its invitations and keys, and its short name is free; what it spent stays on record.
     *
     * @return who was in it
     */
    List<String> delete(Caller caller, Account team, Actor actor) {
        List<String> members = database.inTransaction(caller.scope(team), handle -> {
            TeamTurn.take(handle, team, caller, Action.DELETE_TEAM);
            Team before = find(handle, team).orElseThrow();
            Instant now = clock.instant();
            handle.createUpdate("UPDATE teams SET deleted_at = :now, updated_at = :now, slug = :slug WHERE id = :id")
                    .bind("id", team.id())
                    .bind("slug", "deleted-" + unique() + unique())
                    .bind("now", now)
                    .execute();
            handle.createUpdate("""
                            UPDATE team_invitations SET status = 'cancelled', decided_at = :now, decided_by = :by
                            WHERE team_id = :id AND status = 'pending'
                            """)
                    .bind("id", team.id())
                    .bind("now", now)
                    .bind("by", actor.id())
                    .execute();
            keys.revokeAll(handle, team);
            AuditLog.append(
                    handle, actor, now, AuditEntry.removed(team, "team_deleted", "team", team.id(), before.told()));
            return handle.createQuery("SELECT user_id FROM team_members WHERE team_id = :id")
                    .bind("id", team.id())
                    .mapTo(String.class)
                    .list();
        });
        keys.refresh();
        return members;
    }

    private void write(Handle handle, Team team, Instant now) {
        handle.createUpdate("""
                        UPDATE teams SET name = :name, slug = :slug, description = :description, timezone = :timezone,
                                         settings = CAST(:settings AS jsonb), revision = revision + 1, updated_at = :now
                        WHERE id = :id
                        """)
                .bind("id", team.id())
                .bind("name", team.name())
                .bind("slug", team.slug())
                .bind("description", team.description())
                .bind("timezone", team.timezone())
                .bind("settings", json(Map.of("tags", team.tags(), "trustedCostSources", team.trustedCostSources())))
                .bind("now", now)
                .execute();
        AccountRecords.publish(handle, team.account(), now);
    }

    /** Only what is not as it was. */
    private static AuditEntry changed(Team before, Team after) {
        var old = new LinkedHashMap<>(before.told());
        var now = new LinkedHashMap<>(after.told());
        before.told().forEach((field, value) -> {
            if (Objects.equals(value, now.get(field))) {
                old.remove(field);
                now.remove(field);
            }
        });
        return new AuditEntry(before.account(), "team_updated", "team", before.id(), old, now);
    }

    private static void requireFewOwned(Handle handle, String userId) {
        // Two at a time would both find room for one.
        handle.execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 56))", userId);
        long owned = handle.createQuery("""
                        SELECT count(*) FROM team_members m JOIN teams t ON t.id = m.team_id
                        WHERE m.user_id = :user AND m.role = :owner AND t.deleted_at IS NULL
                        """)
                .bind("user", userId)
                .bind("owner", Role.OWNER.code())
                .mapTo(Long.class)
                .one();
        if (owned >= OWNED_MAX) {
            throw ProblemException.conflict("You own %d teams, which is the most anyone may own".formatted(owned));
        }
    }

    /** Another team may have it that this transaction does not see; the index sees it. */
    private static boolean isSlugTaken(JdbiException e) {
        return e.getCause() instanceof SQLException problem
                && UNIQUE_VIOLATION.equals(problem.getSQLState())
                && String.valueOf(problem.getMessage()).contains("teams_slug_key");
    }

    private static ProblemException slugIsTaken(String slug) {
        return ProblemException.conflict("Another team has the short name '%s': choose another".formatted(slug));
    }

    private String unique() {
        var bytes = new byte[4];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static Optional<Team> find(Handle handle, Account team) {
        return teams(handle.createQuery(TEAMS + " id = :id").bind("id", team.id())).stream()
                .findFirst();
    }

    private static List<Team> teams(Query query) {
        return query.map((row, ctx) -> team(row)).list();
    }

    private static Team team(ResultSet row) throws SQLException {
        Map<String, List<String>> settings = settings(row.getString("settings"));
        return new Team(
                row.getString("id"),
                row.getString("name"),
                row.getString("slug"),
                row.getString("description"),
                row.getString("timezone"),
                settings.getOrDefault("tags", List.of()),
                settings.getOrDefault("trustedCostSources", List.of()),
                Tier.parse(row.getString("tier")).orElseThrow(),
                row.getLong("members"),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant());
    }

    private static String json(Map<String, ?> values) {
        return new String(Json.bytes(values), StandardCharsets.UTF_8);
    }

    private static Map<String, List<String>> settings(String json) {
        try {
            return Json.mapper().readValue(json, SETTINGS);
        } catch (IOException e) {
            throw new UncheckedIOException("a team's settings were not written by us", e);
        }
    }
}

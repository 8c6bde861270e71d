package com.promptmanage.runner.journal;

import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.generic.GenericType;

/** Whom workflows are shared with, besides the people of their teams. Safe for use by several threads. */
public final class Sharing {

    private final Database database;

    private final Clock clock;

    public Sharing(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** What someone was given for one workflow. */
    public record Grant(String userId, Level level, String grantedBy, Instant grantedAt) {}

    /** In this order: each may do all that those before it may. */
    public enum Level {
        VIEWER,
        RUNNER,
        EDITOR,
        ADMIN;

        /** The name in JSON. */
        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public List<Grant> grants(Scope scope, String id) {
        return database.inTransaction(scope, handle -> grants(handle, id));
    }

    private static List<Grant> grants(Handle handle, String id) {
        return handle.createQuery("""
                        SELECT user_id, level, granted_by, granted_at FROM workflow_permissions WHERE workflow_id = :id
                        ORDER BY user_id
                        """)
                .bind("id", id)
                .map((row, ctx) -> new Grant(
                        row.getString("user_id"),
                        level(row.getString("level")),
                        row.getString("granted_by"),
                        WorkflowRow.instant(row, "granted_at")))
                .list();
    }

    /** What this person was given for the workflow itself. */
    public Optional<Level> granted(String id, String userId) {
        return database.asSystem(handle -> handle.createQuery(
                        "SELECT level FROM workflow_permissions WHERE workflow_id = :id AND user_id = :user")
                .bind("id", id)
                .bind("user", userId)
                .mapTo(String.class)
                .findOne()
                .map(Sharing::level));
    }

    /** The same of several workflows, by their ids; those that they were given nothing for are not there. */
    public Map<String, Level> granted(Collection<String> ids, String userId) {
        return database.asSystem(handle -> handle.createQuery("""
                        SELECT workflow_id, level FROM workflow_permissions
                        WHERE workflow_id = ANY (:ids) AND user_id = :user
                        """)
                .bindArray("ids", String.class, List.copyOf(ids))
                .bind("user", userId)
                .map((row, ctx) -> Map.entry(row.getString("workflow_id"), level(row.getString("level"))))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    /** Those of the ids that are of people who have an account, which is not disabled. */
    public Set<String> people(Collection<String> ids) {
        return database.asSystem(
                handle -> handle.createQuery("SELECT id FROM users WHERE id = ANY (:ids) AND disabled_at IS NULL")
                        .bindArray("ids", String.class, List.copyOf(ids))
                        .mapTo(String.class)
                        .set());
    }

    /**
     * Whom a person knows by these addresses, as themselves or as one of a team that both are in: of others nobody is to learn whether
     * they are here.
     *
     * @param emails in lower case
     * @return by address, the ids of those whose accounts are not disabled
     */
    public Map<String, String> knownTo(String person, Collection<String> emails) {
        return database.asSystem(handle -> handle.createQuery("""
                        SELECT u.email, u.id FROM users u
                        WHERE u.email = ANY (:emails) AND u.disabled_at IS NULL AND (u.id = :person OR EXISTS (
                            SELECT 1 FROM team_members theirs
                            JOIN team_members own ON own.team_id = theirs.team_id AND own.user_id = :person
                            JOIN teams t ON t.id = own.team_id AND t.deleted_at IS NULL
                            WHERE theirs.user_id = u.id))
                        """)
                .bindArray("emails", String.class, List.copyOf(emails))
                .bind("person", person)
                .setMapKeyColumn("email")
                .setMapValueColumn("id")
                .collectInto(new GenericType<Map<String, String>>() {}));
    }

    /** These, and no others. */
    public void grant(Scope scope, WorkflowRow workflow, Actor actor, List<Grant> grants) {
        database.useTransaction(scope, handle -> {
            Map<String, String> before = told(grants(handle, workflow.id()));
            handle.createUpdate("""
                            DELETE FROM workflow_permissions WHERE workflow_id = :id AND NOT user_id = ANY (:users)
                            """)
                    .bind("id", workflow.id())
                    .bindArray(
                            "users",
                            String.class,
                            grants.stream().map(Grant::userId).toList())
                    .execute();
            for (Grant grant : grants) {
                handle.createUpdate("""
                                INSERT INTO workflow_permissions
                                    (workflow_id, account, user_id, level, granted_by, granted_at)
                                VALUES (:id, :account, :user, :level, :by, :at)
                                ON CONFLICT (workflow_id, user_id) DO UPDATE
                                SET level = excluded.level, granted_by = excluded.granted_by,
                                    granted_at = excluded.granted_at
                                WHERE workflow_permissions.level <> excluded.level
                                """)
                        .bind("id", workflow.id())
                        .bind("account", workflow.account().value())
                        .bind("user", grant.userId())
                        .bind("level", grant.level().value())
                        .bind("by", grant.grantedBy())
                        .bind("at", Change.at(grant.grantedAt()))
                        .execute();
            }
            AuditLog.append(
                    handle,
                    actor,
                    clock.instant(),
                    new AuditEntry(
                            workflow.account(), "workflow_shared", "workflow", workflow.id(), before, told(grants)));
        });
    }

    private static Map<String, String> told(List<Grant> grants) {
        var levels = new TreeMap<String, String>();
        grants.forEach(grant -> levels.put(grant.userId(), grant.level().value()));
        return levels;
    }

    private static Level level(String value) {
        return Level.valueOf(value.toUpperCase(Locale.ROOT));
    }
}

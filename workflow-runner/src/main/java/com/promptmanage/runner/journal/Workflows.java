package com.promptmanage.runner.journal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.tier.AccountTier;
import com.promptmanage.topics.account.Account;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** Workflows and their versions, which are only ever added. Safe for use by several threads. */
public final class Workflows {

    private final Database database;

    private final Clock clock;

    public Workflows(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** @param author a user's id, or a key's */
    public record Version(int version, String author, String note, Instant createdAt) {}

    /**
     * Which workflows of those that a scope may see.
     *
     * @param account null for any
     * @param withShared besides those of the account, those of accounts that the scope has no part in
     * @param tags all of which a workflow must have
     * @param search what its name or its description has in it, in whichever case
     */
    public record Filter(
            @Nullable Account account,
            boolean withShared,
            @Nullable String status,
            List<String> tags,
            @Nullable String category,
            @Nullable String search) {}

    /**
     * A part of the list.
     *
     * @param after only those that come after the one with this id; null for the first
     * @param offset how many of them to pass over besides
     */
    public record Part(@Nullable String after, int offset, int limit) {}

    /**
     * A page, and how many there are altogether.
     *
     * @param isLast whether nothing comes after it
     */
    public record Page(List<WorkflowRow> workflows, boolean isLast, long total) {

        public Page {
            workflows = List.copyOf(workflows);
        }
    }

    /**
     * The newest execution of a workflow.
     *
     * @param reason why it is paused, as JSON
     * @param costNanoUsd so far, at list price
     * @param unpricedCalls of models that are not listed: what they cost is not in it
     */
    public record LastRun(
            String workflowId,
            String id,
            boolean isTest,
            String status,
            @Nullable String reason,
            long costNanoUsd,
            int unpricedCalls) {}

    /**
     * Adds a workflow with its first version.
     *
     * @throws ProblemException 403 {@code tier_limit} if the account has as many as its tier allows
     */
    public void add(Scope scope, Actor actor, AccountTier tier, WorkflowRow workflow, String definition) {
        database.useTransaction(scope, handle -> {
            requireRoom(handle, workflow.account(), tier);
            handle.createUpdate("INSERT INTO workflows (" + WorkflowRow.COLUMNS + """
                            ) VALUES (:id, :account, :createdBy, :name, :description, :category, :tags, :status, :mode,
                                :version, :maxRuns, :trigger, :notifications, :now, :now, NULL)
                            """)
                    .bind("id", workflow.id())
                    .bind("account", workflow.account().value())
                    .bind("createdBy", workflow.createdBy())
                    .bind("name", workflow.name())
                    .bind("description", workflow.description())
                    .bind("category", workflow.category())
                    .bindArray("tags", String.class, workflow.tags())
                    .bind("status", workflow.status().value())
                    .bind("mode", workflow.executionMode().value())
                    .bind("version", workflow.version())
                    .bind("maxRuns", workflow.maxConcurrentRuns())
                    .bind("trigger", workflow.triggerConfig())
                    .bind("notifications", workflow.notifications())
                    .bind("now", Change.at(workflow.createdAt()))
                    .execute();
            addVersion(handle, workflow.id(), workflow.version(), definition, workflow.createdBy(), "");
            AuditLog.append(handle, actor, workflow.createdAt(), WorkflowAudit.created(workflow));
        });
    }

    private static void requireRoom(Handle handle, Account account, AccountTier tier) {
        @Nullable Integer most = tier.features().workflows().workflowsMax();
        if (most == null) {
            return;
        }
        // Two at a time would both find room for one.
        handle.execute("SELECT pg_advisory_xact_lock(hashtextextended(?, 55))", account.value());
        tier.requireRoom(
                "workflowsMax",
                most,
                handle.createQuery("SELECT count(*) FROM workflows WHERE account = :account AND deleted_at IS NULL")
                        .bind("account", account.value())
                        .mapTo(Long.class)
                        .one());
    }

    /** Whoever asks: what they may do with it is decided with what this answers. */
    public Optional<WorkflowRow> find(String id) {
        return database.asSystem(handle -> find(handle, id));
    }

    /** Those that the scope may see, the newest last. */
    public Page list(Scope scope, Filter filter, Part part) {
        return database.inTransaction(scope, handle -> {
            // Which they may see is looked up first: the policy alone, of which a part is about what is shared, would
            // be asked of the workflows of all accounts.
            String where = """
                     FROM workflows WHERE deleted_at IS NULL
                      AND id IN (
                          SELECT mine.id FROM workflows AS mine
                          WHERE mine.account = ANY ((SELECT pm_accounts())::text[]) AND mine.deleted_at IS NULL
                          UNION ALL
                          SELECT workflow_id FROM workflow_permissions WHERE user_id = (SELECT pm_user()))
                      AND (CAST(:account AS text) IS NULL OR account = :account
                           OR (:withShared AND NOT account = ANY ((SELECT pm_accounts())::text[])))
                      AND (CAST(:status AS text) IS NULL OR status = :status)
                      AND (CAST(:category AS text) IS NULL OR category = :category)
                      AND tags @> CAST(:tags AS text[])
                      AND (CAST(:search AS text) IS NULL
                           OR strpos(pm_folded(name || ' ' || description), pm_folded(:search)) > 0)
                    """;
            // One more than wanted tells whether there is another page.
            List<WorkflowRow> found = bound(
                            handle.createQuery("SELECT " + WorkflowRow.COLUMNS + where
                                    + " AND (CAST(:after AS text) IS NULL OR id > :after)"
                                    + " ORDER BY id LIMIT :limit OFFSET :offset"),
                            filter)
                    .bind("after", part.after())
                    .bind("limit", part.limit() + 1)
                    .bind("offset", part.offset())
                    .map((row, ctx) -> WorkflowRow.read(row))
                    .list();
            long total = bound(handle.createQuery("SELECT count(*)" + where), filter)
                    .mapTo(Long.class)
                    .one();
            return new Page(
                    found.subList(0, Math.min(part.limit(), found.size())), found.size() <= part.limit(), total);
        });
    }

    /** By workflow, those that the scope may see; none of a workflow that has not run. */
    public Map<String, LastRun> lastRuns(Scope scope, List<WorkflowRow> workflows) {
        return database.inTransaction(
                scope,
                handle -> handle.createQuery("""
                        SELECT newest.*
                        FROM unnest(CAST(:ids AS text[])) AS shown (id)
                        CROSS JOIN LATERAL (
                            SELECT workflow_id, id, is_test, status, reason, cost_nano_usd, unpriced_calls FROM executions
                            WHERE workflow_id = shown.id ORDER BY number DESC LIMIT 1) AS newest
                        """)
                        .bindArray(
                                "ids",
                                String.class,
                                workflows.stream().map(WorkflowRow::id).toList())
                        .map((row, ctx) -> new LastRun(
                                row.getString("workflow_id"),
                                row.getString("id"),
                                row.getBoolean("is_test"),
                                row.getString("status"),
                                row.getString("reason"),
                                row.getLong("cost_nano_usd"),
                                row.getInt("unpriced_calls")))
                        .collect(Collectors.toMap(LastRun::workflowId, Function.identity())));
    }

    private static Query bound(Query query, Filter filter) {
        return query.bind(
                        "account",
                        filter.account() == null ? null : filter.account().value())
                .bind("withShared", filter.withShared())
                .bind("status", filter.status())
                .bind("category", filter.category())
                .bindArray("tags", String.class, filter.tags())
                .bind("search", filter.search());
    }

    /**
     * Changes a workflow. A definition makes a new version, if it is another than before.
     *
     * @param changed the whole row as it shall be, with the version, and the time of its last change, that were read
     * @param definition null to keep the current one
     * @return the row as it is now
     * @throws ProblemException 409 if it was changed by someone else meanwhile, with what is stored now
     */
    public WorkflowRow change(
            Scope scope, Actor actor, WorkflowRow changed, @Nullable String definition, String author, String note) {
        return database.inTransaction(scope, handle -> {
            int version = handle.createQuery("""
                            SELECT version FROM workflows WHERE id = :id AND deleted_at IS NULL FOR NO KEY UPDATE
                            """)
                    .bind("id", changed.id())
                    .mapTo(Integer.class)
                    .findOne()
                    .orElseThrow(() -> ProblemException.notFound("There is no such workflow that you may see"));
            WorkflowRow before = find(handle, changed.id()).orElseThrow();
            // All of the row is written: what another has set since it was read, such as a pause, would be undone.
            if (version != changed.version() || !before.updatedAt().equals(changed.updatedAt())) {
                throw changedMeanwhile(handle, before, version != changed.version());
            }
            Instant now = clock.instant();
            boolean isNew = definition != null
                    && !definition.equals(
                            Versions.definition(handle, changed.id(), version).orElse(""));
            if (definition != null && isNew) {
                addVersion(handle, changed.id(), version + 1, definition, author, note);
            }
            handle.createUpdate("""
                            UPDATE workflows SET name = :name, description = :description, category = :category,
                                tags = :tags, status = :status, execution_mode = :mode, version = :version,
                                max_concurrent_runs = :maxRuns, trigger_config = :trigger,
                                notifications = :notifications, updated_at = :now
                            WHERE id = :id
                            """)
                    .bind("id", changed.id())
                    .bind("name", changed.name())
                    .bind("description", changed.description())
                    .bind("category", changed.category())
                    .bindArray("tags", String.class, changed.tags())
                    .bind("status", changed.status().value())
                    .bind("mode", changed.executionMode().value())
                    .bind("version", isNew ? version + 1 : version)
                    .bind("maxRuns", changed.maxConcurrentRuns())
                    .bind("trigger", changed.triggerConfig())
                    .bind("notifications", changed.notifications())
                    .bind("now", Change.at(now))
                    .execute();
            WorkflowRow after = find(handle, changed.id()).orElseThrow();
            WorkflowAudit.changed(before, after).ifPresent(entry -> AuditLog.append(handle, actor, now, entry));
            return after;
        });
    }

    /** It is not shown and not triggered any more. Executions that are under way are cancelled, soon after it. */
    public void delete(Scope scope, WorkflowRow workflow, Actor actor) {
        database.useTransaction(scope, handle -> {
            Instant now = clock.instant();
            handle.createUpdate("UPDATE workflows SET deleted_at = :now WHERE id = :id AND deleted_at IS NULL")
                    .bind("id", workflow.id())
                    .bind("now", Change.at(now))
                    .execute();
            AuditLog.append(handle, actor, now, WorkflowAudit.deleted(workflow));
        });
    }

    public String definition(Scope scope, String id, int version) {
        return database.inTransaction(
                scope,
                handle -> Versions.definition(handle, id, version)
                        .orElseThrow(
                                () -> ProblemException.notFound("There is no version %d of it".formatted(version))));
    }

    /** Without their definitions, the newest first. */
    public List<Version> versions(Scope scope, String id) {
        return database.inTransaction(
                scope,
                handle -> handle.createQuery("""
                        SELECT version, author, note, created_at FROM workflow_versions WHERE workflow_id = :id
                        ORDER BY version DESC LIMIT 1000
                        """)
                        .bind("id", id)
                        .map((row, ctx) -> version(row))
                        .list());
    }

    private static ProblemException changedMeanwhile(Handle handle, WorkflowRow now, boolean isNewVersion) {
        ObjectNode current = Json.mapper()
                .createObjectNode()
                .put("version", now.version())
                .put("name", now.name())
                .put("status", now.status().value())
                .put("updatedAt", now.updatedAt().toString());
        versionOf(handle, now)
                .ifPresent(saved -> current.put("savedBy", saved.author())
                        .put("savedAt", saved.createdAt().toString()));
        String what = isNewVersion ? "Version %d was saved".formatted(now.version()) : "It was changed";
        return ProblemException.conflict(
                "%s meanwhile, and it is called '%s': read the workflow again and repeat the change"
                        .formatted(what, now.name()),
                current);
    }

    private static Optional<Version> versionOf(Handle handle, WorkflowRow workflow) {
        return handle.createQuery("""
                        SELECT version, author, note, created_at FROM workflow_versions
                        WHERE workflow_id = :id AND version = :version
                        """)
                .bind("id", workflow.id())
                .bind("version", workflow.version())
                .map((row, ctx) -> version(row))
                .findOne();
    }

    private static Version version(ResultSet row) throws SQLException {
        return new Version(
                row.getInt("version"),
                row.getString("author"),
                row.getString("note"),
                WorkflowRow.instant(row, "created_at"));
    }

    private void addVersion(Handle handle, String id, int version, String definition, String author, String note) {
        handle.createUpdate("""
                        INSERT INTO workflow_versions (workflow_id, version, definition, author, note, created_at)
                        VALUES (:id, :version, :definition, :author, :note, :now)
                        """)
                .bind("id", id)
                .bind("version", version)
                .bind("definition", definition)
                .bind("author", author)
                .bind("note", note)
                .bind("now", Change.at(clock.instant()))
                .execute();
    }

    private static Optional<WorkflowRow> find(Handle handle, String id) {
        return handle.createQuery(
                        "SELECT " + WorkflowRow.COLUMNS + " FROM workflows WHERE id = :id AND deleted_at IS NULL")
                .bind("id", id)
                .map((row, ctx) -> WorkflowRow.read(row))
                .findOne();
    }
}

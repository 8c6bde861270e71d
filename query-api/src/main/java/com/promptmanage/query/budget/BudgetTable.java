package com.promptmanage.query.budget;

import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.audit.AuditLog;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.id.Ids;
import com.promptmanage.service.outbox.Outbox;
import com.promptmanage.service.outbox.OutboxRecord;
import com.promptmanage.service.tier.Tiers;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.BudgetCodec;
import com.promptmanage.topics.event.EventJson;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * Budgets as they are kept. Every change puts all budgets of its account into the outbox, in the same transaction: what the
 * stream holds is what the table holds, a moment later, in the order of the changes.
 */
final class BudgetTable {

    /** So many budgets are looked at for every event of the account; they fit one record unless their texts are of the longest. */
    static final int BUDGETS_MAX = 200;

    private final Database database;

    private final Tiers tiers;

    private final Ids ids;

    private final Clock clock;

    BudgetTable(Database database, Tiers tiers, Clock clock) {
        this.database = database;
        this.tiers = tiers;
        this.ids = new Ids(clock);
        this.clock = clock;
    }

    /**
     * What is kept of a budget besides itself.
     *
     * @param revision rises with each change of the budget, and is the version that requests name. The budget's own version, by
     *     which alerts are raised once, rises only with changes that decide which are
     */
    record Kept(Budget budget, long revision, Instant createdAt, Instant updatedAt) {}

    /** In the order of their ids. */
    List<Kept> list(Scope scope, Account account) {
        return database.inTransaction(scope, handle -> all(handle, account));
    }

    Optional<Kept> find(Scope scope, String id) {
        return database.inTransaction(
                scope,
                handle -> handle.createQuery(
                                "SELECT definition, version, created_at, updated_at FROM budgets WHERE id = :id")
                        .bind("id", id)
                        .map((row, ctx) -> kept(row))
                        .findOne());
    }

    /** @throws ProblemException 409 if the account has as many budgets as it may, or as long ones */
    Kept create(Scope scope, Account account, Actor actor, BudgetForm form) {
        return database.inTransaction(scope, handle -> {
            long revision = lock(handle, account);
            Kept created = insert(handle, actor, form.budget(ids.next("budget"), account, revision));
            publish(handle, account, revision);
            return created;
        });
    }

    /**
     * A change that changes nothing is none. One that has no say in what alerts are raised keeps the version by which they are, so
     * that none is raised twice.
     *
     * @return empty if there is no such budget
     * @throws ProblemException 409 if the budget is at another version than expected
     */
    Optional<Kept> change(
            Scope scope, Account account, Actor actor, String id, OptionalLong expectedVersion, BudgetForm form) {
        return database.inTransaction(scope, handle -> {
            long revision = lock(handle, account);
            return find(handle, account, id).map(before -> {
                requireRevision(before, expectedVersion);
                Kept after = update(handle, actor, before, form, revision);
                if (after.revision() == revision) {
                    publish(handle, account, revision);
                }
                return after;
            });
        });
    }

    /** @return whether there was such a budget */
    boolean delete(Scope scope, Account account, Actor actor, String id, OptionalLong expectedVersion) {
        return database.inTransaction(scope, handle -> {
            long revision = lock(handle, account);
            Optional<Kept> before = find(handle, account, id);
            before.ifPresent(kept -> {
                requireRevision(kept, expectedVersion);
                delete(handle, actor, kept);
                // However large the others are, for by this they become fewer.
                append(handle, account, revision, recordOf(handle, account, revision));
            });
            return before.isPresent();
        });
    }

    /** The most input tokens that one prompt of the account may have. */
    OptionalLong tokensPerPromptMax(Scope scope, Account account) {
        return database.inTransaction(scope, handle -> tokensPerPromptMax(handle, account));
    }

    /** Everything that is kept of an account. */
    Holdings holdings(Scope scope, Account account) {
        return database.inTransaction(scope, handle -> holdings(handle, account));
    }

    /**
     * Changes budgets whose ids are known beforehand, and what one prompt may have, all at once.
     *
     * @param change is told what there is, while nobody else can change it
     */
    Holdings rework(Scope scope, Account account, Actor actor, Function<Holdings, Rework> change) {
        return database.inTransaction(scope, handle -> {
            long revision = lock(handle, account);
            Rework rework = change.apply(holdings(handle, account));
            boolean isChanged = false;
            for (Wanted wanted : rework.budgets()) {
                isChanged |= replace(handle, account, actor, wanted, revision);
            }
            OptionalLong max = rework.tokensPerPromptMax();
            tellOfPromptMax(handle, account, actor, max);
            handle.createUpdate("UPDATE budget_accounts SET max_tokens_per_prompt = :max WHERE account = :account")
                    .bind("max", max.isPresent() ? max.getAsLong() : null)
                    .bind("account", account.value())
                    .execute();
            if (isChanged) {
                publish(handle, account, revision);
            }
            return holdings(handle, account);
        });
    }

    /** @param budgets in the order of their ids */
    record Holdings(List<Kept> budgets, OptionalLong tokensPerPromptMax) {}

    /** @param budgets those to change; the others stay */
    record Rework(List<Wanted> budgets, OptionalLong tokensPerPromptMax) {}

    /** @param form empty if the budget is not to be */
    record Wanted(String id, Optional<BudgetForm> form) {}

    private void tellOfPromptMax(Handle handle, Account account, Actor actor, OptionalLong after) {
        OptionalLong before = tokensPerPromptMax(handle, account);
        if (!before.equals(after)) {
            AuditLog.append(
                    handle,
                    actor,
                    clock.instant(),
                    new AuditEntry(
                            account,
                            "prompt_limit_changed",
                            "account",
                            account.value(),
                            promptMax(before),
                            promptMax(after)));
        }
    }

    private static Map<String, Long> promptMax(OptionalLong max) {
        return max.isPresent() ? Map.of("maxTokensPerPrompt", max.getAsLong()) : Map.of();
    }

    private static Holdings holdings(Handle handle, Account account) {
        return new Holdings(all(handle, account), tokensPerPromptMax(handle, account));
    }

    private boolean replace(Handle handle, Account account, Actor actor, Wanted wanted, long revision) {
        Optional<Kept> before = find(handle, account, wanted.id());
        if (wanted.form().isEmpty()) {
            before.ifPresent(kept -> delete(handle, actor, kept));
            return before.isPresent();
        }
        BudgetForm form = wanted.form().get();
        if (before.isEmpty()) {
            insert(handle, actor, form.budget(wanted.id(), account, revision));
            return true;
        }
        return update(handle, actor, before.get(), form, revision).revision() == revision;
    }

    /**
     * Locks the account's row until the transaction ends.
     *
     * @return the revision of the change that may now be made, and is then told to {@link #append}
     */
    private static long lock(Handle handle, Account account) {
        return handle.createQuery("""
                        INSERT INTO budget_accounts AS known (account) VALUES (:account)
                        ON CONFLICT (account) DO UPDATE SET revision = known.revision
                        RETURNING revision + 1
                        """)
                .bind("account", account.value())
                .mapTo(Long.class)
                .one();
    }

    private Kept insert(Handle handle, Actor actor, Budget budget) {
        long count = handle.createQuery("SELECT count(*) FROM budgets WHERE account = :account")
                .bind("account", budget.account().value())
                .mapTo(Long.class)
                .one();
        if (count >= BUDGETS_MAX) {
            throw ProblemException.conflict(
                    "%s has %d budgets, which is the most it may have: delete one, or use a budget for each value (\"*\")"
                            .formatted(budget.account(), count));
        }
        Instant now = clock.instant();
        allowAndTell(
                handle,
                actor,
                new BudgetChange(budget.account(), budget.id(), Optional.empty(), Optional.of(budget)),
                now);
        handle.createUpdate("""
                        INSERT INTO budgets (id, account, version, definition, created_at, updated_at)
                        VALUES (:id, :account, :version, CAST(:definition AS jsonb), :now, :now)
                        """)
                .bind("id", budget.id())
                .bind("account", budget.account().value())
                .bind("version", budget.version())
                .bind("definition", BudgetChange.json(budget))
                .bind("now", now)
                .execute();
        return new Kept(budget, budget.version(), now, now);
    }

    /** @return at the revision of before if the form changes nothing */
    private Kept update(Handle handle, Actor actor, Kept before, BudgetForm form, long revision) {
        Budget known = before.budget();
        Budget same = form.budget(known.id(), known.account(), known.version());
        if (same.equals(known)) {
            return before;
        }
        Budget budget = same.alertsAs(known) ? same : form.budget(known.id(), known.account(), revision);
        Instant now = clock.instant();
        allowAndTell(
                handle,
                actor,
                new BudgetChange(budget.account(), budget.id(), Optional.of(known), Optional.of(budget)),
                now);
        handle.createUpdate("""
                        UPDATE budgets SET version = :revision, definition = CAST(:definition AS jsonb), updated_at = :now
                        WHERE id = :id
                        """)
                .bind("id", budget.id())
                .bind("revision", revision)
                .bind("definition", BudgetChange.json(budget))
                .bind("now", now)
                .execute();
        return new Kept(budget, revision, before.createdAt(), now);
    }

    private void delete(Handle handle, Actor actor, Kept before) {
        Budget budget = before.budget();
        allowAndTell(
                handle,
                actor,
                new BudgetChange(budget.account(), budget.id(), Optional.of(budget), Optional.empty()),
                clock.instant());
        handle.execute("DELETE FROM budgets WHERE id = ?", budget.id());
    }

    private void allowAndTell(Handle handle, Actor actor, BudgetChange change, Instant now) {
        change.requireAllowed(tiers.of(handle, change.account()));
        AuditLog.append(handle, actor, now, change.told());
    }

    private static Optional<Kept> find(Handle handle, Account account, String id) {
        return handle.createQuery("""
                        SELECT definition, version, created_at, updated_at FROM budgets
                        WHERE account = :account AND id = :id
                        """)
                .bind("account", account.value())
                .bind("id", id)
                .map((row, ctx) -> kept(row))
                .findOne();
    }

    private static List<Kept> all(Handle handle, Account account) {
        return handle.createQuery("""
                        SELECT definition, version, created_at, updated_at FROM budgets
                        WHERE account = :account ORDER BY id COLLATE "C"
                        """)
                .bind("account", account.value())
                .map((row, ctx) -> kept(row))
                .list();
    }

    private static OptionalLong tokensPerPromptMax(Handle handle, Account account) {
        Optional<Long> max = handle.createQuery(
                        "SELECT max_tokens_per_prompt FROM budget_accounts WHERE account = :account")
                .bind("account", account.value())
                .mapTo(Long.class)
                .findOne();
        return max.isPresent() ? OptionalLong.of(max.get()) : OptionalLong.empty();
    }

    private void publish(Handle handle, Account account, long revision) {
        byte[] record = recordOf(handle, account, revision);
        if (record.length > Topics.METERED_BYTES_MAX) {
            // The metering would refuse it, and go on with the budgets of before.
            throw ProblemException.conflict(
                    "The budgets of %s take more room than they may have together: delete one, or shorten names and values"
                            .formatted(account));
        }
        append(handle, account, revision, record);
    }

    private byte[] recordOf(Handle handle, Account account, long revision) {
        return BudgetCodec.writeAll(
                account,
                all(handle, account).stream()
                        .map(kept -> kept.budget().createdAt(kept.createdAt()))
                        .toList(),
                clock.instant(),
                "%s/%d".formatted(account, revision));
    }

    /** The change has been made: it is counted and told. */
    private static void append(Handle handle, Account account, long revision, byte[] record) {
        handle.createUpdate("UPDATE budget_accounts SET revision = :revision WHERE account = :account")
                .bind("revision", revision)
                .bind("account", account.value())
                .execute();
        Outbox.append(handle, OutboxRecord.of(Topics.BUDGETS.name(), account.value(), record));
    }

    private static void requireRevision(Kept kept, OptionalLong expected) {
        if (expected.isPresent() && expected.getAsLong() != kept.revision()) {
            throw ProblemException.conflict(
                    "Budget '%s' was changed meanwhile: it is at version %d, not %d. Read it again, and change what is there now"
                            .formatted(kept.budget().name(), kept.revision(), expected.getAsLong()));
        }
    }

    private static Kept kept(ResultSet row) throws SQLException {
        byte[] definition = row.getString("definition").getBytes(StandardCharsets.UTF_8);
        return new Kept(
                BudgetCodec.read(EventJson.read(definition)),
                row.getLong("version"),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant());
    }
}

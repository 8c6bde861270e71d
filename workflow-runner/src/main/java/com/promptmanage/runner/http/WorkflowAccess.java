package com.promptmanage.runner.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.journal.ExecutionRecords;
import com.promptmanage.runner.journal.Runs.TriggeredBy;
import com.promptmanage.runner.journal.Sharing;
import com.promptmanage.runner.journal.Sharing.Level;
import com.promptmanage.runner.journal.StoredJson;
import com.promptmanage.runner.journal.WorkflowRow;
import com.promptmanage.runner.journal.Workflows;
import com.promptmanage.runner.trigger.TriggerConfig;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Fault;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.tier.AccountTier;
import com.promptmanage.service.tier.Tiers;
import com.promptmanage.topics.account.Account;
import io.javalin.http.Context;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a caller may do with a workflow. The one place where it is decided: by the caller's role in the account that the
 * workflow belongs to, by having made it, and by what they were given for it alone; the most of these counts.
 */
final class WorkflowAccess {

    private final Authentication authentication;

    private final Tiers tiers;

    private final Workflows workflows;

    private final Sharing sharing;

    private final ExecutionRecords records;

    private final ShownHistory history;

    WorkflowAccess(
            Authentication authentication,
            Tiers tiers,
            Workflows workflows,
            Sharing sharing,
            ExecutionRecords records,
            ShownHistory history) {
        this.authentication = authentication;
        this.tiers = tiers;
        this.workflows = workflows;
        this.sharing = sharing;
        this.records = records;
        this.history = history;
    }

    /** A workflow, and what the caller may do with it. */
    record Allowed(Caller caller, WorkflowRow workflow, Level level) {

        /** For transactions that work with the workflow, which was allowed. */
        Scope scope() {
            return caller.scope(workflow.account());
        }

        /** Who stands in records: a user's id, or a key's. */
        String who() {
            return WorkflowAccess.who(caller);
        }

        boolean mayAtLeast(Level least) {
            return level.compareTo(least) >= 0;
        }
    }

    /** An execution, and what the caller may do with its workflow. */
    record AllowedExecution(Allowed workflow, ExecutionRecords.Shown execution) {}

    Caller caller(Context ctx) {
        return authentication.caller(ctx);
    }

    /** Who asks, as the audit log says it. */
    Actor actor(Context ctx) {
        return authentication.actor(ctx);
    }

    /**
     * @throws ProblemException 404 if there is no such workflow, or none that the caller may see; 403 if they may see it, but
     *     not do this
     */
    Allowed require(Context ctx, Level least) {
        return require(caller(ctx), ctx.pathParam("id"), least);
    }

    /** As {@link #require(Context, Level)}, for a workflow that the address does not lead to. */
    Allowed require(Caller caller, String workflowId, Level least) {
        WorkflowRow workflow = workflows.find(workflowId).orElseThrow(WorkflowAccess::unknown);
        Level level = level(caller, workflow).orElseThrow(WorkflowAccess::unknown);
        var allowed = new Allowed(caller, workflow, level);
        if (!allowed.mayAtLeast(least)) {
            throw ProblemException.forbidden(
                    "You are %s of this workflow, and this takes %s: ask someone who may share it"
                            .formatted(level.value(), least.value()));
        }
        return allowed;
    }

    /** As {@link #require}, for the execution that the request names. */
    AllowedExecution requireExecution(Context ctx, Level least) {
        return requireExecution(ctx, caller(ctx), least);
    }

    private AllowedExecution requireExecution(Context ctx, Caller caller, Level least) {
        ExecutionRecords.Shown execution = records.find(ctx.pathParam("executionId"))
                .orElseThrow(() -> ProblemException.notFound("There is no such execution that you may see"));
        try {
            return new AllowedExecution(require(caller, execution.workflowId(), least), execution);
        } catch (ProblemException e) {
            throw e.problem().status() == 404
                    ? ProblemException.notFound("There is no such execution that you may see")
                    : e;
        }
    }

    /** As {@link #requireExecution}, to be looked at: as far back as the account's tier shows it. */
    AllowedExecution requireShownExecution(Context ctx) {
        return requireShownExecution(ctx, caller(ctx));
    }

    /**
     * Whether an answer about the execution that goes on is still its caller's to read.
     *
     * @see Authentication#isStillAllowed
     */
    boolean isStillShown(Context ctx, String who) {
        return authentication.isStillAllowed(
                ctx, now -> requireShownExecution(ctx, now).workflow().who().equals(who));
    }

    /**
     * Whether an answer that goes on is still its caller's to read.
     *
     * @see Authentication#isStillAllowed
     */
    boolean isStillAllowed(Context ctx, Predicate<Caller> isAllowed) {
        return authentication.isStillAllowed(ctx, isAllowed);
    }

    private AllowedExecution requireShownExecution(Context ctx, Caller caller) {
        AllowedExecution allowed = requireExecution(ctx, caller, Level.VIEWER);
        history.require(allowed.execution());
        return allowed;
    }

    /**
     * In which workflows are listed.
     *
     * @throws ProblemException 403 or 404 if it is a key that may not see those of the account
     */
    Scope requireList(Caller caller, Optional<Account> asked) {
        return switch (caller) {
            // What others share with them lies in accounts that are not theirs.
            case Caller.Person person -> person.scope();
            case Caller.Key key -> {
                Account account = asked.orElse(key.account());
                Permissions.require(key, Action.VIEW, account);
                yield key.scope(account);
            }
        };
    }

    /** What the account may have. */
    AccountTier tier(Account account) {
        return tiers.of(account);
    }

    /**
     * For what would begin executions by itself: told when it is set up, and not only when it is refused later.
     *
     * @throws ProblemException 403 {@code tier_limit} if the account's tier does not let executions be begun in this way
     */
    void requireTrigger(Account account, TriggeredBy by) {
        AccountTier tier = tier(account);
        tier.requireAmong("workflowTriggers", tier.features().workflows().workflowTriggers(), by.value());
    }

    /**
     * For a definition that is about to become the workflow's, wherever it comes from.
     *
     * @throws ProblemException 403 {@code tier_limit} if it says that more nodes of an execution run at a time than the
     *     account's tier allows
     */
    void requireConcurrency(Account account, Definition definition) {
        AccountTier tier = tier(account);
        @Nullable Integer most = tier.features().workflows().workflowConcurrentNodesMax();
        @Nullable Integer atOnce = definition.settings().maxConcurrentNodes();
        if (most != null && atOnce != null && atOnce > most) {
            throw tier.limited("workflowConcurrentNodesMax", most.longValue(), atOnce.longValue());
        }
    }

    /**
     * For a definition that is about to take another one's place: to edit a workflow is not to have what its account has. Who
     * may make workflows in the account may use all of that.
     *
     * @throws ProblemException 403 with each node that uses a secret, a credential or a data source otherwise than before, if
     *     the caller may not use them
     */
    void requireUse(Allowed allowed, Definition before, Definition after) {
        if (Permissions.may(
                allowed.caller(), Action.EDIT_CONTENT, allowed.workflow().account())) {
            return;
        }
        List<Fault> faults = AccountThings.changes(before, after);
        if (!faults.isEmpty()) {
            throw ProblemException.forbidden(
                    "You may edit this workflow, but not use the secrets, credentials and data sources of its account",
                    faults);
        }
    }

    /**
     * For a trigger that is about to take another one's place: with what it waits for, a workflow is told what happens in its account.
     *
     * @param after as JSON; null for none
     * @throws ProblemException 403 if it waits for other events than before, and the caller may not see those of the account
     */
    void requireEvents(Allowed allowed, @Nullable String after) {
        @Nullable String before = allowed.workflow().triggerConfig();
        if (after == null
                || Permissions.may(
                        allowed.caller(), Action.VIEW, allowed.workflow().account())) {
            return;
        }
        JsonNode wanted = StoredJson.read(after);
        boolean isAsBefore = before != null && StoredJson.read(before).equals(wanted);
        if (wanted.path("type").asText().equals(TriggerConfig.EVENT) && !isAsBefore) {
            throw ProblemException.forbidden(
                    "You may edit this workflow, but not have it told what happens in its account: ask someone of the account");
        }
    }

    /** @throws ProblemException 403 {@code tier_limit} if the account's tier has no sharing */
    void requireSharing(Account account) {
        AccountTier tier = tier(account);
        tier.require("workflowSharing", tier.features().workflows().workflowSharing());
    }

    /** Whether workflows may be made in the account. Whoever may uses in them what the account has: see {@link #requireUse}. */
    void requireCreate(Caller caller, Account account) {
        Permissions.require(caller, Action.EDIT_CONTENT, account);
    }

    /** What the caller may do with each of these, by their ids; those that they may not see are not there. */
    Map<String, Level> levels(Caller caller, List<WorkflowRow> listed) {
        List<String> ids = listed.stream().map(WorkflowRow::id).toList();
        Map<String, Level> given =
                caller.person().map(user -> sharing.granted(ids, user)).orElse(Map.of());
        var levels = new HashMap<String, Level>();
        for (WorkflowRow workflow : listed) {
            most(caller, workflow, Optional.ofNullable(given.get(workflow.id())))
                    .ifPresent(level -> levels.put(workflow.id(), level));
        }
        return levels;
    }

    private Optional<Level> level(Caller caller, WorkflowRow workflow) {
        return most(caller, workflow, caller.person().flatMap(user -> sharing.granted(workflow.id(), user)));
    }

    /** @param granted what they were given for this workflow alone */
    private static Optional<Level> most(Caller caller, WorkflowRow workflow, Optional<Level> granted) {
        Optional<Level> byRole = byRole(caller, workflow);
        Optional<Level> given = granted.flatMap(level -> withinScopes(caller, level));
        return byRole.isEmpty() || (given.isPresent() && given.get().compareTo(byRole.get()) > 0) ? given : byRole;
    }

    /** What someone was given, their keys have as far as the scopes of the key go. */
    private static Optional<Level> withinScopes(Caller caller, Level given) {
        return switch (caller) {
            case Caller.Person person -> Optional.of(given);
            case Caller.Key key when Permissions.may(key, Action.EDIT_CONTENT, key.account()) -> Optional.of(given);
            case Caller.Key key ->
                Permissions.may(key, Action.VIEW, key.account()) ? Optional.of(Level.VIEWER) : Optional.empty();
        };
    }

    private static Optional<Level> byRole(Caller caller, WorkflowRow workflow) {
        Account account = workflow.account();
        if (Permissions.may(caller, Action.MANAGE_SETTINGS, account)) {
            return Optional.of(Level.ADMIN);
        }
        if (Permissions.may(caller, Action.EDIT_CONTENT, account)) {
            // Who made it may share it.
            boolean isMaker =
                    caller.person().filter(workflow.createdBy()::equals).isPresent();
            return Optional.of(isMaker ? Level.ADMIN : Level.EDITOR);
        }
        return Permissions.may(caller, Action.VIEW, account) ? Optional.of(Level.VIEWER) : Optional.empty();
    }

    static String who(Caller caller) {
        return switch (caller) {
            case Caller.Person person -> person.userId();
            case Caller.Key key -> key.person().orElse(key.keyId());
        };
    }

    private static ProblemException unknown() {
        return ProblemException.notFound("There is no such workflow that you may see");
    }
}

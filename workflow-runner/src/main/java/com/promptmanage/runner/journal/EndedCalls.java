package com.promptmanage.runner.journal;

import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.outbox.Outbox;
import com.promptmanage.service.outbox.OutboxRecord;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.usage.ExecutionType;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Stores how calls have ended, of one execution or of many in one transaction, and tells what they used. */
final class EndedCalls implements Together.Work<EndedCalls.Ended> {

    /** Characters of answers in one transaction, besides the last. */
    private static final int SIZE_MAX = 2 << 20;

    private final Database workers;

    private final Versions versions;

    private final Clock clock;

    EndedCalls(Database workers, Versions versions, Clock clock) {
        this.workers = workers;
        this.versions = versions;
        this.clock = clock;
    }

    /**
     * A call that is over.
     *
     * @param state as the table has it
     * @param answer JSON; null if there is none
     * @param costNanoUsd at list price, if the model is listed
     */
    record Ended(
            NodeLease lease,
            String callId,
            String state,
            @Nullable String answer,
            Optional<CallUsage> usage,
            OptionalLong costNanoUsd,
            @Nullable Failure failure) {}

    /** A call that has used something, and the change that it is part of. */
    private record Used(Change change, Ended call, CallUsage usage) {

        long costNanoUsd() {
            return call.costNanoUsd().orElse(0);
        }

        long tokens() {
            return usage.tokens().total();
        }
    }

    @Override
    public int size(Ended call) {
        return call.answer() == null ? 0 : call.answer().length();
    }

    @Override
    public int sizeMax() {
        return SIZE_MAX;
    }

    @Override
    public Set<String> together(Map<String, List<Ended>> byExecution) {
        var left = new HashSet<>(byExecution.keySet());
        left.removeAll(store(byExecution, false));
        return left;
    }

    @Override
    public void alone(String executionId, List<Ended> calls) {
        store(Map.of(executionId, calls), true);
    }

    /** Returns the executions that were there, and not locked by someone else. */
    private Set<String> store(Map<String, List<Ended>> byExecution, boolean waits) {
        return workers.<Set<String>, RuntimeException>asSystem(handle -> {
            // First the executions' locks, as everywhere.
            Map<String, Change> changes =
                    ExecutionLocks.take(handle, versions, byExecution.keySet(), waits, clock.instant());
            List<Ended> calls = changes.keySet().stream()
                    .flatMap(execution -> byExecution.getOrDefault(execution, List.of()).stream())
                    .toList();
            if (!calls.isEmpty()) {
                store(handle, changes, calls);
            }
            return changes.keySet();
        });
    }

    private void store(Handle handle, Map<String, Change> changes, List<Ended> calls) {
        Map<String, Boolean> stored = write(handle, calls);
        var used = new ArrayList<Used>();
        var wasting = new LinkedHashSet<String>();
        for (Ended call : calls) {
            Change change = changes.get(call.lease().executionId());
            // Another may have given it up meanwhile, and made it anew: then it is as it was.
            Boolean isWasted = stored.remove(call.callId());
            if (change == null || isWasted == null) {
                continue;
            }
            call.usage().ifPresent(usage -> used.add(new Used(change, call, usage)));
            // Also where it had been given up, and its answer now tells what it cost.
            if (isWasted) {
                wasting.add(change.row().id());
            }
        }
        if (!used.isEmpty()) {
            use(handle, used);
        }
        wasting.forEach(execution -> countWaste(handle, execution));
    }

    /**
     * Returns the ids of those that were under way, and whether they count as wasted, or did. What is known to have been refused
     * was not: nothing was used.
     */
    private Map<String, Boolean> write(Handle handle, List<Ended> calls) {
        var update = handle.createQuery("""
                UPDATE external_calls c SET state = e.state, answer = e.answer, usage = e.usage, cost_nano_usd = e.cost,
                    error_kind = e.kind, error_message = e.message, ended_at = :now,
                    is_wasted = e.state = 'ambiguous'
                        OR c.is_wasted AND (e.state = 'answered' OR e.usage IS NOT NULL)
                FROM unnest(:ids, :states, :answers, :usages, CAST(:costs AS bigint[]), :kinds, :messages)
                    AS e(id, state, answer, usage, cost, kind, message)
                JOIN external_calls was ON was.id = e.id
                WHERE c.id = e.id AND c.state IN ('sent', 'ambiguous')
                RETURNING c.id, c.is_wasted OR was.is_wasted AS is_wasted
                """).bind("now", Change.at(clock.instant()));
        Columns.bind(update, "ids", calls, Ended::callId);
        Columns.bind(update, "states", calls, Ended::state);
        Columns.bind(update, "answers", calls, Ended::answer);
        Columns.bind(
                update,
                "usages",
                calls,
                call -> call.usage().map(CallUsageJson::write).orElse(null));
        Columns.bind(
                update,
                "costs",
                calls,
                call -> call.costNanoUsd().isPresent()
                        ? Long.toString(call.costNanoUsd().getAsLong())
                        : null);
        Columns.bind(
                update,
                "kinds",
                calls,
                call -> call.failure() == null ? null : call.failure().kind().code());
        Columns.bind(
                update,
                "messages",
                calls,
                call -> call.failure() == null ? null : call.failure().message());
        var written = new HashMap<String, Boolean>();
        update.map((row, ctx) -> Map.entry(row.getString("id"), row.getBoolean("is_wasted")))
                .list()
                .forEach(one -> written.put(one.getKey(), one.getValue()));
        return written;
    }

    private static void use(Handle handle, List<Used> used) {
        // A node's calls may end at the same time, if one of them is late.
        var update = handle.createUpdate("""
                        UPDATE node_runs n SET tokens = n.tokens + u.tokens, cost_nano_usd = n.cost_nano_usd + u.cost,
                            model = u.model
                        FROM (SELECT id, CAST(sum(tokens) AS bigint) AS tokens, CAST(sum(cost) AS bigint) AS cost,
                                     max(model) AS model
                              FROM unnest(:ids, :tokens, :costs, :models) AS u(id, tokens, cost, model) GROUP BY id) u
                        WHERE n.id = u.id
                        """)
                .bind(
                        "ids",
                        used.stream().mapToLong(one -> one.call().lease().id()).toArray())
                .bind("tokens", used.stream().mapToLong(Used::tokens).toArray())
                .bind("costs", used.stream().mapToLong(Used::costNanoUsd).toArray());
        Columns.bind(update, "models", used, one -> one.usage().model());
        update.execute();
        countUnpriced(
                handle,
                used.stream().filter(one -> one.call().costNanoUsd().isEmpty()).toList());
        for (Used one : used) {
            one.change().addUse(one.tokens(), one.costNanoUsd());
            if (one.usage().simulated()) {
                one.change().markSimulated();
            }
        }
        ChangeRows.save(handle, used.stream().map(Used::change).distinct().toList());
        Outbox.append(handle, used.stream().map(EndedCalls::record).toList());
    }

    /** Their tokens count, and what they cost is not known: that is another thing than nothing. */
    private static void countUnpriced(Handle handle, List<Used> unpriced) {
        for (Used one : unpriced) {
            handle.createUpdate("UPDATE node_runs SET unpriced_calls = unpriced_calls + 1 WHERE id = :id")
                    .bind("id", one.call().lease().id())
                    .execute();
            handle.createUpdate("UPDATE executions SET unpriced_calls = unpriced_calls + 1 WHERE id = :id")
                    .bind("id", one.change().row().id())
                    .execute();
        }
    }

    /** Derived, never added up step by step: a late answer may turn what was unknown into what was used. */
    static void countWaste(Handle handle, String executionId) {
        handle.createUpdate("""
                        UPDATE executions SET wasted_nano_usd =
                            (SELECT coalesce(sum(coalesce(cost_nano_usd, estimate_nano_usd)), 0) FROM external_calls
                             WHERE execution_id = :id AND is_wasted)
                        WHERE id = :id
                        """).bind("id", executionId).execute();
    }

    private static OutboxRecord record(Used used) {
        ExecutionRow row = used.change().row();
        UsageEvent event = event(row, used.call(), used.usage());
        return new OutboxRecord(
                Topics.USAGE_EVENTS.name(), event.account().key(), UsageEventCodec.write(event), Map.of(), row.id());
    }

    private static UsageEvent event(ExecutionRow row, Ended call, CallUsage used) {
        var tags = new HashMap<String, String>();
        if (used.simulated()) {
            tags.put("simulated", "true");
        }
        // As the gateway says it.
        if (used.estimated()) {
            tags.put("usageestimated", "true");
        }
        return new UsageEvent(
                call.callId(),
                Change.SOURCE,
                used.endedAt(),
                TokenUsage.builder(row.payingUser(), used.model())
                        .teamId(row.account().isTeam() ? row.account().id() : null)
                        .provider(used.provider())
                        .executionType(ExecutionType.WORKFLOW_NODE)
                        .workflowId(row.workflowId())
                        .executionId(row.id())
                        .nodeId(call.lease().nodeId())
                        .serviceTier(used.serviceTier())
                        .durationMs(used.took().toMillis())
                        .tags(tags)
                        .tokens(used.tokens())
                        .build());
    }
}

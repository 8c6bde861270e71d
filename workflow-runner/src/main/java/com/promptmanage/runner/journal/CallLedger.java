package com.promptmanage.runner.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Answer;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.node.ExternalCall;
import com.promptmanage.service.database.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What is known of each call to the outside. A row is written before the call is made, again when it is about to be sent, and
 * its answer is stored before anything is made of it. So a worker that comes later knows whether an answer is there already,
 * whether nothing was sent, or that nobody can know.
 *
 * <p>What a model's answer used becomes an event of usage in the transaction that stores it, once, also if nobody wants the
 * answer any more: it was paid for.
 */
public final class CallLedger {

    /** Of those that store how calls ended. */
    private static final int TRANSACTIONS_MAX = 2;

    private final Database workers;

    private final Turns turns = new Turns();

    private final Together<EndedCalls.Ended> endings;

    private final Clock clock;

    public CallLedger(Database database, Versions versions, Clock clock) {
        this.workers = database.background();
        this.endings = new Together<>(new EndedCalls(workers, versions, clock), TRANSACTIONS_MAX);
        this.clock = clock;
    }

    /** What is known of a call before it is made. */
    public sealed interface Standing {

        String callId();

        /**
         * It was not sent.
         *
         * @param failedBefore how often the same call has failed
         * @param last its last failure, unless nobody knows of what kind that was
         */
        record Fresh(String callId, int failedBefore, Optional<Failure> last) implements Standing {}

        /** It was answered. As for {@link Fresh}. */
        record Known(String callId, Answer answer, int failedBefore) implements Standing {}

        /** It was sent, by a worker that was lost: nobody knows whether it was answered. */
        record Unknown(String callId) implements Standing {}
    }

    private record Row(
            String id,
            String state,
            @Nullable String answer,
            @Nullable String usage,
            @Nullable String errorKind,
            @Nullable String errorMessage,
            boolean counts) {

        static final String COLUMNS = "c.id, c.state, c.answer, c.usage, c.error_kind, c.error_message";

        static Row read(ResultSet row) throws SQLException {
            return new Row(
                    row.getString("id"),
                    row.getString("state"),
                    row.getString("answer"),
                    row.getString("usage"),
                    row.getString("error_kind"),
                    row.getString("error_message"),
                    row.getBoolean("counts"));
        }

        boolean isFailure() {
            return counts && (state.equals("failed") || state.equals("ambiguous") || state.equals("unusable"));
        }

        Optional<Failure> failure() {
            return Optional.ofNullable(errorKind)
                    .map(kind -> new Failure(
                            Failure.Kind.valueOf(kind.toUpperCase(Locale.ROOT)),
                            errorMessage == null ? "It failed" : errorMessage));
        }
    }

    /** How this call stands. A fresh one is entered. */
    public Standing stand(NodeLease lease, int alternative, ExternalCall call) throws StaleLeaseException {
        return onFence(lease, false, handle -> {
            List<Row> rows = handle.createQuery("SELECT " + Row.COLUMNS + """
                            , NOT c.is_forgiven AND (n.again_at IS NULL OR c.created_at >= n.again_at) AS counts
                            FROM external_calls c JOIN node_runs n ON n.id = c.node_run_id
                            WHERE c.node_run_id = :run AND c.alternative = :alternative
                              AND c.fingerprint = :fingerprint
                            ORDER BY c.state = 'answered' DESC, c.created_at DESC, c.number DESC
                            """)
                    .bind("run", lease.id())
                    .bind("alternative", alternative)
                    .bind("fingerprint", call.fingerprint())
                    .map((row, ctx) -> Row.read(row))
                    .list();
            if (!rows.isEmpty()) {
                Row last = rows.getFirst();
                switch (last.state()) {
                    case "answered" -> {
                        return new Standing.Known(
                                last.id(), answer(last), failures(rows).size());
                    }
                    case "sent" -> {
                        return new Standing.Unknown(last.id());
                    }
                    case "intent" -> {
                        return fresh(last.id(), rows);
                    }
                    default -> {}
                }
            }
            return fresh(enter(handle, lease, alternative, call), rows);
        });
    }

    private static Standing fresh(String id, List<Row> rows) {
        List<Row> failures = failures(rows);
        return new Standing.Fresh(
                id, failures.size(), failures.stream().findFirst().flatMap(Row::failure));
    }

    /** The last one first. */
    private static List<Row> failures(List<Row> rows) {
        return rows.stream().filter(Row::isFailure).toList();
    }

    /**
     * The call is about to be sent.
     *
     * @param estimateNanoUsd what it will cost at most, if that is known
     * @param limitNanoUsd what the whole execution may cost, calls that are under way included, and those that were perhaps
     *     paid for, unless someone who resumed it has allowed another amount
     * @param budgets how the budgets stand that allow it, as JSON; shown with the node
     * @return the limit that holds, if it is too little for the call, or nobody knows whether it is: then it must not be sent
     * @throws StaleLeaseException if someone else has the node by now: then it must not be sent either
     */
    public OptionalLong sending(
            NodeLease lease,
            String callId,
            OptionalLong estimateNanoUsd,
            OptionalLong limitNanoUsd,
            Optional<JsonNode> budgets)
            throws StaleLeaseException {
        return onFence(lease, limitNanoUsd.isPresent(), handle -> {
            if (limitNanoUsd.isPresent()) {
                long limit = limit(handle, lease.executionId(), limitNanoUsd.getAsLong());
                if (estimateNanoUsd.isEmpty()
                        || estimateNanoUsd.getAsLong() > limit - spent(handle, lease.executionId())) {
                    return OptionalLong.of(limit);
                }
            }
            int updated = handle.createUpdate("""
                            UPDATE external_calls SET state = 'sent', fence = :fence, estimate_nano_usd = :estimate
                            WHERE id = :id AND state = 'intent'
                            """)
                    .bind("id", callId)
                    .bind("fence", lease.fence())
                    .bind("estimate", estimateNanoUsd.isPresent() ? estimateNanoUsd.getAsLong() : null)
                    .execute();
            if (updated == 0) {
                throw new IllegalStateException("call %s is not one that may be sent".formatted(callId));
            }
            budgets.ifPresent(state -> handle.createUpdate("UPDATE node_runs SET budgets = :budgets WHERE id = :id")
                    .bind("budgets", StoredJson.write(state))
                    .bind("id", lease.id())
                    .execute());
            return OptionalLong.empty();
        });
    }

    /**
     * What an execution may cost.
     *
     * @param ofTheVersion nanoUSD, which hold unless someone who resumed it has allowed another amount
     * @return nanoUSD
     */
    static long limit(Handle handle, String executionId, long ofTheVersion) {
        return handle.createQuery("SELECT coalesce(max_cost_nano_usd, :version) FROM executions WHERE id = :id")
                .bind("version", ofTheVersion)
                .bind("id", executionId)
                .mapTo(Long.class)
                .one();
    }

    /**
     * With what may have been spent. All calls are looked through only where one was perhaps paid for, or is of a model that only the
     * account's own prices know: its estimate counts.
     *
     * @return nanoUSD
     */
    static long spent(Handle handle, String executionId) {
        return handle.createQuery("""
                        SELECT e.cost_nano_usd + (SELECT coalesce(sum(c.estimate_nano_usd), 0) FROM external_calls c
                                                  WHERE c.execution_id = e.id AND c.state = 'sent')
                            + CASE WHEN e.unpriced_calls = 0 THEN 0 ELSE
                                (SELECT coalesce(sum(c.estimate_nano_usd), 0) FROM external_calls c
                                 WHERE c.execution_id = e.id AND c.usage IS NOT NULL
                                   AND c.cost_nano_usd IS NULL AND c.state <> 'ambiguous') END
                            + CASE WHEN e.wasted_nano_usd = 0 THEN 0 ELSE
                                (SELECT coalesce(sum(c.estimate_nano_usd), 0) FROM external_calls c
                                 WHERE c.execution_id = e.id AND c.state = 'ambiguous' AND c.cost_nano_usd IS NULL) END
                        FROM executions e WHERE e.id = :id
                        """).bind("id", executionId).mapTo(Long.class).one();
    }

    /** It was entered as about to be sent, and was not: whoever comes next may send it. */
    public void notSent(NodeLease lease, String callId) {
        atTurn(lease, handle -> {
            // Its execution may have ended, and it counted as possibly wasted.
            lock(handle, lease.executionId());
            handle.createUpdate("""
                            UPDATE external_calls SET state = 'intent', estimate_nano_usd = NULL, is_wasted = false
                            WHERE id = :id AND state = 'sent' AND fence = :fence
                            """)
                    .bind("id", callId)
                    .bind("fence", lease.fence())
                    .execute();
            EndedCalls.countWaste(handle, lease.executionId());
        });
    }

    /**
     * The answer has come. Stored whoever holds the lease now; what it used is told.
     *
     * @param costNanoUsd at list price, if the model is listed
     */
    public void answered(NodeLease lease, String callId, Answer answer, OptionalLong costNanoUsd) {
        end(new EndedCalls.Ended(
                lease, callId, "answered", StoredJson.write(answer.content()), answer.usage(), costNanoUsd, null));
    }

    /** There will be no answer. */
    public void failed(NodeLease lease, String callId, Failure failure, OptionalLong costNanoUsd) {
        String state = failure.kind() == Failure.Kind.AMBIGUOUS ? "ambiguous" : "failed";
        end(new EndedCalls.Ended(lease, callId, state, null, failure.usage(), costNanoUsd, failure));
    }

    /** Nothing can be made of the answer: it was paid for, and whoever tries again asks anew. Returns how many calls that was. */
    public int unusable(NodeLease lease, String callId, Failure failure) throws StaleLeaseException {
        return onFence(
                lease,
                false,
                handle -> handle.createUpdate("""
                        UPDATE external_calls SET state = 'unusable', error_kind = :kind, error_message = :message
                        WHERE id = :id AND state = 'answered'
                        """)
                        .bind("id", callId)
                        .bind("kind", failure.kind().code())
                        .bind("message", failure.message())
                        .execute());
    }

    /**
     * Nobody will find out whether the call was answered: it counts as possibly wasted.
     *
     * @param end why it is not made again, or not before someone was asked; empty if it may be
     */
    public void giveUp(NodeLease lease, String callId, Optional<Failure> end) {
        atTurn(lease, handle -> {
            // First the execution's lock, as everywhere.
            lock(handle, lease.executionId());
            handle.createUpdate("""
                            UPDATE external_calls SET state = 'ambiguous', is_wasted = true, ended_at = :now,
                                error_kind = :kind, error_message = :message
                            WHERE id = :id AND state = 'sent'
                            """)
                    .bind("id", callId)
                    .bind("kind", end.map(failure -> failure.kind().code()).orElse(null))
                    .bind("message", end.map(Failure::message).orElse(null))
                    .bind("now", Change.at(clock.instant()))
                    .execute();
            EndedCalls.countWaste(handle, lease.executionId());
        });
    }

    private String enter(Handle handle, NodeLease lease, int alternative, ExternalCall call) {
        int before = handle.createQuery("SELECT count(*) FROM external_calls WHERE node_run_id = :run")
                .bind("run", lease.id())
                .mapTo(Integer.class)
                .one();
        String id = "%s:%d:%d".formatted(lease.executionId(), lease.id(), before + 1);
        handle.createUpdate("""
                        INSERT INTO external_calls (id, execution_id, node_run_id, alternative, fingerprint, target,
                            state, fence, created_at)
                        VALUES (:id, :execution, :run, :alternative, :fingerprint, :target, 'intent', :fence, now())
                        """)
                .bind("id", id)
                .bind("execution", lease.executionId())
                .bind("run", lease.id())
                .bind("alternative", alternative)
                .bind("fingerprint", call.fingerprint())
                .bind("target", call.target())
                .bind("fence", lease.fence())
                .execute();
        return id;
    }

    private void end(EndedCalls.Ended ended) {
        endings.bring(ended.lease().executionId(), ended);
    }

    private static Answer answer(Row row) {
        JsonNode content = StoredJson.read(row.answer() == null ? "null" : row.answer());
        return new Answer(content, Optional.ofNullable(row.usage()).map(CallUsageJson::read));
    }

    private static void lock(Handle handle, String executionId) {
        handle.execute("SELECT 1 FROM executions WHERE id = ? FOR NO KEY UPDATE", executionId);
    }

    /** What is done by someone whose fence still holds. */
    private interface Held<R> {
        R with(Handle handle);
    }

    private <R> R onFence(NodeLease lease, boolean lockingExecution, Held<R> work) throws StaleLeaseException {
        if (!lockingExecution) {
            return workers.<R, StaleLeaseException>asSystem(handle -> onFence(handle, lease, work));
        }
        return turns.<R, StaleLeaseException>at(
                lease.executionId(),
                () -> workers.<R, StaleLeaseException>asSystem(handle -> {
                    lock(handle, lease.executionId());
                    return onFence(handle, lease, work);
                }));
    }

    private static <R> R onFence(Handle handle, NodeLease lease, Held<R> work) throws StaleLeaseException {
        boolean holds = handle.createQuery("""
                        SELECT 1 FROM node_runs WHERE id = :id AND fence = :fence AND status = 'leased'
                        FOR SHARE
                        """)
                .bind("id", lease.id())
                .bind("fence", lease.fence())
                .mapTo(Integer.class)
                .findOne()
                .isPresent();
        if (!holds) {
            throw new StaleLeaseException(lease);
        }
        return work.with(handle);
    }

    /** For what takes the execution's lock, whoever holds the lease. */
    private void atTurn(NodeLease lease, HandleConsumer<RuntimeException> work) {
        turns.<Void, RuntimeException>at(
                lease.executionId(), () -> workers.<Void, RuntimeException>asSystem(work.asCallback()));
    }
}

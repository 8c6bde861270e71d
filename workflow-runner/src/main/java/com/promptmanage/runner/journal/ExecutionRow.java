package com.promptmanage.runner.journal;

import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.execution.ExecutionChange.Execution;
import com.promptmanage.topics.execution.ExecutionChange.Status;
import com.promptmanage.topics.execution.ExecutionChange.Totals;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An execution's row, as it was when its lock was taken.
 *
 * @param keeps whether it takes over what another one has done, as {@link KeptRuns} says
 * @param standsStillSince since when it has not run, once it had begun; null while it runs
 * @param stoodStillMs of the times before, those since it began in which it did not run
 */
record ExecutionRow(
        String id,
        String workflowId,
        int workflowVersion,
        Account account,
        String userId,
        Status status,
        boolean isSimulated,
        @Nullable Instant startedAt,
        @Nullable Instant standsStillSince,
        long stoodStillMs,
        int lastSeq,
        int openNodes,
        int heldNodes,
        @Nullable Integer nodesAtOnceMax,
        boolean keeps,
        Totals totals) {

    /** Of {@code executions e}. */
    static final String COLUMNS = """
            e.id, e.workflow_id, e.workflow_version, e.account, e.user_id, e.status, e.is_simulated, e.started_at, \
            coalesce(e.stands_still_since, e.completed_at) AS stands_still_since, e.stood_still_ms, e.last_seq, e.open_nodes, \
            e.held_nodes, e.nodes_at_once_max, e.keeps, e.completed_nodes, e.failed_nodes, e.skipped_nodes, e.tokens, \
            e.cost_nano_usd""";

    static ExecutionRow read(ResultSet row) throws SQLException {
        return new ExecutionRow(
                row.getString("id"),
                row.getString("workflow_id"),
                row.getInt("workflow_version"),
                new Account(row.getString("account")),
                row.getString("user_id"),
                Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                row.getBoolean("is_simulated"),
                WorkflowRow.optionalInstant(row, "started_at"),
                WorkflowRow.optionalInstant(row, "stands_still_since"),
                row.getLong("stood_still_ms"),
                row.getInt("last_seq"),
                row.getInt("open_nodes"),
                row.getInt("held_nodes"),
                row.getObject("nodes_at_once_max", Integer.class),
                row.getBoolean("keeps"),
                new Totals(
                        row.getInt("completed_nodes"),
                        row.getInt("failed_nodes"),
                        row.getInt("skipped_nodes"),
                        row.getLong("tokens"),
                        row.getLong("cost_nano_usd")));
    }

    /**
     * How many nodes may run at a time.
     *
     * @param wanted what the workflow says
     */
    int nodesAtOnce(int wanted) {
        return nodesAtOnceMax == null ? wanted : Math.min(wanted, nodesAtOnceMax);
    }

    /** As events tell of it. */
    Execution told() {
        return new Execution(
                id, workflowId, workflowVersion, payingUser(), account.isTeam() ? account.id() : null, isSimulated);
    }

    /** Who stands as the user in events. What someone runs who was given a person's workflow is paid by that person. */
    String payingUser() {
        return account.isTeam() ? userId : account.id();
    }
}

package com.promptmanage.runner.journal;

import com.promptmanage.runner.journal.Change.NodeTold;
import com.promptmanage.topics.execution.ExecutionChange.NodeStatus;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** What the row of a node that has just ended says for its event. */
record EndedRun(
        int attempt,
        long tokens,
        long costNanoUsd,
        @Nullable Instant startedAt) {

    /** The columns: {@code attempt, tokens, cost_nano_usd, started_at}. */
    static EndedRun read(ResultSet row) throws SQLException {
        OffsetDateTime started = row.getObject("started_at", OffsetDateTime.class);
        return new EndedRun(
                row.getInt("attempt"),
                row.getLong("tokens"),
                row.getLong("cost_nano_usd"),
                started == null ? null : started.toInstant());
    }

    NodeTold told(String scope, String nodeId, NodeStatus status, @Nullable String error, Instant now) {
        Long durationMs = startedAt == null
                ? null
                : Math.max(0, Duration.between(startedAt, now).toMillis());
        return new NodeTold(scope, nodeId, status, attempt, durationMs, error, tokens, costNanoUsd);
    }
}

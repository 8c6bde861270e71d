package com.promptmanage.topics.execution;

import com.promptmanage.topics.account.Account;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A workflow execution, or one of its nodes, is in another state than before. Keyed by {@link Execution#account}. */
public sealed interface ExecutionChange {

    Execution execution();

    Instant time();

    /** Which execution this is about, the same in each of its events. */
    record Execution(
            String id,
            String workflowId,
            int workflowVersion,
            String userId,
            @Nullable String teamId,
            boolean simulated) {

        /** The account that pays for the execution's calls. */
        public Account account() {
            return teamId == null ? Account.user(userId) : Account.team(teamId);
        }
    }

    /** States of an execution. */
    enum Status {
        QUEUED,
        RUNNING,
        /** A budget does not allow its next call. Goes on when a person says so. */
        PAUSED_BUDGET,
        /** A person has to decide something. */
        PAUSED,
        COMPLETED,
        FAILED,
        CANCELLED,
        TIMEOUT;

        /** The name in JSON. */
        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether it is over for good, unless a failed one is taken up again where it failed. */
        public boolean isEnd() {
            return switch (this) {
                case QUEUED, RUNNING, PAUSED_BUDGET, PAUSED -> false;
                case COMPLETED, FAILED, CANCELLED, TIMEOUT -> true;
            };
        }
    }

    /**
     * What an execution has done so far.
     *
     * @param tokens of all kinds, in and out
     * @param costNanoUsd at list price, nanoUSD; what is charged is the ledger's to say
     */
    record Totals(int completedNodes, int failedNodes, int skippedNodes, long tokens, long costNanoUsd) {

        public static final Totals NONE = new Totals(0, 0, 0, 0, 0);
    }

    /** States of a node within an execution. */
    enum NodeStatus {
        QUEUED,
        RUNNING,
        COMPLETED,
        FAILED,
        SKIPPED,
        RETRYING;

        /** The name in JSON. */
        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The execution changed.
     *
     * @param durationMs since it began to run, ms, without the times in which it stood still; null before it ends
     * @param error why it failed, or why it is paused; null unless it did or is
     */
    record ExecutionChanged(
            Execution execution,
            Instant time,
            Status status,
            @Nullable Long durationMs,
            @Nullable String error,
            Totals totals)
            implements ExecutionChange {

        /** The CloudEvents type. */
        public static final String TYPE = "com.promptmanage.workflow.execution.v1";
    }

    /**
     * A node of the execution changed.
     *
     * @param nodeType for example {@code prompt}
     * @param scope for which of the items that it is run for, for example {@code fetch[3]}; empty if it is run once
     * @param attempt counted from 1
     * @param durationMs since its first attempt after the execution was last taken up, ms; null before it ends
     * @param error why it failed; null unless it did
     * @param tokens of all kinds that it has used so far, failed attempts included
     * @param costNanoUsd of those, at list price
     */
    record NodeChanged(
            Execution execution,
            Instant time,
            String nodeId,
            String nodeType,
            String scope,
            NodeStatus status,
            int attempt,
            @Nullable Long durationMs,
            @Nullable String error,
            long tokens,
            long costNanoUsd)
            implements ExecutionChange {

        /** The CloudEvents type. */
        public static final String TYPE = "com.promptmanage.workflow.node.v1";
    }
}

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
        COMPLETED,
        FAILED,
        CANCELLED,
        TIMEOUT;

        /** The name in JSON. */
        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }
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
     * @param durationMs since it began to run, ms; null before it ends
     * @param error why it failed; null unless it did
     */
    record ExecutionChanged(
            Execution execution,
            Instant time,
            Status status,
            @Nullable Long durationMs,
            @Nullable String error) implements ExecutionChange {

        /** The CloudEvents type. */
        public static final String TYPE = "com.promptmanage.workflow.execution.v1";
    }

    /**
     * A node of the execution changed.
     *
     * @param nodeType for example {@code prompt}
     * @param attempt counted from 1
     * @param durationMs of this attempt, ms; null before it ends
     * @param error why it failed; null unless it did
     */
    record NodeChanged(
            Execution execution,
            Instant time,
            String nodeId,
            String nodeType,
            NodeStatus status,
            int attempt,
            @Nullable Long durationMs,
            @Nullable String error)
            implements ExecutionChange {

        /** The CloudEvents type. */
        public static final String TYPE = "com.promptmanage.workflow.node.v1";
    }
}

package com.promptmanage.service.tier;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an account may use of workflows. A limit that is null is none.
 *
 * @param workflowsMax that may exist at a time
 * @param dataSourcesMax that may exist at a time
 * @param workflowRunsPerMonth that may be begun in a calendar month of UTC, tests among them
 * @param workflowTriggers what may begin them, in the words of an execution's {@code triggeredBy}
 * @param workflowConcurrentNodesMax of one execution that run at a time; 1 for one after the other
 * @param workflowHistoryDays how far back it is shown how they have gone, in days
 * @param workflowSharing whether they may be shared with people, besides those of the account
 */
public record WorkflowFeatures(
        @Nullable Integer workflowsMax,
        @Nullable Integer dataSourcesMax,
        @Nullable Integer workflowRunsPerMonth,
        @Nullable List<String> workflowTriggers,
        @Nullable Integer workflowConcurrentNodesMax,
        @Nullable Integer workflowHistoryDays,
        boolean workflowSharing) {

    /** Where tiers are not enforced, and in the largest. */
    public static final WorkflowFeatures ALL = new WorkflowFeatures(null, null, null, null, null, null, true);

    public WorkflowFeatures {
        workflowTriggers = workflowTriggers == null ? null : List.copyOf(workflowTriggers);
    }
}

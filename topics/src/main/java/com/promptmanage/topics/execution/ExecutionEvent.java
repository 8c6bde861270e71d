package com.promptmanage.topics.execution;

import com.promptmanage.topics.execution.ExecutionChange.ExecutionChanged;
import com.promptmanage.topics.execution.ExecutionChange.NodeChanged;
import com.promptmanage.topics.execution.ExecutionChange.NodeStatus;
import com.promptmanage.topics.execution.ExecutionChange.Status;
import java.util.List;

/**
 * A change as it was reported.
 *
 * @param id identifies the event together with {@code source}; of the workflow runner, the execution's id, a slash, and a number
 *     that rises within the execution
 * @param source who reports it
 */
public record ExecutionEvent(String id, String source, ExecutionChange change) {

    private static final int NUMBER_DIGITS_MAX = 15;

    private static final int RANKS = 16;

    /**
     * Larger than that of every event of the same execution before it, the same for each repeat. From the number in the id; if it
     * has none, from the time, where of events of the same millisecond the one that is further on comes later.
     */
    public long order() {
        String number = id.substring(id.lastIndexOf('/') + 1);
        boolean isNumber = number.length() < id.length()
                && !number.isEmpty()
                && number.length() <= NUMBER_DIGITS_MAX
                && number.chars().allMatch(digit -> digit >= '0' && digit <= '9');
        if (isNumber) {
            return Long.parseLong(number);
        }
        int rank = switch (change) {
            case ExecutionChanged changed -> List.of(Status.values()).indexOf(changed.status());
            case NodeChanged changed -> List.of(NodeStatus.values()).indexOf(changed.status());
        };
        return Math.max(0, change.time().toEpochMilli()) * RANKS + rank;
    }
}

package com.promptmanage.runner.journal;

import java.util.ArrayList;
import java.util.List;

/**
 * One node in one scope that this process may run.
 *
 * @param fence what it proves with that it still may
 * @param losses how often a worker was lost while it had it
 * @param attempt from 1; 0 as long as it was not begun
 * @param waited whether it is a delay that is over
 */
public record NodeLease(
        long id, String executionId, String scope, String nodeId, long fence, int losses, int attempt, boolean waited) {

    NodeLease begun(int other) {
        return new NodeLease(id, executionId, scope, nodeId, fence, losses, other, waited);
    }

    /** The scope and all that it is inside of, the innermost first; the root's last. */
    public static List<String> chain(String scope) {
        var chain = new ArrayList<String>();
        String path = scope;
        while (!path.isEmpty()) {
            chain.add(path);
            path = path.substring(0, Math.max(0, path.lastIndexOf('/')));
        }
        chain.add("");
        return chain;
    }

    /** The same in each attempt, and in no other scope or execution. */
    public String idempotencyKey() {
        return "%s:%s:%s".formatted(executionId, scope, nodeId);
    }
}

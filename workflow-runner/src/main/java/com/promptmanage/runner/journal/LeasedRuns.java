package com.promptmanage.runner.journal;

import com.promptmanage.runner.run.ScopeState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/** Node runs that are still their workers' own. */
final class LeasedRuns {

    private LeasedRuns() {}

    private record Found(long id, String executionId, EndedRun run, List<ScopeState> scopes) {}

    /**
     * Locks those whose leases hold, and gives their executions' changes the scopes that they are in, and all that these are inside
     * of.
     *
     * @param changes by execution, which hold the executions' locks
     * @return by the id of the node run; what is missing is not its worker's any more
     */
    static Map<Long, EndedRun> lock(Handle handle, Map<String, Change> changes, Collection<NodeLease> leases) {
        var ids = new ArrayList<Long>();
        var fences = new ArrayList<Long>();
        var paths = new ArrayList<String>();
        for (NodeLease lease : leases) {
            for (String path : NodeLease.chain(lease.scope())) {
                ids.add(lease.id());
                fences.add(lease.fence());
                paths.add(path);
            }
        }
        var runs = new HashMap<Long, EndedRun>();
        handle.createQuery("SELECT n.id, n.execution_id, n.attempt, n.tokens, n.cost_nano_usd, n.started_at, "
                        + ScopeRows.COLUMNS + """
                         FROM unnest(:ids, :fences, :paths) AS l(id, fence, path)
                        JOIN node_runs n ON n.id = l.id AND n.fence = l.fence AND n.status = 'leased'
                        LEFT JOIN run_scopes s ON s.execution_id = n.execution_id AND s.path = l.path
                        FOR NO KEY UPDATE OF n
                        """)
                .bind("ids", ids.stream().mapToLong(Long::longValue).toArray())
                .bind("fences", fences.stream().mapToLong(Long::longValue).toArray())
                .bindArray("paths", String.class, paths)
                .map((row, ctx) -> new Found(
                        row.getLong("id"),
                        row.getString("execution_id"),
                        EndedRun.read(row),
                        row.getString("path") == null ? List.of() : List.of(ScopeRows.read(row))))
                .list()
                .forEach(found -> {
                    runs.put(found.id(), found.run());
                    Change change = changes.get(found.executionId());
                    if (change != null) {
                        change.know(found.scopes());
                    }
                });
        return runs;
    }
}

package com.promptmanage.runner.journal;

import com.promptmanage.runner.journal.NodeJournal.Begun;
import com.promptmanage.runner.journal.NodeJournal.Followed;
import com.promptmanage.service.database.Database;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Records what workers bring of several nodes, of one execution or of many, in one transaction: their locks are taken once, and
 * each statement is for all of them. Each report is judged by its own lease, and worked in after those before it.
 */
final class Recording implements Together.Work<Report> {

    /** Characters of what is stored in one transaction, besides the last report. */
    private static final int SIZE_MAX = 2 << 20;

    private final Database workers;

    private final Versions versions;

    private final Values values;

    private final Clock clock;

    Recording(Database workers, Versions versions, Values values, Clock clock) {
        this.workers = workers;
        this.versions = versions;
        this.values = values;
        this.clock = clock;
    }

    /**
     * What is there when everything is written.
     *
     * @param locked the executions of which there was something to be done
     */
    private record Recorded(Set<String> locked, Values.Found values) {}

    /** A report that was worked in, and what its worker is given for it. */
    private record Worked(Report report, Change change, Report.Given given) {}

    @Override
    public int size(Report report) {
        return report.size();
    }

    @Override
    public int sizeMax() {
        return SIZE_MAX;
    }

    /** Passes over the executions that someone else has locked: waiting for one would hold up all. */
    @Override
    public Set<String> together(Map<String, List<Report>> byExecution) {
        var left = new HashSet<>(byExecution.keySet());
        left.removeAll(record(byExecution, false));
        return left;
    }

    @Override
    public void alone(String executionId, List<Report> reports) {
        // Where nothing is locked there is no such execution any more.
        reports.forEach(Report::refused);
        record(Map.of(executionId, reports), true);
    }

    private Set<String> record(Map<String, List<Report>> byExecution, boolean waits) {
        Recorded recorded = workers.<Recorded, RuntimeException>asSystem(handle -> record(handle, byExecution, waits));
        values.remember(recorded.values());
        return recorded.locked();
    }

    private Recorded record(Handle handle, Map<String, List<Report>> byExecution, boolean waits) {
        Map<String, Change> changes =
                ExecutionLocks.take(handle, versions, byExecution.keySet(), waits, clock.instant());
        if (changes.isEmpty()) {
            return new Recorded(Set.of(), Values.Found.NOTHING);
        }
        List<Report> reports = changes.keySet().stream()
                .flatMap(execution -> byExecution.getOrDefault(execution, List.of()).stream())
                .toList();
        List<Worked> worked = work(handle, changes, reports);
        Map<ChangeRows.Place, Long> ids = ChangeRows.save(
                handle, worked.stream().map(Worked::change).distinct().toList());
        return new Recorded(changes.keySet(), answer(handle, worked, ids));
    }

    private static List<Worked> work(Handle handle, Map<String, Change> changes, List<Report> reports) {
        Map<Long, EndedRun> runs = LeasedRuns.lock(
                handle, changes, reports.stream().map(Report::lease).toList());
        var worked = new ArrayList<Worked>();
        for (Report report : reports) {
            // A report of the same run a second time has nothing to be judged by any more.
            EndedRun run = runs.remove(report.lease().id());
            Change change = changes.get(report.lease().executionId());
            if (run == null || change == null) {
                report.refused();
            } else {
                worked.add(new Worked(report, change, report.act().on(change, run)));
            }
        }
        return worked;
    }

    /** Gives each worker what it is to run now, with all that it takes to do so. */
    private Values.Found answer(Handle handle, List<Worked> worked, Map<ChangeRows.Place, Long> ids) {
        var asked = new HashMap<Report, List<NodeFacts.Asked>>();
        for (Worked one : worked) {
            asked.put(
                    one.report(),
                    one.given().leases(ids).stream()
                            .map(lease -> NodeFacts.Asked.of(
                                    one.change().row(), one.change().pinned(), lease))
                            .toList());
        }
        var written = new HashMap<Values.Key, String>();
        worked.forEach(one -> written.putAll(one.report().written()));
        Values.Found found = values.find(
                handle,
                NodeFacts.keys(asked.values().stream().flatMap(List::stream).toList()),
                written);
        for (Worked one : worked) {
            List<Begun> taken = asked.getOrDefault(one.report(), List.of()).stream()
                    .map(next -> new Begun(next.lease(), next.pinned(), NodeFacts.of(handle, next, found.all())))
                    .toList();
            one.report().recorded(new Followed(taken, one.change().status().isEnd()));
        }
        return found;
    }
}

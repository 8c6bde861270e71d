package com.promptmanage.runner.journal;

import com.promptmanage.runner.journal.NodeJournal.Followed;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a worker brings of a node that it has, to be recorded with what others bring, and what came of it. */
final class Report {

    private final NodeLease lease;

    private final int size;

    /** What those that follow may ask for: they need not read it from the table again. */
    private final Map<Values.Key, String> written;

    private final Act act;

    /** Null as long as it is not recorded, and if it is refused. */
    private @Nullable Followed followed;

    /** What it changes. */
    interface Act {

        /**
         * Works it into the change.
         *
         * @param run as it is in the table
         */
        Given on(Change change, EndedRun run);
    }

    /** Which node runs the worker is given. Asked for when the change is saved. */
    interface Given {

        Given NOTHING = ids -> List.of();

        /** @param ids of the node runs that were made */
        List<NodeLease> leases(Map<ChangeRows.Place, Long> ids);
    }

    /**
     * @param size of what is stored, in characters
     * @param written values as they are stored, as JSON
     */
    Report(NodeLease lease, int size, Map<Values.Key, String> written, Act act) {
        this.lease = lease;
        this.size = size;
        this.written = Map.copyOf(written);
        this.act = act;
    }

    NodeLease lease() {
        return lease;
    }

    int size() {
        return size;
    }

    Map<Values.Key, String> written() {
        return written;
    }

    Act act() {
        return act;
    }

    void recorded(Followed what) {
        followed = what;
    }

    void refused() {
        followed = null;
    }

    Followed followed() throws StaleLeaseException {
        if (followed == null) {
            throw new StaleLeaseException(lease);
        }
        return followed;
    }
}

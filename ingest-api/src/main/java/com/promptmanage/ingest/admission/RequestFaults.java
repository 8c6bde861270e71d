package com.promptmanage.ingest.admission;

import com.promptmanage.ingest.normalize.FaultSink;
import com.promptmanage.service.http.Fault;
import com.promptmanage.service.http.ProblemException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything wrong with the events of a request, with the index of the event it is in. Bounded: the answer to nonsense must
 * not be many times as large as the nonsense.
 */
public final class RequestFaults implements FaultSink {

    /** Told in one answer; the others are only counted. */
    private static final int TOLD_MAX = 500;

    private final List<Fault> told = new ArrayList<>();

    private int count;

    private @Nullable Integer index;

    /** From now on, faults are of this event. */
    public void at(@Nullable Integer event) {
        index = event;
    }

    @Override
    public void add(String field, String detail, String remedy) {
        count++;
        if (told.size() < TOLD_MAX) {
            told.add(new Fault(field, index, detail, remedy));
        }
    }

    /** @throws ProblemException with all of them, if there is one */
    public void check() {
        if (count == 0) {
            return;
        }
        if (count > told.size()) {
            told.add(new Fault(
                    "body",
                    "has %d more faults".formatted(count - told.size()),
                    "Mend these first, then send it again."));
        }
        throw ProblemException.invalid(told);
    }
}

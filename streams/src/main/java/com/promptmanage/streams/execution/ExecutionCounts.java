package com.promptmanage.streams.execution;

import java.util.concurrent.atomic.LongAdder;

/** What was seen of executions in this process since it started: for metrics only, as with the metering's. */
public final class ExecutionCounts {

    /** Events that told something new. */
    public final LongAdder changes = new LongAdder();

    /** Repeats, and events that were overtaken by newer ones. */
    public final LongAdder repeats = new LongAdder();

    /** Records sent to the rejected topic. */
    public final LongAdder rejected = new LongAdder();

    /** Records of changelogs that were read to bring back the state of a partition. */
    public final LongAdder restored = new LongAdder();
}

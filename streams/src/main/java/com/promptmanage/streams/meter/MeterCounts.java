package com.promptmanage.streams.meter;

import java.util.concurrent.atomic.LongAdder;

/**
 * What the meters of a process have seen since it started. For metrics only: what an aborted transaction counted stays
 * counted here, so these are not the truth about spend.
 */
public final class MeterCounts {

    /** Unique events counted, token usage and plain ones. */
    public final LongAdder accepted = new LongAdder();

    /** Repeats dropped. */
    public final LongAdder duplicates = new LongAdder();

    /** Records sent to the rejected topic. */
    public final LongAdder rejected = new LongAdder();

    /** Events whose model had no price when they came. */
    public final LongAdder unpriced = new LongAdder();

    /** Events that were unpriced and have found their price. */
    public final LongAdder rerated = new LongAdder();

    /**
     * Unpriced events that were given up: no price came for as long as they are kept, or they cannot be read any more. They stay
     * unpriced.
     */
    public final LongAdder abandoned = new LongAdder();

    /** Alerts raised. */
    public final LongAdder alerts = new LongAdder();

    /** Records of changelogs that were read to bring back the state of a partition. */
    public final LongAdder restored = new LongAdder();
}

package com.promptmanage.streams.intake;

/** Ids in ascending order, both halves taken as unsigned; {@link #hi} and {@link #lo} are of the last one walked to. */
interface EventIdWalk {

    /** Moves on; false when there is no further id. */
    boolean next();

    long hi();

    long lo();

    static int compare(long hi, long lo, long otherHi, long otherLo) {
        return hi == otherHi ? Long.compareUnsigned(lo, otherLo) : Long.compareUnsigned(hi, otherHi);
    }

    /** Two walks as one. An id that is in both comes once. */
    static EventIdWalk merged(EventIdWalk left, EventIdWalk right) {
        return new EventIdWalk() {
            private boolean hasLeft = left.next();
            private boolean hasRight = right.next();
            private long hi;
            private long lo;

            @Override
            public boolean next() {
                if (!hasLeft && !hasRight) {
                    return false;
                }
                int order = !hasLeft ? 1 : !hasRight ? -1 : compare(left.hi(), left.lo(), right.hi(), right.lo());
                EventIdWalk first = order <= 0 ? left : right;
                hi = first.hi();
                lo = first.lo();
                if (order <= 0) {
                    hasLeft = left.next();
                }
                if (order >= 0) {
                    hasRight = right.next();
                }
                return true;
            }

            @Override
            public long hi() {
                return hi;
            }

            @Override
            public long lo() {
                return lo;
            }
        };
    }
}

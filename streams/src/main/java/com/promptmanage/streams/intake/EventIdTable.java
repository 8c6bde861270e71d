package com.promptmanage.streams.intake;

import java.util.Arrays;

/**
 * The youngest ids, on the heap: an open-addressing table of 16 bytes a slot, at most half full.
 *
 * <p>An id's slot comes from its highest bits and probing never wraps around, so the slots read from the first to the
 * last are sorted but for the few ids that lie together in one run. That makes it cheap to write the table as a sorted
 * file. It leans on the ids being evenly spread, as {@link EventIdHash}es are; others are handled, but slowly.
 */
final class EventIdTable {

    /** What {@link #slotFor} answers for an id that is in the table. */
    static final int PRESENT = -1;

    private static final int FIRST_SLOT_BITS = 10;

    /** Slots past the last home slot, for runs that begin near it. */
    private static final int SPARE_SLOTS = 1 << 10;

    /** Two longs a slot. A slot of zeros is free; the last is always free, so that every probe ends. */
    private long[] slots = newSlots(FIRST_SLOT_BITS);

    private int slotBits = FIRST_SLOT_BITS;
    private int size;
    /** The one id that looks like a free slot. */
    private boolean holdsZero;

    private long oldestArrivalMs = Long.MAX_VALUE;
    private long youngestArrivalMs = Long.MIN_VALUE;

    int size() {
        return size;
    }

    long oldestArrivalMs() {
        return oldestArrivalMs;
    }

    long youngestArrivalMs() {
        return youngestArrivalMs;
    }

    long heapBytes() {
        return (long) slots.length * Long.BYTES;
    }

    boolean contains(long hi, long lo) {
        return slotFor(hi, lo) == PRESENT;
    }

    /** Grows when one more id would fill more than half. Slots found before are void. */
    void makeRoom() {
        if ((size + 1) * 2L > 1L << slotBits) {
            grow();
        }
    }

    /** The slot where the id goes, good until the next change; or {@link #PRESENT}. */
    int slotFor(long hi, long lo) {
        if ((hi | lo) == 0) {
            return holdsZero ? PRESENT : 0;
        }
        long[] pairs = slots;
        int at = home(hi);
        while (true) {
            long slotHi = pairs[at];
            long slotLo = pairs[at + 1];
            if (slotHi == hi && slotLo == lo) {
                return PRESENT;
            }
            if ((slotHi | slotLo) == 0) {
                return at;
            }
            at += 2;
        }
    }

    /** @param slot what {@link #slotFor} answered for this id just now */
    void put(int slot, long hi, long lo, long arrivalMs) {
        store(slot, hi, lo);
        size++;
        oldestArrivalMs = Math.min(oldestArrivalMs, arrivalMs);
        youngestArrivalMs = Math.max(youngestArrivalMs, arrivalMs);
    }

    EventIdWalk inOrder() {
        return new Walk();
    }

    private void store(int slot, long hi, long lo) {
        if ((hi | lo) == 0) {
            holdsZero = true;
            return;
        }
        slots[slot] = hi;
        slots[slot + 1] = lo;
        if (slot == slots.length - 2) {
            slots = Arrays.copyOf(slots, Math.addExact(slots.length, 2 * SPARE_SLOTS));
        }
    }

    private int home(long hi) {
        return (int) (hi >>> (Long.SIZE - slotBits)) * 2;
    }

    private void grow() {
        long[] old = slots;
        slotBits++;
        slots = newSlots(slotBits);
        for (int at = 0; at < old.length; at += 2) {
            if ((old[at] | old[at + 1]) != 0) {
                store(slotFor(old[at], old[at + 1]), old[at], old[at + 1]);
            }
        }
    }

    private static long[] newSlots(int slotBits) {
        return new long[2 * ((1 << slotBits) + SPARE_SLOTS)];
    }

    private final class Walk implements EventIdWalk {

        private boolean zeroIsNext = holdsZero;
        private int nextSlot;
        /** Ids of neighbouring slots with no free one between; all of them are smaller than all that follow. */
        private long[] run = new long[32];

        private int runEnd;
        private int inRun;
        private long hi;
        private long lo;

        @Override
        public boolean next() {
            if (zeroIsNext) {
                zeroIsNext = false;
                return true;
            }
            if (inRun == runEnd && !nextRun()) {
                return false;
            }
            hi = run[inRun];
            lo = run[inRun + 1];
            inRun += 2;
            return true;
        }

        private boolean nextRun() {
            while (nextSlot < slots.length && (slots[nextSlot] | slots[nextSlot + 1]) == 0) {
                nextSlot += 2;
            }
            inRun = 0;
            runEnd = 0;
            while (nextSlot < slots.length && (slots[nextSlot] | slots[nextSlot + 1]) != 0) {
                insertSorted(slots[nextSlot], slots[nextSlot + 1]);
                nextSlot += 2;
            }
            return runEnd > 0;
        }

        private void insertSorted(long newHi, long newLo) {
            if (runEnd == run.length) {
                run = Arrays.copyOf(run, run.length * 2);
            }
            int at = runEnd;
            while (at > 0 && EventIdWalk.compare(run[at - 2], run[at - 1], newHi, newLo) > 0) {
                run[at] = run[at - 2];
                run[at + 1] = run[at - 1];
                at -= 2;
            }
            run[at] = newHi;
            run[at + 1] = newLo;
            runEnd += 2;
        }

        @Override
        public long hi() {
            return hi;
        }

        @Override
        public long lo() {
            return lo;
        }
    }
}

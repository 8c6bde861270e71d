package com.promptmanage.streams;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The stores of this process that have been found, each kept for as long as no partition moves: for every look-up Streams goes
 * through its threads and tasks. Thread-safe.
 *
 * <p>A store that is open need not be ours to answer from: one that has become the copy of another process's stays open, and one that
 * was closed may be opened again, to be restored. So what was found holds only while the application runs without a change of its
 * state since and the store has not been opened again, and is looked up each time while the application does not run.
 *
 * @param <S> what each is
 */
final class FoundStores<S> {

    private final BooleanSupplier isRunning;

    private final LongSupplier stateChanges;

    private final ToLongFunction<S> opening;

    private final LookUp<S> lookUp;

    private final Map<Integer, Found<S>> found = new ConcurrentHashMap<>();

    /** Asks Streams. */
    @FunctionalInterface
    interface LookUp<S> {

        /** Null if this process does not own the partition, or while it is restored. */
        @Nullable
        S find(int partition);
    }

    /**
     * @param opening which one it was found in
     * @param stateChanges how many there had been before it was looked up
     */
    private record Found<S>(S store, long opening, long stateChanges) {}

    /**
     * @param isRunning whether the application runs, and moves no partition
     * @param stateChanges how many changes of the application's state there have been; when it runs again after partitions have moved,
     *     the change that they moved in is counted
     * @param opening how often a store has been opened; 0 while it is closed
     */
    FoundStores(BooleanSupplier isRunning, LongSupplier stateChanges, ToLongFunction<S> opening, LookUp<S> lookUp) {
        this.isRunning = isRunning;
        this.stateChanges = stateChanges;
        this.opening = opening;
        this.lookUp = lookUp;
    }

    /** The store of a partition that this process owns; null if it does not, or while it is restored. */
    @Nullable
    S get(int partition) {
        long changes = stateChanges.getAsLong();
        if (!isRunning.getAsBoolean()) {
            return lookUp.find(partition);
        }
        Found<S> known = found.get(partition);
        if (known != null && known.stateChanges() == changes && isStillGood(known)) {
            return known.store();
        }
        S store = lookUp.find(partition);
        if (store == null) {
            found.remove(partition);
        } else {
            keep(partition, store, changes);
        }
        return store;
    }

    /**
     * Asked after it was seen that the application runs. Of several threads that move partitions only the one that begins counts the
     * change, and another may go on before it has; but the application runs again only after that.
     */
    private boolean isStillGood(Found<S> known) {
        return known.stateChanges() == stateChanges.getAsLong()
                && known.opening() == opening.applyAsLong(known.store());
    }

    /** If it can still be answered from: what was found may have been closed, and opened anew, before the opening was asked for. */
    private void keep(int partition, S store, long changes) {
        long openedLast = opening.applyAsLong(store);
        if (openedLast > 0 && store.equals(lookUp.find(partition))) {
            found.put(partition, new Found<>(store, openedLast, changes));
        }
    }
}

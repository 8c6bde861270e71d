package com.promptmanage.streams.commit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells stores that their transaction is committed, at the moment it is.
 *
 * <p>Kafka Streams has no such hook. But one producer per stream thread commits the transaction of all its tasks, on
 * that thread: it is a {@link CommitTellingProducer}, which says so here.
 *
 * <p>Thread-safe: each stream thread has a list of its own.
 */
public final class Commits {

    private final Map<Thread, List<CommitHookStore>> waiting = new ConcurrentHashMap<>();

    /** The store has written within the running transaction of this thread, and wants to know when it is committed. */
    void await(CommitHookStore store) {
        waiting.computeIfAbsent(Thread.currentThread(), thread -> new ArrayList<>())
                .add(store);
    }

    /** The transaction of this thread is committed. */
    void committed() {
        List<CommitHookStore> stores = waiting.remove(Thread.currentThread());
        if (stores != null) {
            stores.forEach(CommitHookStore::settle);
        }
    }

    /** The transaction of this thread is no more; its stores will be closed by Streams. */
    void aborted() {
        waiting.remove(Thread.currentThread());
    }
}

package com.promptmanage.query.live;

import com.promptmanage.streams.read.Metering;
import com.promptmanage.topics.account.Account;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells the readers of an account that a commit has changed it. The committing thread only raises a flag; each reader reads
 * the totals on its own, when it is ready for them.
 */
public final class LiveTotals implements AutoCloseable {

    private final Map<Account, Set<Reader>> readers = new ConcurrentHashMap<>();

    private volatile boolean closed;

    public LiveTotals(Metering metering) {
        metering.onCommit((partition, changed) -> tell(changed));
    }

    /** The caller closes it. */
    Reader watch(Account account) {
        var reader = new Reader(account);
        readers.compute(account, (key, watching) -> {
            Set<Reader> all = watching == null ? ConcurrentHashMap.newKeySet() : watching;
            all.add(reader);
            return all;
        });
        return reader;
    }

    boolean isClosed() {
        return closed;
    }

    /** Ends every stream. To be called before the server is closed, which waits for its requests to end. */
    @Override
    public void close() {
        closed = true;
        readers.values().forEach(watching -> watching.forEach(Reader::tell));
    }

    private void tell(Collection<Account> changed) {
        if (readers.isEmpty()) {
            return;
        }
        for (Account account : changed) {
            Set<Reader> watching = readers.get(account);
            if (watching != null) {
                watching.forEach(Reader::tell);
            }
        }
    }

    /** Whoever waits for an account to change. */
    final class Reader implements AutoCloseable {

        private final Account account;

        private final ReentrantLock lock = new ReentrantLock();

        private final Condition told = lock.newCondition();

        private boolean changed;

        private Reader(Account account) {
            this.account = account;
        }

        /** Waits until there was a commit since this was last asked; false when the time is up. */
        boolean awaitChange(Duration patience) throws InterruptedException {
            long remainingNanos = patience.toNanos();
            lock.lock();
            try {
                while (!changed && !closed && remainingNanos > 0) {
                    remainingNanos = told.awaitNanos(remainingNanos);
                }
                boolean was = changed;
                changed = false;
                return was;
            } finally {
                lock.unlock();
            }
        }

        private void tell() {
            lock.lock();
            try {
                changed = true;
                told.signalAll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            readers.computeIfPresent(account, (key, watching) -> {
                watching.remove(this);
                return watching.isEmpty() ? null : watching;
            });
        }
    }
}

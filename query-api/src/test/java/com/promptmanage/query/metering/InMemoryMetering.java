package com.promptmanage.query.metering;

import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.Metering;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.usage.TokenUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One partition of a ledger that is a list of events. What a test adds is committed when the test says so. The place of an
 * account is here unless the test puts it elsewhere.
 */
public final class InMemoryMetering implements Metering {

    /** The partition that every account is in. */
    public static final int PARTITION = 3;

    private final InMemoryReads reads = new InMemoryReads();

    private final Map<Account, Place> places = new ConcurrentHashMap<>();

    private final Map<Account, Place> standbys = new ConcurrentHashMap<>();

    private final List<CommitListener> listeners = new CopyOnWriteArrayList<>();

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition committed = lock.newCondition();

    /** Adds an event that costs what the reads' price says, uncommitted; returns its offset. */
    public long add(TokenUsage usage, Instant at) {
        return reads.add(usage, at.toEpochMilli());
    }

    /** Makes everything added so far visible. */
    public void commit() {
        Collection<Account> changed = reads.commit();
        lock.lock();
        try {
            committed.signalAll();
        } finally {
            lock.unlock();
        }
        listeners.forEach(listener -> listener.committed(PARTITION, changed));
    }

    public InMemoryReads reads() {
        return reads;
    }

    /** What the stream knows of an account's budgets. */
    public void budgets(Account account, List<Budget> budgets) {
        reads.budgets(account, budgets);
    }

    public void place(Account account, Place place) {
        places.put(account, place);
    }

    public void standby(Account account, Place place) {
        standbys.put(account, place);
    }

    @Override
    public Place owner(Account account) {
        return places.getOrDefault(account, new Place.Here(reads));
    }

    @Override
    public Place ownerOrStandby(Account account) {
        return standbys.getOrDefault(account, owner(account));
    }

    @Override
    public int partitionOf(Account account) {
        return PARTITION;
    }

    @Override
    public boolean awaitCommitted(int partition, long offset, Duration timeout) throws InterruptedException {
        long remainingNanos = timeout.toNanos();
        lock.lock();
        try {
            while (reads.committedOffset() < offset) {
                if (remainingNanos <= 0) {
                    return false;
                }
                remainingNanos = committed.awaitNanos(remainingNanos);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Collection<AccountReads> local() {
        return List.of(reads);
    }

    @Override
    public void onCommit(CommitListener listener) {
        listeners.add(listener);
    }
}

package com.promptmanage.runner.source;

import com.promptmanage.runner.source.DataSource.Mode;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.topics.account.Account;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Syncs sources when their time has come. Has threads of its own until it is closed; any number of processes may have one. */
final class SyncClock implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(SyncClock.class);

    private static final int AT_ONCE = 8;

    private static final int AT_ONCE_OF_ACCOUNT = 4;

    private static final Duration COME_AGAIN = Duration.ofSeconds(30);

    private static final Duration END_MAX = Duration.ofSeconds(5);

    private final DataSourceTable sources;

    private final Syncs syncs;

    private final Duration pause;

    private final Semaphore free = new Semaphore(AT_ONCE);

    /** Of those that people ask for: they do not hold up what is due by itself. */
    private final Semaphore freeForAsked = new Semaphore(AT_ONCE);

    private final ConcurrentHashMap<Account, Integer> askedOf = new ConcurrentHashMap<>();

    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("sync-", 1).factory());

    SyncClock(DataSourceTable sources, Syncs syncs, Duration pause) {
        this.sources = sources;
        this.syncs = syncs;
        this.pause = pause;
    }

    void start() {
        threads.execute(this::run);
    }

    /**
     * Begins a sync that someone asks for, on a thread of its own.
     *
     * @return empty if the source is being synced already
     * @throws ProblemException 429 if the account, 503 if this process has as many under way as it may
     */
    Optional<Sync> begin(DataSource source, Mode mode) {
        enter(source.account());
        Optional<Sync> begun = Optional.empty();
        try {
            begun = syncs.begin(source, mode, "manual");
            begun.ifPresent(sync -> threads.execute(() -> run(source, sync)));
            return begun;
        } finally {
            if (begun.isEmpty()) {
                leave(source.account());
            }
        }
    }

    private void run(DataSource source, Sync sync) {
        try {
            syncs.run(source, sync);
        } catch (InterruptedException e) {
            LOGGER.atDebug().addKeyValue("syncId", sync.id()).log("a sync is left when the process ends");
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            LOGGER.atWarn().setCause(e).addKeyValue("syncId", sync.id()).log("a sync cannot be noted");
        } finally {
            leave(source.account());
        }
    }

    private void enter(Account account) {
        if (askedOf.merge(account, 1, Integer::sum) > AT_ONCE_OF_ACCOUNT) {
            forget(account);
            throw ProblemException.rateLimited(
                    "%d data sources of %s are being synced just now: come again when one is done"
                            .formatted(AT_ONCE_OF_ACCOUNT, account),
                    COME_AGAIN);
        }
        if (!freeForAsked.tryAcquire()) {
            forget(account);
            throw ProblemException.unavailable(
                    "As many data sources are being synced as this process syncs at once: come again", COME_AGAIN);
        }
    }

    private void leave(Account account) {
        freeForAsked.release();
        forget(account);
    }

    private void forget(Account account) {
        askedOf.computeIfPresent(account, (key, count) -> count == 1 ? null : count - 1);
    }

    /** What is under way is left as it is: the next process takes it for dead, and begins again. */
    @Override
    public void close() {
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(END_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                LOGGER.warn("a sync does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (true) {
                Thread.sleep(pause);
                look();
            }
        } catch (InterruptedException | RejectedExecutionException e) {
            LOGGER.debug("no source is synced by itself any more", e);
        }
    }

    private void look() throws InterruptedException {
        try {
            int room = free.availablePermits();
            if (room > 0) {
                for (DataSource source : sources.due(room)) {
                    free.acquire();
                    threads.execute(() -> sync(source));
                }
            }
        } catch (RejectedExecutionException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            LOGGER.atWarn().setCause(e).log("cannot see which sources are to be synced");
        }
    }

    private void sync(DataSource source) {
        try {
            var sync = syncs.begin(source, source.draft().mode(), "schedule");
            if (sync.isPresent()) {
                syncs.run(source, sync.get());
            }
        } catch (InterruptedException e) {
            LOGGER.atDebug().addKeyValue("dataSourceId", source.id()).log("a sync is left when the process ends");
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            LOGGER.atWarn().setCause(e).addKeyValue("dataSourceId", source.id()).log("a sync cannot be noted");
        } finally {
            free.release();
        }
    }
}

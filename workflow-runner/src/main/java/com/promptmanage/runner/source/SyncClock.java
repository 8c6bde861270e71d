package com.promptmanage.runner.source;

import java.time.Duration;
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

    private static final Duration END_MAX = Duration.ofSeconds(5);

    private final DataSourceTable sources;

    private final Syncs syncs;

    private final Duration pause;

    private final Semaphore free = new Semaphore(AT_ONCE);

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

    /** On a thread of its own. */
    void run(DataSource source, Sync sync) {
        threads.execute(() -> {
            try {
                syncs.run(source, sync);
            } catch (InterruptedException e) {
                LOGGER.atDebug().addKeyValue("syncId", sync.id()).log("a sync is left when the process ends");
            }
        });
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
        } catch (RuntimeException e) {
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
        } catch (RuntimeException e) {
            LOGGER.atWarn().setCause(e).addKeyValue("dataSourceId", source.id()).log("a sync cannot be noted");
        } finally {
            free.release();
        }
    }
}

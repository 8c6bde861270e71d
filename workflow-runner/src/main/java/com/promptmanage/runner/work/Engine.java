package com.promptmanage.runner.work;

import com.promptmanage.runner.journal.NodeJournal;
import com.promptmanage.runner.journal.NodeJournal.Begun;
import com.promptmanage.runner.journal.NodeJournal.Followed;
import com.promptmanage.runner.journal.NodeLease;
import com.promptmanage.runner.journal.Retention;
import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.journal.StaleLeaseException;
import com.promptmanage.runner.journal.Taker;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.UnavailableException;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workers of one process. Several processes work on the same tables.
 *
 * <p>Threads: one takes what is due, one says that the taken is still worked at, one looks after executions whose time is over
 * or whose beginning was missed, one listens for hints that there is something to take; and one virtual thread for each node
 * that runs.
 */
public final class Engine implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Engine.class);

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(500);

    private static final Duration SWEEP_EVERY = Duration.ofSeconds(1);

    private static final Duration LOOK_FOR_ALL_ORPHANS_EVERY = Duration.ofSeconds(15);

    private static final Duration FORGET_EVERY = Duration.ofMinutes(10);

    /** For storing and giving back what was given up. */
    private static final Duration GIVE_BACK_MAX = Duration.ofSeconds(10);

    private static final int CLAIM_MAX = 100;

    private final Runs runs;

    private final NodeJournal journal;

    private final NodeWorker worker;

    private final Retention retention;

    private final Options options;

    private final Semaphore slots;

    private final WorkSignal signal = new WorkSignal();

    private final WorkListener listener;

    private final EngineMeters meters;

    private final HeldNodes held = new HeldNodes();

    private final ExecutorService nodes = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("node-", 0).factory());

    private final List<Thread> threads;

    /** Goes on after the others have ended, as long as nodes are worked at. */
    private final Thread renewing =
            Thread.ofPlatform().name("workflow-renew").daemon().unstarted(this::renewAll);

    private volatile boolean closed;

    private volatile boolean drained;

    /**
     * @param owner names this process in the tables
     * @param lease how long a node stays a worker's that is not heard of
     * @param nodesMax how many nodes run at the same time
     * @param history how long executions are kept after they have ended
     * @param stop how long an engine that is closed waits for the answers to calls that are paid for
     */
    public record Options(String owner, Duration lease, int nodesMax, Duration history, Duration stop) {}

    private Engine(
            Database database, Runs runs, NodeWork work, NodeWorker worker, Options options, EngineMeters meters) {
        this.runs = runs;
        this.journal = work.journal();
        this.worker = worker;
        this.retention = new Retention(database);
        this.options = options;
        this.meters = meters;
        this.slots = new Semaphore(options.nodesMax());
        this.listener = new WorkListener(database, signal);
        this.threads = List.of(
                Thread.ofPlatform().name("workflow-claim").daemon().unstarted(this::claimAll),
                Thread.ofPlatform().name("workflow-sweep").daemon().unstarted(this::sweepAll));
    }

    /** Begins to work. */
    public static Engine start(Database database, Runs runs, NodeWork work, Options options, MeterRegistry meters) {
        var worker = new NodeWorker(
                work.journal(),
                work.executor(),
                new ExternalCalls(work.ledger(), work.budgets(), work.prices(), work.random(), work.clock()),
                work.expressions(),
                work.clock());
        var engine = new Engine(database, runs, work, worker, options, new EngineMeters(meters));
        engine.meters.watch(engine.held::size);
        engine.threads.forEach(Thread::start);
        engine.renewing.start();
        engine.listener.start();
        return engine;
    }

    /** For a check of readiness. */
    public boolean isAlive() {
        return renewing.isAlive() && threads.stream().allMatch(Thread::isAlive);
    }

    /**
     * Takes on nothing more, lets go of what it has, and gives back what it can. What was being done is done again by another;
     * calls that are paid for are waited for, and their answers stored, as long as the options say.
     */
    @Override
    public void close() {
        closed = true;
        signal.give();
        threads.forEach(Thread::interrupt);
        listener.close();
        nodes.shutdown();
        held.all().forEach(HeldNode::interrupt);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
            if (!nodes.awaitTermination(options.stop().toMillis(), TimeUnit.MILLISECONDS)) {
                LOGGER.atWarn().addKeyValue("nodes", held.size()).log("answers are not waited for any longer");
                held.all().forEach(HeldNode::giveUp);
                if (!nodes.awaitTermination(GIVE_BACK_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                    LOGGER.atWarn().addKeyValue("nodes", held.size()).log("nodes are left to their leases");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            drained = true;
            renewing.interrupt();
        }
    }

    private void claimAll() {
        while (!closed) {
            try {
                claimOnce();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException | StackOverflowError | LinkageError e) {
                complain("nodes are not taken on for now", e);
            }
        }
    }

    private void claimOnce() throws InterruptedException {
        slots.acquire();
        int free = 1 + drain();
        List<NodeLease> claimed = List.of();
        try {
            claimed = journal.claim(taker(free));
        } finally {
            slots.release(free - claimed.size());
        }
        meters.claimed(claimed.size());
        claimed.forEach(lease -> submit(() -> runClaimed(lease)));
        if (claimed.size() < free) {
            signal.await(claimed.isEmpty());
        }
    }

    /** How many more slots are free, up to what is taken at a time; they are taken. */
    private int drain() {
        int free = 0;
        while (free < CLAIM_MAX - 1 && slots.tryAcquire()) {
            free++;
        }
        return free;
    }

    private void submit(Runnable work) {
        nodes.execute(() -> {
            try {
                work.run();
            } finally {
                slots.release();
            }
        });
    }

    private void runClaimed(NodeLease lease) {
        HeldNode own = held.hold(lease);
        try {
            own.store();
            Optional<Begun> begun = journal.begin(lease);
            held.leave(own);
            if (begun.isPresent()) {
                runAll(begun.get());
            }
        } catch (StaleLeaseException e) {
            meters.stale();
        } catch (InterruptedException e) {
            letGo(lease);
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            complain("a node is left to its lease", e);
        } finally {
            held.leave(own);
        }
    }

    /** A node, and as long as only one follows from it, the next. */
    private void runAll(Begun first) {
        Optional<Begun> next = Optional.of(first);
        while (next.isPresent()) {
            next = runOne(next.get());
        }
    }

    private Optional<Begun> runOne(Begun begun) {
        NodeLease lease = begun.lease();
        HeldNode own = held.hold(lease);
        try {
            if (closed) {
                letGo(lease);
                return Optional.empty();
            }
            // This one's slot is free for what follows, and as many more as there are.
            int more = drainFor(begun);
            List<Begun> taken = List.of();
            try {
                Followed followed = worker.run(begun, own, closed ? taker(0) : taker(1 + more));
                taken = followed.taken();
                meters.ran();
                if (followed.ended()) {
                    runs.admit(begun.pinned().workflowId());
                }
            } finally {
                slots.release(more - Math.max(0, taken.size() - 1));
            }
            taken.stream().skip(1).forEach(other -> submit(() -> runAll(other)));
            return taken.stream().findFirst();
        } catch (StaleLeaseException e) {
            meters.stale();
        } catch (InterruptedException e) {
            letGo(lease);
        } catch (UnavailableException e) {
            complain("a result is not stored: its node is left to its lease", e);
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            complain("a node is left to its lease", e);
        } finally {
            held.leave(own);
        }
        return Optional.empty();
    }

    /** Takes slots for what may follow besides the first, only where more than one can. Returns how many. */
    private int drainFor(Begun begun) {
        int followers = begun.pinned().graph().outgoing(begun.lease().nodeId()).size() - 1;
        int wanted = begun.pinned()
                                .scopes()
                                .behind(begun.pinned()
                                        .node(begun.lease().nodeId())
                                        .id())
                                .size()
                        > begun.pinned().graph().owners(begun.lease().nodeId()).size()
                ? begun.pinned().settings().maxConcurrentNodes()
                : followers;
        int got = 0;
        while (got < Math.min(wanted, CLAIM_MAX) && slots.tryAcquire()) {
            got++;
        }
        return got;
    }

    private void letGo(NodeLease lease) {
        // The flag is cleared so that the connection can still be used.
        if (closed) {
            try {
                journal.release(List.of(lease));
            } catch (RuntimeException | StackOverflowError | LinkageError e) {
                complain("a node is left to its lease", e);
            }
        }
    }

    private void renewAll() {
        while (!drained) {
            try {
                Thread.sleep(options.lease().dividedBy(4));
                renewOnce();
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException | StackOverflowError | LinkageError e) {
                complain("leases are not renewed for now", e);
            }
        }
    }

    /** What is not ours any more is let go of at once: its execution has ended, or another works at it. */
    private void renewOnce() {
        List<HeldNode> ours = held.all();
        if (ours.isEmpty()) {
            return;
        }
        Set<Long> renewed =
                journal.renew(taker(0), ours.stream().map(HeldNode::lease).toList());
        for (HeldNode one : ours) {
            // It may have been brought to its end just now, which is no loss.
            if (!renewed.contains(one.lease().id()) && held.isHeld(one) && one.lost(System.nanoTime())) {
                LOGGER.atWarn()
                        .addKeyValue("executionId", one.lease().executionId())
                        .addKeyValue("nodeId", one.lease().nodeId())
                        .log("an answer that nobody wants any more is not waited for any longer");
            }
        }
    }

    private void sweepAll() {
        long forgotNanos = System.nanoTime();
        long allOrphansNanos = forgotNanos;
        while (!closed) {
            try {
                Thread.sleep(SWEEP_EVERY);
                lookAfter(runs.overdue(), execution -> runs.timeOut(execution).ifPresent(runs::admit));
                lookAfter(runs.orphanedOfLate(), runs::cancel);
                if (System.nanoTime() - allOrphansNanos >= LOOK_FOR_ALL_ORPHANS_EVERY.toNanos()) {
                    lookAfter(runs.orphaned(), runs::cancel);
                    allOrphansNanos = System.nanoTime();
                }
                lookAfter(runs.passed(), runs::takeUp);
                lookAfter(runs.waiting(), runs::admit);
                if (System.nanoTime() - forgotNanos >= FORGET_EVERY.toNanos() && !retention.forget(options.history())) {
                    forgotNanos = System.nanoTime();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException | StackOverflowError | LinkageError e) {
                complain("executions are not looked after for now", e);
            }
        }
    }

    /** One that cannot be looked after keeps nobody else's from it. */
    private static void lookAfter(List<String> ids, Consumer<String> look) {
        for (String id : ids) {
            try {
                look.accept(id);
            } catch (UnavailableException e) {
                throw e;
            } catch (RuntimeException | StackOverflowError | LinkageError e) {
                LOGGER.atError().setCause(e).addKeyValue("id", id).log("an execution or a queue is not looked after");
            }
        }
    }

    private Taker taker(int capacity) {
        return new Taker(options.owner(), options.lease(), capacity);
    }

    private void complain(String what, Throwable e) {
        if (closed) {
            return;
        }
        if (e instanceof UnavailableException) {
            LOGGER.atWarn().addKeyValue("cause", String.valueOf(e.getCause())).log(what);
        } else {
            LOGGER.atError().setCause(e).log(what);
        }
        try {
            Thread.sleep(PAUSE_AFTER_FAILURE);
        } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
        }
    }
}

package com.promptmanage.runner.journal;

import com.promptmanage.service.http.UnavailableException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Has done at once what several threads bring at the same time: whoever finds nobody at work does everything that waits, its own
 * included, and when it is through one of those who came meanwhile does the next. Nobody waits for more to come: what comes alone
 * is done alone.
 *
 * <p>What has the same key is never done by two threads at a time, and in the order in which it came. What cannot be done with the
 * others, because someone else stands in the way of its key, is done by itself, and holds up none of them.
 *
 * <p>Safe for use by several threads. An interrupt is for the caller to see, after it.
 *
 * @param <T> what is brought
 */
final class Together<T> {

    /** Of one transaction: more would keep those who wait for their part of it from going on. */
    private static final int THINGS_MAX = 100;

    private final Work<T> work;

    private final int atOnceMax;

    private final ReentrantLock lock = new ReentrantLock();

    /** By key, what nobody works at. */
    private final Map<String, List<Ticket<T>>> waiting = new LinkedHashMap<>();

    /** By key that someone works at, what came meanwhile. */
    private final Map<String, List<Ticket<T>>> behind = new HashMap<>();

    private int atWork;

    /** What is done. It says to each thing by itself what came of it. */
    interface Work<T> {

        /** Not negative: of what one goes with others has in all no more than {@link #sizeMax}. */
        int size(T thing);

        int sizeMax();

        /**
         * Does all of these, or nothing.
         *
         * @param byKey in the order in which they came
         * @return the keys of which it has done nothing, because it would have to wait
         */
        Set<String> together(Map<String, List<T>> byKey);

        /** Does those of one key, however long it has to wait; or nothing. */
        void alone(String key, List<T> things);
    }

    /** What a thread that waits is told. */
    private sealed interface Told<T> {

        /** @param failure what it failed with; null if it did not */
        record Done<T>(@Nullable RuntimeException failure) implements Told<T> {}

        /** It is to do all of these now. */
        record Lead<T>(Map<String, List<Ticket<T>>> byKey) implements Told<T> {}

        /** It is to do these of its own key now, alone. */
        record Alone<T>(String key, List<Ticket<T>> tickets) implements Told<T> {}
    }

    /** Someone who waits with a thing. Told one thing at a time. */
    private static final class Ticket<T> {

        private final T thing;

        private final Semaphore said = new Semaphore(0);

        private volatile @Nullable Told<T> told;

        /** Of whoever works at it. */
        private @Nullable RuntimeException failure;

        Ticket(T thing) {
            this.thing = thing;
        }

        void fail(RuntimeException why) {
            failure = why;
        }

        void done() {
            tell(new Told.Done<>(failure));
        }

        void tell(Told<T> what) {
            told = what;
            said.release();
        }

        Told<T> await() {
            said.acquireUninterruptibly();
            Told<T> what = told;
            if (what == null) {
                throw new IllegalStateException("a ticket was told nothing");
            }
            return what;
        }
    }

    /** @param atOnceMax how many threads work at the same time, not counting those that work alone */
    Together(Work<T> work, int atOnceMax) {
        this.work = work;
        this.atOnceMax = atOnceMax;
    }

    /** Comes back when it is done. Throws what it failed with. */
    void bring(String key, T thing) {
        var ticket = new Ticket<>(thing);
        enter(key, ticket).ifPresent(this::doTogether);
        while (true) {
            switch (ticket.await()) {
                case Told.Done<T> done -> {
                    RuntimeException failure = done.failure();
                    if (failure != null) {
                        throw failure;
                    }
                    return;
                }
                case Told.Lead<T>(Map<String, List<Ticket<T>>> byKey) -> doTogether(byKey);
                case Told.Alone<T>(String own, List<Ticket<T>> tickets) -> doAlone(own, tickets);
            }
        }
    }

    private Optional<Map<String, List<Ticket<T>>>> enter(String key, Ticket<T> ticket) {
        lock.lock();
        try {
            List<Ticket<T>> late = behind.get(key);
            if (late == null) {
                waiting.computeIfAbsent(key, first -> new ArrayList<>()).add(ticket);
            } else {
                late.add(ticket);
            }
            return take();
        } finally {
            lock.unlock();
        }
    }

    /** What one thread is to do next, if there is something and another thread may work. With the lock. */
    private Optional<Map<String, List<Ticket<T>>>> take() {
        if (atWork >= atOnceMax || waiting.isEmpty()) {
            return Optional.empty();
        }
        var taken = new LinkedHashMap<String, List<Ticket<T>>>();
        int things = 0;
        long size = 0;
        var keys = waiting.entrySet().iterator();
        while (keys.hasNext() && things < THINGS_MAX && (things == 0 || size < work.sizeMax())) {
            Map.Entry<String, List<Ticket<T>>> entry = keys.next();
            List<Ticket<T>> tickets = entry.getValue();
            int count = 0;
            while (count < tickets.size() && things < THINGS_MAX && (things == 0 || size < work.sizeMax())) {
                size += work.size(tickets.get(count).thing);
                count++;
                things++;
            }
            taken.put(entry.getKey(), List.copyOf(tickets.subList(0, count)));
            behind.put(entry.getKey(), new ArrayList<>(tickets.subList(count, tickets.size())));
            keys.remove();
        }
        atWork++;
        return Optional.of(taken);
    }

    private void doTogether(Map<String, List<Ticket<T>>> byKey) {
        Set<String> left = Set.of();
        try {
            var things = new LinkedHashMap<String, List<T>>();
            byKey.forEach((key, tickets) -> things.put(key, things(tickets)));
            left = Set.copyOf(work.together(things));
        } catch (RuntimeException e) {
            // One of them cannot be done, or none now: alone they find out.
            left = Set.copyOf(byKey.keySet());
        } catch (Error e) {
            byKey.values().forEach(tickets -> fail(tickets, new IllegalStateException(e)));
        }
        Set<String> alone = left;
        leave(byKey.keySet().stream().filter(key -> !alone.contains(key)).toList(), true);
        byKey.forEach((key, tickets) -> {
            if (alone.contains(key)) {
                tickets.getFirst().tell(new Told.Alone<>(key, tickets));
            } else {
                tickets.forEach(Ticket::done);
            }
        });
    }

    private void doAlone(String key, List<Ticket<T>> tickets) {
        attempt(key, tickets);
        leave(List.of(key), false);
        tickets.forEach(Ticket::done);
    }

    private void attempt(String key, List<Ticket<T>> tickets) {
        try {
            work.alone(key, things(tickets));
        } catch (UnavailableException e) {
            fail(tickets, e);
        } catch (RuntimeException e) {
            if (tickets.size() == 1) {
                fail(tickets, e);
            } else {
                tickets.forEach(ticket -> attempt(key, List.of(ticket)));
            }
        } catch (Error e) {
            fail(tickets, new IllegalStateException(e));
        }
    }

    /** Others may work at these keys, and one of those who wait is to go on. */
    private void leave(List<String> keys, boolean wasTogether) {
        lock.lock();
        try {
            for (String key : keys) {
                List<Ticket<T>> late = behind.remove(key);
                if (late != null && !late.isEmpty()) {
                    waiting.put(key, late);
                }
            }
            if (wasTogether) {
                atWork--;
            }
            take().ifPresent(next -> next.values().iterator().next().getFirst().tell(new Told.Lead<>(next)));
        } finally {
            lock.unlock();
        }
    }

    private static <T> List<T> things(List<Ticket<T>> tickets) {
        return tickets.stream().map(ticket -> ticket.thing).toList();
    }

    private static <T> void fail(List<Ticket<T>> tickets, RuntimeException why) {
        tickets.forEach(ticket -> ticket.fail(why));
    }
}

package com.promptmanage.runner.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.promptmanage.testkit.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TogetherTest {

    private final Doing doing = new Doing();

    private final Together<String> together = new Together<>(doing, 1);

    @Test
    void whatComesMeanwhileIsDoneAtOnceThoseOfEachKeyInTheOrderInWhichTheyCame() throws Exception {
        doing.gates.put("first", new CountDownLatch(1));
        var threads = new ArrayList<Thread>();
        threads.add(bring("a", "first"));
        threads.add(bring("a", "second"));
        threads.add(bring("b", "other"));
        threads.add(bring("a", "third"));

        doing.open("first");
        join(threads);

        assertThat(doing.done)
                .containsExactlyInAnyOrder("together a=[first]", "together a=[second, third]", "together b=[other]");
        assertThat(doing.rounds).hasValue(2);
    }

    @Test
    void whatSomeoneStandsInTheWayOfIsDoneAloneAndHoldsUpNoOther() throws Exception {
        doing.blocked.add("stuck");
        doing.gates.put("patient", new CountDownLatch(1));
        var threads = new ArrayList<Thread>();
        threads.add(bring("stuck", "patient"));
        threads.add(bring("stuck", "late"));

        together.bring("free", "quick");

        assertThat(doing.done).containsExactly("together free=[quick]");
        doing.blocked.clear();
        doing.open("patient");
        join(threads);
        assertThat(doing.done)
                .containsExactly("together free=[quick]", "alone stuck=[patient]", "together stuck=[late]");
    }

    @Test
    void whatCannotBeDoneFailsByItself() throws Exception {
        doing.gates.put("first", new CountDownLatch(1));
        var threads = new ArrayList<Thread>();
        threads.add(bring("a", "first"));
        threads.add(bring("b", "good"));
        threads.add(bring("c", "fine"));
        var failure = new Caught();
        var bad = new Thread(() -> failure.of(() -> together.bring("b", "bad")));
        start(bad);
        threads.add(bad);

        doing.open("first");
        join(threads);

        assertThatIllegalStateException().isThrownBy(failure::rethrow).withMessage("bad");
        assertThat(doing.done).containsExactlyInAnyOrder("together a=[first]", "alone c=[fine]", "alone b=[good]");
    }

    @Test
    void eachIsDoneOnceAndNoKeyByTwoAtATimeHoweverManyCome() throws Exception {
        var shuffled = new Doing();
        shuffled.random = new SplittableRandom(3);
        var busy = new Together<>(shuffled, 3);
        var expected = new CopyOnWriteArrayList<String>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var ends = new ArrayList<Future<?>>();
            for (int thread = 0; thread < 40; thread++) {
                int number = thread;
                ends.add(threads.submit(() -> {
                    var random = new SplittableRandom(number);
                    for (int i = 0; i < 50; i++) {
                        String thing = number + "." + i;
                        busy.bring("key" + random.nextInt(6), thing);
                        expected.add(thing);
                    }
                }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
        }

        assertThat(shuffled.things).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(shuffled.isTwiceAtAKey).isFalse();
    }

    /** Entered in this order: each waits before the next comes. */
    private Thread bring(String key, String thing) throws Exception {
        var thread = new Thread(() -> together.bring(key, thing));
        start(thread);
        return thread;
    }

    private static void start(Thread thread) throws Exception {
        thread.start();
        Await.until(() -> assertThat(thread.getState()).isEqualTo(Thread.State.WAITING));
    }

    private static void join(List<Thread> threads) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** What a thread ended with. */
    private static final class Caught {

        private final List<RuntimeException> thrown = new CopyOnWriteArrayList<>();

        void of(Runnable work) {
            try {
                work.run();
            } catch (RuntimeException e) {
                thrown.add(e);
            }
        }

        void rethrow() {
            throw thrown.getFirst();
        }
    }

    /** Writes down what is done. A thing may wait at a gate, a key be blocked, and what is bad cannot be done. */
    private static final class Doing implements Together.Work<String> {

        private final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();

        private final Set<String> blocked = ConcurrentHashMap.newKeySet();

        private final Set<String> underWay = ConcurrentHashMap.newKeySet();

        private final List<String> done = new CopyOnWriteArrayList<>();

        private final List<String> things = new CopyOnWriteArrayList<>();

        private final AtomicInteger rounds = new AtomicInteger();

        private volatile boolean isTwiceAtAKey;

        private volatile SplittableRandom random = new SplittableRandom(1);

        @Override
        public int size(String thing) {
            return thing.length();
        }

        @Override
        public int sizeMax() {
            return 1_000;
        }

        @Override
        public Set<String> together(Map<String, List<String>> byKey) {
            if (byKey.values().stream().anyMatch(all -> all.contains("bad")) || isUnlucky(byKey)) {
                throw new IllegalStateException("bad");
            }
            byKey.forEach((key, all) -> {
                if (!blocked.contains(key)) {
                    work("together", key, all);
                }
            });
            rounds.incrementAndGet();
            return blocked;
        }

        /** By chance, where a test has many of them. */
        private synchronized boolean isUnlucky(Map<String, List<String>> byKey) {
            return byKey.containsKey("key0") && random.nextInt(4) == 0;
        }

        @Override
        public void alone(String key, List<String> all) {
            if (all.contains("bad")) {
                throw new IllegalStateException("bad");
            }
            work("alone", key, all);
        }

        void open(String thing) {
            CountDownLatch gate = gates.get(thing);
            if (gate != null) {
                gate.countDown();
            }
        }

        private void work(String how, String key, List<String> all) {
            if (!underWay.add(key)) {
                isTwiceAtAKey = true;
            }
            for (String thing : all) {
                CountDownLatch gate = gates.get(thing);
                if (gate != null) {
                    awaitQuietly(gate);
                }
                things.add(thing);
            }
            underWay.remove(key);
            done.add("%s %s=%s".formatted(how, key, all));
        }

        private static void awaitQuietly(CountDownLatch gate) {
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

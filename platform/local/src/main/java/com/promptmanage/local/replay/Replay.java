package com.promptmanage.local.replay;

import com.promptmanage.topics.usage.UsageEvent;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends a trace's requests as usage events, their times shifted so that the last one is now.
 *
 * <p>A request's event has the same id in every replay, so whatever is sent again is counted once.
 */
public final class Replay {

    private final Trace trace;

    private final Casting casting;

    private final Options options;

    private final IngestClient ingest;

    private final Clock clock;

    /**
     * @param source the events' {@code source}: with another one the same requests are other events
     * @param times how often each request is sent
     * @param seed of the order in which all of them are sent; null for the trace's own
     * @param speed how many times faster than in the trace; 0 for as fast as they are accepted
     * @param batch how many events a request to the API carries
     * @param connections how many batches are under way at once
     */
    public record Options(
            String source, int times, @Nullable Long seed, double speed, int batch, int connections) {

        public Options {
            if (times < 1 || batch < 1 || connections < 1 || !(speed >= 0)) {
                throw new IllegalArgumentException(
                        "times, batch and connections must be positive, and speed not below 0");
            }
            if (seed != null && speed > 0) {
                throw new IllegalArgumentException("a shuffled trace has no speed: leave out --speed or --shuffle");
            }
        }

        /** Once, in the trace's order, as fast as it goes. */
        public static Options of(Trace trace) {
            return new Options("/replay/" + trace.fingerprint(), 1, null, 0, 500, 4);
        }

        public Options withSource(String other) {
            return new Options(other, times, seed, speed, batch, connections);
        }

        public Options withTimes(int other) {
            return new Options(source, other, seed, speed, batch, connections);
        }

        public Options shuffledBy(long other) {
            return new Options(source, times, other, speed, batch, connections);
        }

        public Options withSpeed(double other) {
            return new Options(source, times, seed, other, batch, connections);
        }

        public Options withConnections(int other) {
            return new Options(source, times, seed, speed, batch, other);
        }
    }

    /**
     * What was sent.
     *
     * @param from the shifted time of the trace's first request
     * @param to the shifted time of the trace's last request
     * @param receipts one for each batch
     * @param repeats how many batches had to be sent again because the system was busy or away
     */
    public record Sent(long events, Duration took, Instant from, Instant to, List<String> receipts, long repeats) {

        public Sent {
            receipts = List.copyOf(receipts);
        }
    }

    public Replay(Trace trace, Casting casting, Options options, IngestClient ingest, Clock clock) {
        this.trace = trace;
        this.casting = casting;
        this.options = options;
        this.ingest = ingest;
        this.clock = clock;
    }

    /**
     * Returns when all is accepted.
     *
     * @param progress told after each batch how many events are accepted; by several threads
     * @throws IOException if a batch was refused for good; the others may have been accepted
     */
    public Sent run(LongConsumer progress) throws IOException, InterruptedException {
        Instant end = clock.instant();
        Duration shift = Duration.between(trace.end(), end);
        var schedule = new Schedule(order(), trace, options);
        var accepted = new AtomicLong();
        long started = System.nanoTime();
        var receipts = new ArrayList<String>();
        try (var connections = Executors.newVirtualThreadPerTaskExecutor()) {
            var senders = new ArrayList<Future<List<String>>>();
            for (int i = 0; i < options.connections(); i++) {
                senders.add(connections.submit(() -> send(schedule, shift, accepted, progress)));
            }
            try {
                for (Future<List<String>> sender : senders) {
                    receipts.addAll(sender.get());
                }
            } catch (ExecutionException e) {
                connections.shutdownNow();
                throw e.getCause() instanceof IOException refused
                        ? refused
                        : new IOException("cannot send the trace", e);
            } catch (InterruptedException e) {
                connections.shutdownNow();
                throw e;
            }
        }
        Duration took = Duration.ofNanos(System.nanoTime() - started);
        return new Sent(accepted.get(), took, trace.start().plus(shift), end, receipts, ingest.refusals());
    }

    private List<String> send(Schedule schedule, Duration shift, AtomicLong accepted, LongConsumer progress)
            throws IOException, InterruptedException {
        var receipts = new ArrayList<String>();
        for (List<Integer> batch = schedule.next(); !batch.isEmpty(); batch = schedule.next()) {
            receipts.add(ingest.send(
                    batch.stream().map(number -> event(number, shift)).toList()));
            progress.accept(accepted.addAndGet(batch.size()));
        }
        return receipts;
    }

    private UsageEvent event(int number, Duration shift) {
        Trace.Request request = trace.request(number);
        return new UsageEvent(
                "%s-%d".formatted(trace.fingerprint(), number),
                options.source(),
                request.at().plus(shift),
                casting.usage(request));
    }

    private int[] order() {
        var order = new int[Math.multiplyExact(trace.size(), options.times())];
        for (int i = 0; i < order.length; i++) {
            order[i] = i % trace.size();
        }
        if (options.seed() != null) {
            var random = new Random(options.seed());
            for (int i = order.length - 1; i > 0; i--) {
                int other = random.nextInt(i + 1);
                int moved = order[i];
                order[i] = order[other];
                order[other] = moved;
            }
        }
        return order;
    }

    /** Hands out the requests in order, none before its time. Shared by the connections. */
    private static final class Schedule {

        private final int[] order;

        private final Trace trace;

        private final Options options;

        private final Instant start;

        private final double roundNanos;

        private final long startedNanos = System.nanoTime();

        private int next;

        private Schedule(int[] order, Trace trace, Options options) {
            this.order = order;
            this.trace = trace;
            this.options = options;
            this.start = trace.start();
            this.roundNanos = Duration.between(start, trace.end()).toNanos();
        }

        /** The requests' numbers; empty when there are no more. Waits for the first one's time. */
        private synchronized List<Integer> next() throws InterruptedException {
            var batch = new ArrayList<Integer>();
            if (next == order.length) {
                return batch;
            }
            long waitNanos = dueNanos(next) - sinceStartNanos();
            if (waitNanos > 0) {
                Thread.sleep(Duration.ofNanos(waitNanos));
            }
            do {
                batch.add(order[next++]);
            } while (next < order.length && batch.size() < options.batch() && dueNanos(next) <= sinceStartNanos());
            return batch;
        }

        /** When it is to be sent, counted from the start. */
        private long dueNanos(int position) {
            if (options.speed() == 0) {
                return 0;
            }
            int round = position / trace.size();
            long into =
                    Duration.between(start, trace.request(order[position]).at()).toNanos();
            return (long) ((round * roundNanos + into) / options.speed());
        }

        private long sinceStartNanos() {
            return System.nanoTime() - startedNanos;
        }
    }
}

package com.promptmanage.service.budget;

import com.promptmanage.topics.usage.Receipt;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Calls that have ended, for as long as an answer of the budgets may not include them. Where a call lies on {@code usage.events} is
 * compared with how far the budgets say that they have counted; of the others it is a matter of time. Not safe for use by several
 * threads.
 */
final class EndedCalls {

    /** Whoever does not say how far it has counted is asked by the clock alone. */
    private final Queue<Ended> unplaced = new ArrayDeque<>();

    /** Those that are on no topic yet, by their turns. */
    private final Map<Long, Ended> waiting = new LinkedHashMap<>();

    private final Map<Integer, Partition> partitions = new HashMap<>();

    /**
     * A call.
     *
     * @param turn when it ended, in the order of all that happens in this process
     * @param place empty if it is not known where it lies
     */
    record Ended(long turn, long atNanos, List<Share.Key> keys, Amounts amounts, Optional<Place> place) {

        /** @param counted what an answer includes; empty if it does not say */
        boolean isIncludedIn(Optional<Receipt> counted) {
            return place.isPresent()
                    && counted.isPresent()
                    && counted.get().offsets().getOrDefault(place.get().partition(), -1L)
                            >= place.get().offset();
        }

        private Ended at(Place known) {
            return new Ended(turn, atNanos, keys, amounts, Optional.of(known));
        }

        private long offset() {
            return place.map(Place::offset).orElse(-1L);
        }

        private boolean isOlderThan(Duration age, long nowNanos) {
            return nowNanos - atNanos > age.toNanos();
        }
    }

    /** Where a call lies on {@code usage.events}. */
    record Place(int partition, long offset) {

        /** Of a call whose events lie in one partition, as all of one account do. */
        static Optional<Place> of(Receipt receipt) {
            return receipt.offsets().size() == 1
                    ? receipt.offsets().entrySet().stream()
                            .map(entry -> new Place(entry.getKey(), entry.getValue()))
                            .findFirst()
                    : Optional.empty();
        }
    }

    /** What is counted of one partition. */
    private static final class Partition {

        private final Queue<Ended> ended = new PriorityQueue<>(Comparator.comparingLong(Ended::offset));

        /** What all answers include that are still to come. */
        private long counted = -1;

        /** Likewise, once those have come that were on their way when it was said. */
        private long said = -1;

        private long saidAtNanos;

        private boolean isSaid;

        void hear(long offset, long nowNanos) {
            isSaid = true;
            grow(nowNanos);
            if (said == counted && offset > counted) {
                said = offset;
                saidAtNanos = nowNanos;
            }
        }

        void settle(long nowNanos, Consumer<Ended> settled) {
            grow(nowNanos);
            while (!ended.isEmpty() && isSettled(ended.element(), nowNanos)) {
                settled.accept(ended.remove());
            }
        }

        private void grow(long nowNanos) {
            if (nowNanos - saidAtNanos >= BudgetClient.ANSWER_MAX.toNanos()) {
                counted = said;
            }
        }

        private boolean isSettled(Ended call, long nowNanos) {
            return call.offset() <= counted
                    || call.isOlderThan(isSaid ? Reservations.SETTLING_MAX : Reservations.SETTLING, nowNanos);
        }
    }

    void add(Ended call) {
        call.place().ifPresentOrElse(place -> partition(place.partition()).ended.add(call), () -> unplaced.add(call));
    }

    /** Of a call that will be on the topic when that can be written to. */
    void addWaiting(Ended call) {
        waiting.put(call.turn(), call);
    }

    /** It is on the topic now, unless it is here no more. */
    void place(Ended call, Place place) {
        if (waiting.remove(call.turn()) != null) {
            add(call.at(place));
        }
    }

    /** @param counted what an answer that has just come includes */
    void hear(Receipt counted, long nowNanos) {
        counted.offsets().forEach((partition, offset) -> partition(partition).hear(offset, nowNanos));
    }

    /**
     * What those that are still here have used of one budget, and an answer includes.
     *
     * @param counted what the answer includes; empty if it does not say
     */
    Amounts includedIn(Optional<Receipt> counted, Share.Key key) {
        Amounts included = Amounts.NONE;
        for (int number : counted.map(receipt -> receipt.offsets().keySet()).orElse(Set.of())) {
            for (Ended call : partition(number).ended) {
                if (call.isIncludedIn(counted) && call.keys().contains(key)) {
                    included = included.plus(call.amounts());
                }
            }
        }
        return included;
    }

    /** Lets go of those that all answers include from now on, or that have been here for as long as may be. */
    void settle(long nowNanos, Consumer<Ended> settled) {
        settle(unplaced, Reservations.SETTLING, nowNanos, settled);
        settle(waiting.values(), Reservations.SETTLING_MAX, nowNanos, settled);
        partitions.values().forEach(partition -> partition.settle(nowNanos, settled));
    }

    /** @param calls the oldest first */
    private static void settle(Collection<Ended> calls, Duration age, long nowNanos, Consumer<Ended> settled) {
        Iterator<Ended> oldest = calls.iterator();
        while (oldest.hasNext()) {
            Ended call = oldest.next();
            if (!call.isOlderThan(age, nowNanos)) {
                return;
            }
            oldest.remove();
            settled.accept(call);
        }
    }

    private Partition partition(int number) {
        return partitions.computeIfAbsent(number, unknown -> new Partition());
    }
}

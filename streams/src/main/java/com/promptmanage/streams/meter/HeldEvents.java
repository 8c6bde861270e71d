package com.promptmanage.streams.meter;

import com.promptmanage.streams.intake.ReceivedEvent;
import com.promptmanage.streams.ledger.LedgerStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.jspecify.annotations.Nullable;

/**
 * The events whose model has no price: kept whole in the state, and priced when a price arrives. That is done in portions
 * between other work, so that a million of them do not hold up the partition.
 */
final class HeldEvents {

    /** How many are looked at in one go. */
    private static final int PORTION = 1000;

    private static final Duration PAUSE = Duration.ofMillis(10);

    private final LedgerStore ledger;

    private final ProcessorContext<byte[], byte[]> context;

    private final Rerating rerating;

    /** What the keys of held events begin with, one for each model and provider; null until it is first needed. */
    private @Nullable Set<Bytes> models;

    /** Where to go on, for each model that may have a price now. */
    private final Deque<Waiting> toRetry = new ArrayDeque<>();

    private @Nullable Cancellable schedule;

    /** Tries to price a held event. */
    interface Rerating {
        /** Whether the event need not be held any longer: it has its price now, or is too old for one. */
        boolean rerate(byte[] account, byte[] record, long offset, long arrivalMs);
    }

    private record Waiting(Bytes from, Bytes to) {}

    HeldEvents(LedgerStore ledger, ProcessorContext<byte[], byte[]> context, Rerating rerating) {
        this.ledger = ledger;
        this.context = context;
        this.rerating = rerating;
    }

    void hold(MeteredAccount account, ReceivedEvent event, long offset, long arrivalMs) {
        byte[] model = event.model().copy();
        byte[] provider = event.provider().copy();
        ledger.put(StateKeys.held(model, provider, account.name(), offset, arrivalMs), event.record());
        models().add(Bytes.wrap(StateKeys.heldOf(model, provider)));
    }

    /**
     * Prices have changed: what is held may have one now. A model that waits for its turn keeps it: else changes that come fast
     * would keep it from the last of many models for good.
     */
    void retry() {
        var waiting = new HashSet<Bytes>();
        toRetry.forEach(one -> waiting.add(one.from()));
        for (Bytes model : models()) {
            if (!waiting.contains(model)) {
                toRetry.add(new Waiting(model, Bytes.wrap(StateKeys.afterAllOf(model.get()))));
            }
        }
        if (!toRetry.isEmpty() && schedule == null) {
            schedule = context.schedule(PAUSE, PunctuationType.WALL_CLOCK_TIME, now -> retryPortion());
        }
    }

    private void retryPortion() {
        Waiting waiting = toRetry.poll();
        if (waiting != null) {
            LedgerStore.Portion portion =
                    ledger.newestRows(waiting.from().get(), waiting.to().get(), PORTION);
            portion.rows().forEach((row, event) -> {
                byte[] key = row.get();
                if (rerating.rerate(
                        StateKeys.heldAccount(key), event, StateKeys.heldOffset(key), StateKeys.heldArrivalMs(key))) {
                    ledger.put(key, null);
                }
            });
            if (portion.next() != null) {
                toRetry.addFirst(new Waiting(portion.next(), waiting.to()));
            }
        }
        if (toRetry.isEmpty() && schedule != null) {
            schedule.cancel();
            schedule = null;
        }
    }

    private Set<Bytes> models() {
        Set<Bytes> known = models;
        if (known == null) {
            known = new TreeSet<>();
            Bytes from = Bytes.wrap(StateKeys.allHeld());
            while (from != null) {
                LedgerStore.Portion next = ledger.newestRows(from.get(), StateKeys.afterAllHeld(), 1);
                if (next.rows().isEmpty()) {
                    from = next.next();
                } else {
                    // From one event of a model to the first event of the next.
                    Bytes model = Bytes.wrap(
                            StateKeys.heldPrefix(next.rows().firstKey().get()));
                    known.add(model);
                    from = Bytes.wrap(StateKeys.afterAllOf(model.get()));
                }
            }
        }
        models = known;
        return known;
    }
}

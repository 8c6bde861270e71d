package com.promptmanage.streams.meter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.promptmanage.streams.intake.ReceivedEvent;
import com.promptmanage.streams.ledger.LedgerStore;
import com.promptmanage.topics.pricing.ModelPrice;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.jspecify.annotations.Nullable;

/**
 * The events whose model has no price: kept whole in the state, and priced when a price arrives. That is done in portions
 * between other work, so that a million of them do not hold up the partition.
 *
 * <p>Events go by many names of their models, and which of them a price is for is known when it is tried. So after each
 * change all that is held is looked at, once around; but first what bears the very name that has a new price.
 */
final class HeldEvents {

    /** How many are looked at in one go. */
    private static final int PORTION = 1000;

    private static final Duration PAUSE = Duration.ofMillis(10);

    /** Ranges with few events in them are looked at one after the other for as long: the rest of the pause is the others'. */
    private static final long WORK_NANOS = Duration.ofMillis(2).toNanos();

    private static final Bytes FIRST = Bytes.wrap(StateKeys.allHeld());

    private static final Bytes END = Bytes.wrap(StateKeys.afterAllHeld());

    private final LedgerStore ledger;

    private final ProcessorContext<byte[], byte[]> context;

    private final Rerating rerating;

    /** The names that have a new price: from where their events begin to where to go on. */
    private final Map<Bytes, Waiting> woken = new LinkedHashMap<>();

    /** Where the round over all events goes on; null if there is none to make. */
    private @Nullable Waiting round;

    /** Up to where the round goes once more from the beginning; null if not. */
    private @Nullable Bytes roundAgainTo;

    private boolean isRoundsTurn;

    private @Nullable Cancellable schedule;

    /** Tries to price a held event. */
    interface Rerating {
        /** Whether the event need not be held any longer: it has its price now, or is too old for one. */
        boolean rerate(HeldEvent event);
    }

    private record Waiting(Bytes from, Bytes to) {}

    HeldEvents(LedgerStore ledger, ProcessorContext<byte[], byte[]> context, Rerating rerating) {
        this.ledger = ledger;
        this.context = context;
        this.rerating = rerating;
    }

    /** @param tags the numbers of the names of the tags that it was counted by */
    void hold(MeteredAccount account, ReceivedEvent event, int[] tags, long offset, long arrivalMs) {
        byte[] model = event.model().copy();
        byte[] provider = event.provider().copy();
        ledger.put(
                StateKeys.held(model, provider, account.name(), offset, arrivalMs),
                HeldEvent.value(ledger.names(), tags, event.record()));
    }

    /**
     * Prices have changed: what is held may have one now. The round goes on where it is, and around to there again: were it
     * begun anew, changes that come fast would keep it from the last of many events for good.
     *
     * @param changed whose events come first
     */
    void retry(List<ModelPrice> changed) {
        for (ModelPrice price : changed) {
            wake(price.model());
            price.aliases().forEach(this::wake);
        }
        Waiting now = round;
        roundAgainTo = now == null || now.from().equals(FIRST) ? null : now.from();
        round = new Waiting(now == null ? FIRST : now.from(), END);
        if (schedule == null) {
            schedule = context.schedule(PAUSE, PunctuationType.WALL_CLOCK_TIME, nowMs -> retryPortion());
        }
    }

    /** All names that begin with this one: what producers add to a name, such as a date, is mostly behind it. */
    private void wake(String name) {
        byte[] model = name.getBytes(UTF_8);
        Bytes from = Bytes.wrap(StateKeys.heldFrom(model));
        // One that waits keeps its turn, and is looked at from its beginning.
        woken.put(from, new Waiting(from, Bytes.wrap(StateKeys.afterHeldFrom(model))));
    }

    private void retryPortion() {
        long start = System.nanoTime();
        int looked = 0;
        int steps = 0;
        ledger.makeRoomForNames();
        // At least one of each kind: neither waits for the other to have an end.
        do {
            looked += isRoundsTurn ? goRound(PORTION - looked) : lookAtWoken(PORTION - looked);
            isRoundsTurn = !isRoundsTurn;
            steps++;
        } while (looked < PORTION && isAnyLeft() && (steps < 2 || System.nanoTime() - start < WORK_NANOS));
        if (!isAnyLeft() && schedule != null) {
            schedule.cancel();
            schedule = null;
        }
    }

    private boolean isAnyLeft() {
        return round != null || !woken.isEmpty();
    }

    private int lookAtWoken(int atMost) {
        if (woken.isEmpty()) {
            return 0;
        }
        Bytes name = woken.keySet().iterator().next();
        Waiting waiting = requireNonNull(woken.remove(name));
        LedgerStore.Portion portion = look(waiting, atMost);
        if (portion.next() != null) {
            // Behind the others: what goes on waiting under one name, because its price does not say all, holds up none
            // of them.
            woken.put(name, new Waiting(portion.next(), waiting.to()));
        }
        return portion.rows().size();
    }

    private int goRound(int atMost) {
        Waiting waiting = round;
        if (waiting == null) {
            return 0;
        }
        LedgerStore.Portion portion = look(waiting, atMost);
        if (portion.next() != null) {
            round = new Waiting(portion.next(), waiting.to());
        } else {
            round = roundAgainTo == null ? null : new Waiting(FIRST, roundAgainTo);
            roundAgainTo = null;
        }
        return portion.rows().size();
    }

    private LedgerStore.Portion look(Waiting waiting, int atMost) {
        LedgerStore.Portion portion =
                ledger.newestRows(waiting.from().get(), waiting.to().get(), atMost);
        portion.rows().forEach((row, event) -> {
            byte[] key = row.get();
            if (rerating.rerate(new HeldEvent(key, event))) {
                ledger.put(key, null);
            }
        });
        return portion;
    }
}

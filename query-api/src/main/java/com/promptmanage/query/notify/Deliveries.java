package com.promptmanage.query.notify;

import com.promptmanage.query.notify.DeliveryTable.Attempt;
import com.promptmanage.query.notify.DeliveryTable.Due;
import com.promptmanage.query.notify.DeliveryTable.Lease;
import com.promptmanage.query.notify.DeliveryTable.Next;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.service.outbox.OutboxRecord;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.alert.Notice;
import com.promptmanage.topics.alert.NoticeCodec;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what is due, in as many processes as there are.
 *
 * <p>A delivery is sent, and then recorded. Who dies in between has sent what is sent again, under the same id, by whoever takes
 * the channel on when the lease ends: this one delivery, for a channel is served one delivery after the other.
 *
 * <p>Threads: one of its own looks for channels, and each channel that is served has a virtual one.
 */
final class Deliveries implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Deliveries.class);

    /** A channel that has taken nothing for so long is switched off. */
    static final Duration FAILING_MAX = Duration.ofDays(5);

    private static final Duration LEASE = Duration.ofSeconds(60);

    /** No attempt begins later than this after the channel was taken on, so that its end is within the lease. */
    private static final Duration SERVED_MAX = LEASE.minus(Sender.CALL_MAX).minusSeconds(15);

    private static final Duration LOOK = Duration.ofMillis(500);

    private static final Duration LOOK_AFTER_FAILURE = Duration.ofSeconds(5);

    private static final Duration HOUSEKEEPING = Duration.ofHours(1);

    private static final Duration KEPT = Duration.ofDays(30);

    private static final int CHANNELS_AT_ONCE = 32;

    /** For whose it is; what it was, is in the log. */
    private static final String UNMADE = "the message could not be made, by a fault that is none of yours";

    private final DeliveryTable table;

    private final ChannelTable channels;

    private final Sender sender;

    private final Owners owners;

    private final MeterRegistry meters;

    private final Clock clock;

    private final Semaphore free = new Semaphore(CHANNELS_AT_ONCE);

    private final CountDownLatch closed = new CountDownLatch(1);

    private final Thread thread;

    Deliveries(
            DeliveryTable table,
            ChannelTable channels,
            Sender sender,
            Owners owners,
            MeterRegistry meters,
            Clock clock) {
        this.table = table;
        this.channels = channels;
        this.sender = sender;
        this.owners = owners;
        this.meters = meters;
        this.clock = clock;
        this.thread = Thread.ofPlatform().name("deliveries").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** For a check of readiness: false only if it was closed, or ended by an error that it cannot outlive. */
    boolean isAlive() {
        return thread.isAlive();
    }

    /** Lets attempts that have begun end. */
    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join();
            free.acquire(CHANNELS_AT_ONCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        Instant tidied = Instant.MIN;
        while (closed.getCount() > 0) {
            Duration pause = LOOK;
            try {
                if (tidied.isBefore(clock.instant().minus(HOUSEKEEPING))) {
                    tidied = clock.instant();
                    channels.reseal();
                    table.forget(tidied.minus(KEPT));
                }
                if (takeOn() > 0) {
                    pause = Duration.ZERO;
                }
            } catch (UnavailableException e) {
                pause = LOOK_AFTER_FAILURE;
                LOGGER.atWarn().addKeyValue("cause", e.toString()).log("nothing is delivered for now");
            } catch (RuntimeException | StackOverflowError | LinkageError e) {
                pause = LOOK_AFTER_FAILURE;
                LOGGER.atError().setCause(e).log("nothing is delivered for now");
            }
            if (isClosedWithin(pause)) {
                return;
            }
        }
    }

    private int takeOn() {
        int room = free.availablePermits();
        if (room == 0) {
            return 0;
        }
        Instant now = clock.instant();
        List<Lease> leases = table.lease(now, now.plus(LEASE), room);
        for (Lease lease : leases) {
            free.acquireUninterruptibly();
            Thread.ofVirtual().name("delivery-" + lease.channelId()).start(() -> serve(lease));
        }
        return leases.size();
    }

    private void serve(Lease lease) {
        long endNanos = System.nanoTime() + SERVED_MAX.toNanos();
        try {
            Destination destination = channels.open(lease.channelId(), lease.kind(), lease.sealed());
            boolean mine = true;
            while (mine && closed.getCount() > 0 && System.nanoTime() - endNanos < 0) {
                Optional<Due> due = table.next(lease, destination.joins(), clock.instant());
                if (due.isEmpty()) {
                    break;
                }
                mine = attempt(lease, destination, due.get());
            }
            table.release(lease);
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            // The lease ends by itself, and then it is tried again.
            LOGGER.atError()
                    .setCause(e)
                    .addKeyValue("channelId", lease.channelId())
                    .log("a channel is not served");
        } finally {
            free.release();
        }
    }

    /** @return whether to go on with the channel */
    private boolean attempt(Lease lease, Destination destination, Due due) {
        Instant startedAt = clock.instant();
        Outcome outcome = sent(lease, destination, due);
        Instant now = clock.instant();
        Next next = next(lease, due, startedAt, outcome, now);
        boolean recorded = table.record(lease, new Attempt(due, startedAt, outcome, next), now);
        count(destination, recorded ? outcome.end().name().toLowerCase(Locale.ROOT) : "unrecorded");
        if (recorded && next instanceof Next.SwitchOff off) {
            LOGGER.atWarn()
                    .addKeyValue("channelId", lease.channelId())
                    .addKeyValue("cause", off.reason())
                    .log("a channel is switched off");
            owners.tell(lease.account(), notice(lease, off.reason(), now));
        }
        return recorded && !(next instanceof Next.SwitchOff);
    }

    /** What cannot be made into a message is tried again later, so that those behind it have their turn. */
    private Outcome sent(Lease lease, Destination destination, Due due) {
        try {
            return sender.send(lease.channelId(), destination, due.message(), due.mailed());
        } catch (UnavailableException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            LOGGER.atError()
                    .setCause(e)
                    .addKeyValue("channelId", lease.channelId())
                    .addKeyValue("messageId", due.message().id())
                    .log("a message cannot be made");
            return new Outcome(Outcome.End.UNMADE, null, UNMADE, null, Duration.ZERO);
        }
    }

    private static Next next(Lease lease, Due due, Instant startedAt, Outcome outcome, Instant now) {
        Instant failingSince = lease.failingSince();
        return switch (outcome.end()) {
            case DELIVERED -> new Next.Done();
            case REFUSED -> new Next.GiveUp();
            case GONE ->
                switchOff(
                        lease, "The address answered %d: it takes nothing any more.".formatted(outcome.status()), now);
            case UNMADE -> later(due, startedAt, outcome, now);
            case RETRY ->
                !outcome.isReceived()
                                && failingSince != null
                                && failingSince.plus(FAILING_MAX).isBefore(now)
                        ? switchOff(
                                lease,
                                "Nothing could be delivered for %d days. The last attempt: %s"
                                        .formatted(FAILING_MAX.toDays(), outcome.problem()),
                                now)
                        : later(due, startedAt, outcome, now);
        };
    }

    private static Next later(Due due, Instant startedAt, Outcome outcome, Instant now) {
        Instant first = due.firstAttemptAt();
        return Retries.next(
                        due.attempts() + 1,
                        first == null ? startedAt : first,
                        now,
                        outcome.pause(),
                        ThreadLocalRandom.current().nextDouble())
                .<Next>map(Next.Again::new)
                .orElseGet(Next.GiveUp::new);
    }

    private static Next switchOff(Lease lease, String reason, Instant now) {
        Notice notice = notice(lease, reason, now);
        return new Next.SwitchOff(
                reason,
                OutboxRecord.of(
                        Topics.BUDGET_ALERTS.name(),
                        notice.account().value(),
                        NoticeCodec.write(notice, "/prompt-manage/notices")));
    }

    private static Notice notice(Lease lease, String reason, Instant now) {
        return new Notice(
                "%s_off_%d".formatted(lease.channelId(), lease.number()),
                AlertType.CHANNEL_DISABLED.code(),
                lease.account(),
                com.promptmanage.topics.budget.Severity.WARNING,
                "Notification channel switched off: " + lease.name(),
                reason + " Mend the address and switch the channel on again.",
                now,
                Map.of());
    }

    private void count(Destination destination, String outcome) {
        Counter.builder("notify.attempts")
                .description("Attempts to deliver an alert on a channel")
                .tag("kind", destination.kind())
                .tag("outcome", outcome)
                .register(meters)
                .increment();
    }

    private boolean isClosedWithin(Duration time) {
        try {
            return closed.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}

package com.promptmanage.service.outbound;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.core5.concurrent.Cancellable;
import org.jspecify.annotations.Nullable;

/** The end of one call's time: cancels whatever request it is at then, by closing its connection. */
final class Deadline {

    private final Duration totalMax;

    private final AtomicReference<@Nullable Cancellable> running = new AtomicReference<>();

    private final ScheduledFuture<?> alarm;

    private volatile boolean over;

    Deadline(Duration totalMax, ScheduledExecutorService alarms) {
        this.totalMax = totalMax;
        this.alarm = alarms.schedule(this::end, totalMax.toNanos(), TimeUnit.NANOSECONDS);
    }

    Duration totalMax() {
        return totalMax;
    }

    boolean isOver() {
        return over;
    }

    /** What is to be cancelled from now on. */
    void watch(Cancellable request) {
        running.set(request);
        if (over) {
            request.cancel();
        }
    }

    /** The call has ended in time. */
    void dismiss() {
        alarm.cancel(false);
    }

    /** Ends what is running now by closing its connection; the call's time goes on. */
    void cancelRunning() {
        Cancellable request = running.get();
        if (request != null) {
            request.cancel();
        }
    }

    private void end() {
        over = true;
        cancelRunning();
    }
}

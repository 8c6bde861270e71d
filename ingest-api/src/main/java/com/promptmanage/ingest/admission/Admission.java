package com.promptmanage.ingest.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.promptmanage.ingest.admission.AdmissionSettings.Rate;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RequestBody;
import io.javalin.http.Context;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** The door: says who sends, and lets in no more than agreed and no more than there is room for. */
public final class Admission {

    private static final int BUCKETS_MAX = 100_000;

    private static final Duration BUCKET_KEPT = Duration.ofMinutes(10);

    private final Function<Context, Caller> callers;

    private final AdmissionSettings settings;

    private final LongSupplier nanoClock;

    private final Cache<String, Buckets> buckets = Caffeine.newBuilder()
            .maximumSize(BUCKETS_MAX)
            .expireAfterAccess(BUCKET_KEPT)
            .build();

    private final RequestMemory memory;

    private final Counter limited;

    /**
     * @param callers finds out who sends a request, and ends it with 401 if that cannot be found out
     * @param nanoClock as {@link System#nanoTime}
     */
    public Admission(
            Function<Context, Caller> callers,
            AdmissionSettings settings,
            LongSupplier nanoClock,
            MeterRegistry registry) {
        this.callers = callers;
        this.settings = settings;
        this.nanoClock = nanoClock;
        this.memory = new RequestMemory(settings.memoryBytes());
        this.limited = Counter.builder("ingest.requests.limited")
                .description("Requests that were answered 429")
                .register(registry);
        Gauge.builder("ingest.memory.held", memory, RequestMemory::bytesHeld)
                .description("What the requests being worked on hold")
                .baseUnit("bytes")
                .register(registry);
    }

    /** What one sender may send. */
    private record Buckets(TokenBucket requests, TokenBucket events) {}

    /** A request that was let in. Closed when it is answered. */
    public final class Admitted implements AutoCloseable {

        private final Context ctx;

        private final Caller caller;

        private final TokenBucket events;

        private final RequestMemory.Share share;

        private Admitted(Context ctx, Caller caller, TokenBucket events, RequestMemory.Share share) {
            this.ctx = ctx;
            this.caller = caller;
            this.events = events;
            this.share = share;
        }

        public Caller caller() {
            return caller;
        }

        /** Reads the body. Call it once. Ends the request with 503 if there is no room for it. */
        public byte[] body() {
            return body(settings.bodyBytesMax());
        }

        /** As {@link #body()}, with another limit. */
        public byte[] body(long bytesMax) {
            return RequestBody.bytes(ctx, bytesMax, share::hold);
        }

        /** From now on the request holds this much. Ends it with 503 if there is no room. */
        public void hold(long bytes) {
            share.hold(bytes);
        }

        /** Charges what the request turned out to hold. */
        public void charge(int count) {
            events.take(Math.max(1, count), nanoClock.getAsLong());
        }

        @Override
        public void close() {
            share.close();
        }
    }

    /** Lets a request in, or ends it with 401, 403 or 429. Nothing of its body is read before. */
    public Admitted admit(Context ctx) {
        return admit(ctx, memory);
    }

    /** As {@link #admit(Context)}, with other memory: for what takes so long that it would leave none to the others. */
    public Admitted admit(Context ctx, RequestMemory room) {
        Caller caller = callers.apply(ctx);
        if (caller instanceof Caller.Key key && !key.scopes().contains(KeyScope.INGEST)) {
            throw ProblemException.forbidden("This key has no scope 'ingest': use one that has");
        }
        Buckets mine = bucketsOf(caller);
        long now = nanoClock.getAsLong();
        requireNoWait(mine.requests().takeOrWait(now), settings.requests(), "requests");
        requireNoWait(mine.events().waitAt(now), settings.events(), "events");
        return new Admitted(ctx, caller, mine.events(), room.share());
    }

    private void requireNoWait(Duration wait, Rate rate, String what) {
        if (wait.isPositive()) {
            limited.increment();
            throw ProblemException.rateLimited(
                    "At most %d %s a second are taken in the long run: send slower".formatted(rate.perSecond(), what),
                    wait);
        }
    }

    private Buckets bucketsOf(Caller caller) {
        String name = switch (caller) {
            case Caller.Key key -> "key " + key.keyId();
            case Caller.Person person -> "person " + person.userId();
        };
        return buckets.get(name, unused -> new Buckets(bucket(settings.requests()), bucket(settings.events())));
    }

    private TokenBucket bucket(Rate rate) {
        return new TokenBucket(rate.perSecond(), rate.burst(), nanoClock.getAsLong());
    }
}

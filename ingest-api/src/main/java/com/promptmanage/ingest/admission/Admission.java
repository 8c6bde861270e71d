package com.promptmanage.ingest.admission;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
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

    private final Cache<String, TokenBucket> buckets = Caffeine.newBuilder()
            .maximumSize(BUCKETS_MAX)
            .expireAfterAccess(BUCKET_KEPT)
            .build();

    private final BodyMemory memory;

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
        this.memory = new BodyMemory(settings.memoryBytes());
        this.limited = Counter.builder("ingest.requests.limited")
                .description("Requests that were answered 429")
                .register(registry);
        Gauge.builder("ingest.memory.held", memory, BodyMemory::bytesHeld)
                .description("What the requests being worked on may hold")
                .baseUnit("bytes")
                .register(registry);
    }

    /** A request that was let in. Closed when it is answered. */
    public final class Admitted implements AutoCloseable {

        private final Context ctx;

        private final Caller caller;

        private final TokenBucket bucket;

        private final BodyMemory.Share share;

        private Admitted(Context ctx, Caller caller, TokenBucket bucket, BodyMemory.Share share) {
            this.ctx = ctx;
            this.caller = caller;
            this.bucket = bucket;
            this.share = share;
        }

        public Caller caller() {
            return caller;
        }

        /** Reads the body. Call it once. */
        public byte[] body() {
            byte[] body = RequestBody.bytes(ctx, settings.bodyBytesMax());
            share.shrinkTo(body.length);
            return body;
        }

        /** Charges what the request turned out to hold. */
        public void charge(int events) {
            bucket.take(Math.max(1, events), nanoClock.getAsLong());
        }

        @Override
        public void close() {
            share.close();
        }
    }

    /**
     * Lets a request in, or ends it with 401, 403, 429 or 503. Nothing of its body is read before.
     */
    public Admitted admit(Context ctx) {
        Caller caller = callers.apply(ctx);
        if (caller instanceof Caller.Key key && !key.scopes().contains(KeyScope.INGEST)) {
            throw ProblemException.forbidden("This key has no scope 'ingest': use one that has");
        }
        TokenBucket bucket = bucketOf(caller);
        Duration wait = bucket.waitAt(nanoClock.getAsLong());
        if (wait.isPositive()) {
            limited.increment();
            throw ProblemException.rateLimited(
                    "At most %d events a second are taken in the long run: send slower"
                            .formatted(settings.eventsPerSecond()),
                    wait);
        }
        return new Admitted(ctx, caller, bucket, memory.take(expected(ctx)));
    }

    /** What is packed, or sent in chunks, may become as large as is allowed. */
    private long expected(Context ctx) {
        long told = ctx.req().getContentLengthLong();
        boolean known = told >= 0 && ctx.header("Content-Encoding") == null;
        return known ? Math.min(told, settings.bodyBytesMax()) : settings.bodyBytesMax();
    }

    private TokenBucket bucketOf(Caller caller) {
        String name = switch (caller) {
            case Caller.Key key -> "key " + key.keyId();
            case Caller.Person person -> "person " + person.userId();
        };
        return buckets.get(
                name,
                unused -> new TokenBucket(settings.eventsPerSecond(), settings.eventsBurst(), nanoClock.getAsLong()));
    }
}

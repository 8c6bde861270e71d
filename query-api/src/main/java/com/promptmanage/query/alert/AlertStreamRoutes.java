package com.promptmanage.query.alert;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.database.DatabaseUnavailableException;
import com.promptmanage.service.http.EventStream;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /api/token-tracking/alerts/stream}: alerts as they are raised, and those that a reader missed if it says by
 * {@code Last-Event-ID} where it stopped. Each alert is sent once, wherever the stream was broken off.
 */
final class AlertStreamRoutes implements Routes {

    private static final Logger LOGGER = LoggerFactory.getLogger(AlertStreamRoutes.class);

    private static final String LAST_EVENT_ID = "Last-Event-ID";

    /** How many readers catch up at a time: when a process starts again, all of them come back at once. */
    private static final int REPLAYS_MAX = 16;

    private static final Duration REPLAY_POLL = Duration.ofMillis(500);

    private final Authentication authentication;

    private final AlertFeed feed;

    private final AlertTable table;

    private final Duration heartbeat;

    private final Semaphore replays = new Semaphore(REPLAYS_MAX);

    AlertStreamRoutes(Authentication authentication, AlertFeed feed, AlertTable table, Duration heartbeat) {
        this.authentication = authentication;
        this.feed = feed;
        this.table = table;
        this.heartbeat = heartbeat;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/token-tracking/alerts/stream", this::stream);
    }

    private void stream(Context ctx) {
        Watch watch = Watch.of(ctx, authentication.caller(ctx));
        Optional<FeedPosition> last = lastEventId(ctx);
        try (Subscription subscription = feed.subscribe(watch)) {
            FeedPosition from = from(last, subscription.start());
            new Reader(ctx, EventStream.open(ctx), watch, subscription, from).serve();
        } catch (IOException e) {
            LOGGER.atDebug().addKeyValue("cause", e.toString()).log("a reader of alerts went away");
        } catch (KafkaException e) {
            // The stream has begun: all that is left is to end it. The reader comes back with its position.
            LOGGER.atWarn().addKeyValue("cause", e.toString()).log("a stream of alerts is broken off");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Optional<FeedPosition> lastEventId(Context ctx) {
        @Nullable String text = ctx.header(LAST_EVENT_ID);
        if (text == null || text.isEmpty()) {
            return Optional.empty();
        }
        Optional<FeedPosition> position = FeedPosition.decode(text);
        if (position.isEmpty()) {
            throw ProblemException.invalid(
                    LAST_EVENT_ID,
                    "is not one of ours",
                    "Send the id of the last event you had, unchanged, or nothing to begin now.");
        }
        return position;
    }

    /**
     * Where a reader begins: where it stopped; in partitions it has not looked at before, now; and at the beginning of a topic
     * that it does not know.
     */
    private static FeedPosition from(Optional<FeedPosition> last, FeedPosition start) {
        if (last.isEmpty()) {
            return start;
        }
        var next = new HashMap<>(start.next());
        if (last.get().topicId().equals(start.topicId())) {
            last.get().next().forEach(next::replace);
        } else {
            next.replaceAll((partition, offset) -> 0L);
        }
        return new FeedPosition(start.topicId(), next);
    }

    /** One reader's stream, from its first byte to its last. */
    private final class Reader {

        private final Context ctx;

        private final EventStream stream;

        private final Watch watch;

        private final Subscription subscription;

        private final long endNanos = System.nanoTime() + EventStream.LIFE_MAX.toNanos();

        private FeedPosition position;

        private long writtenNanos = System.nanoTime();

        Reader(Context ctx, EventStream stream, Watch watch, Subscription subscription, FeedPosition position) {
            this.ctx = ctx;
            this.stream = stream;
            this.watch = watch;
            this.subscription = subscription;
            this.position = position;
        }

        void serve() throws IOException, InterruptedException {
            // Who loses us before the first alert comes back to this place.
            mark();
            catchUp();
            while (!subscription.isOver() && isYoung()) {
                Optional<FeedItem> item = subscription.next(EventStream.LOOK);
                if (!isAllowed()) {
                    return;
                }
                if (item.isPresent()) {
                    send(item.get(), false);
                }
                stayAlive();
            }
        }

        private void catchUp() throws IOException, InterruptedException {
            if (!isBehind()) {
                return;
            }
            while (!replays.tryAcquire(EventStream.LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                if (!isAllowed()) {
                    return;
                }
                stayAlive();
            }
            try (AlertReplay replay = feed.replay(position, subscription.start())) {
                while (!feed.isClosed() && isYoung() && !replay.isOver() && isAllowed()) {
                    sendAll(replay.next(REPLAY_POLL));
                    stayAlive();
                }
            } finally {
                replays.release();
            }
        }

        /** Who may see more or less by now comes back, and goes on from here as who they are. */
        private boolean isAllowed() {
            return authentication.isStillAllowed(
                    ctx, now -> Watch.of(ctx, now).accounts().equals(watch.accounts()));
        }

        private boolean isBehind() {
            return subscription.start().next().entrySet().stream()
                    .anyMatch(end -> position.isBefore(end.getKey(), end.getValue() - 1));
        }

        private void sendAll(List<FeedItem> missed) throws IOException {
            List<FeedItem> wanted =
                    missed.stream().filter(item -> watch.includes(item.alert())).toList();
            Set<String> acknowledged = acknowledged(wanted);
            for (FeedItem item : wanted) {
                send(item, acknowledged.contains(item.alert().id()));
            }
        }

        private void send(FeedItem item, boolean acknowledged) throws IOException {
            // Another process may have been further than this one is: what it sent is not sent again.
            if (position.isBefore(item.partition(), item.offset())) {
                FeedPosition after = position.past(item.partition(), item.offset());
                ObjectNode alert = item.alert().alert().deepCopy();
                alert.put("acknowledged", acknowledged);
                stream.send(after.encode(), "alert", new String(Json.bytes(alert), StandardCharsets.UTF_8));
                position = after;
                writtenNanos = System.nanoTime();
            }
        }

        private Set<String> acknowledged(List<FeedItem> items) {
            if (items.isEmpty()) {
                return Set.of();
            }
            try {
                return table.acknowledged(
                        watch, items.stream().map(item -> item.alert().id()).toList());
            } catch (DatabaseUnavailableException e) {
                // To be told of an alert matters more than to be told that someone has seen it.
                return Set.of();
            }
        }

        private void stayAlive() throws IOException {
            if (System.nanoTime() - writtenNanos >= heartbeat.toNanos()) {
                mark();
            }
        }

        private void mark() throws IOException {
            stream.mark(position.encode());
            writtenNanos = System.nanoTime();
        }

        private boolean isYoung() {
            return System.nanoTime() - endNanos < 0;
        }
    }
}

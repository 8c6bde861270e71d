package com.promptmanage.runner.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.http.WorkflowAccess.AllowedExecution;
import com.promptmanage.runner.journal.ExecutionRecords;
import com.promptmanage.runner.journal.ExecutionRecords.Entry;
import com.promptmanage.runner.journal.StoredJson;
import com.promptmanage.service.http.EventStream;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.execution.ExecutionChange.ExecutionChanged;
import com.promptmanage.topics.execution.ExecutionChange.Status;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /api/workflows/executions/{id}/stream}: every change of the execution and of its nodes, from the beginning or from
 * where a reader stopped, whichever process it happened in. Ends after the execution's end, and when its reader may not see the
 * execution any more. Who has had the end is answered 204, so that an {@code EventSource} does not come back again.
 */
final class StreamRoutes implements Routes, AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(StreamRoutes.class);

    private static final String LAST_EVENT_ID = "Last-Event-ID";

    private static final Duration LOOK_EVERY = Duration.ofMillis(100);

    /** Where nothing has happened for a while, such as while someone is asked for approval. */
    private static final Duration LOOK_EVERY_IDLE = Duration.ofSeconds(1);

    private static final Duration IDLE_AFTER = Duration.ofSeconds(10);

    /** A lost right takes no more than five seconds to count, and those that are remembered for a while take three of them. */
    private static final Duration CHECK_RIGHTS_EVERY = Duration.ofSeconds(1);

    /** Each looks into the database again and again. */
    private static final int STREAMS_MAX = 200;

    /** Of one person, or one key that is nobody's: more than they have pages open. */
    private static final int STREAMS_OF_ONE_MAX = 20;

    private static final int ENTRIES_MAX = 500;

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final WorkflowAccess access;

    private final ExecutionRecords records;

    private final CountDownLatch closing = new CountDownLatch(1);

    private final Watchers watchers = new Watchers(STREAMS_MAX, STREAMS_OF_ONE_MAX);

    StreamRoutes(WorkflowAccess access, ExecutionRecords records) {
        this.access = access;
        this.records = records;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/workflows/executions/{executionId}/stream", this::stream);
    }

    /** The streams are requests, and a server waits for those: closed before it. */
    @Override
    public void close() {
        closing.countDown();
    }

    private void stream(Context ctx) {
        AllowedExecution allowed = access.requireShownExecution(ctx);
        int after = lastSeq(ctx.header(LAST_EVENT_ID));
        if (isEnd(allowed.execution().status()) && entries(allowed, after, 1).isEmpty()) {
            // To a stream that ends a browser comes back by itself, for ever, but not after this.
            ctx.status(204);
            return;
        }
        String who = allowed.workflow().who();
        switch (watchers.enter(who)) {
            case ADMITTED -> {}
            case FULL ->
                throw ProblemException.unavailable("As many executions are watched here as may be", RETRY_AFTER);
            case HAS_ENOUGH ->
                throw ProblemException.rateLimited(
                        "You watch %d executions here already: close some of them".formatted(STREAMS_OF_ONE_MAX),
                        RETRY_AFTER);
        }
        try {
            serve(ctx, EventStream.open(ctx), allowed, after);
        } catch (IOException e) {
            LOGGER.atDebug().addKeyValue("cause", e.toString()).log("a reader of an execution went away");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            watchers.leave(who);
        }
    }

    private void serve(Context ctx, EventStream stream, AllowedExecution allowed, int after)
            throws IOException, InterruptedException {
        long endNanos = System.nanoTime() + EventStream.LIFE_MAX.toNanos();
        long writtenNanos = System.nanoTime();
        long toldNanos = writtenNanos;
        long checkedNanos = writtenNanos;
        int seq = after;
        boolean isOver = isEnd(allowed.execution().status());
        while (System.nanoTime() - endNanos < 0) {
            if (System.nanoTime() - checkedNanos >= CHECK_RIGHTS_EVERY.toNanos()) {
                if (!access.isStillShown(ctx, allowed.workflow().who())) {
                    return;
                }
                checkedNanos = System.nanoTime();
            }
            List<Entry> entries = entries(allowed, seq, ENTRIES_MAX);
            for (Entry entry : entries) {
                JsonNode event = StoredJson.read(entry.event());
                stream.send(Integer.toString(entry.seq()), name(event), data(entry.seq(), event));
                seq = entry.seq();
                isOver = isEnd(event, isOver);
                writtenNanos = System.nanoTime();
                toldNanos = writtenNanos;
            }
            if (entries.size() < ENTRIES_MAX && isOver) {
                return;
            }
            if (System.nanoTime() - writtenNanos >= EventStream.HEARTBEAT.toNanos()) {
                stream.mark(null);
                writtenNanos = System.nanoTime();
            }
            boolean isIdle = System.nanoTime() - toldNanos >= IDLE_AFTER.toNanos();
            Duration pause = isIdle ? LOOK_EVERY_IDLE : LOOK_EVERY;
            if (entries.isEmpty() && closing.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }

    private List<Entry> entries(AllowedExecution allowed, int after, int limit) {
        return records.log(allowed.workflow().scope(), allowed.execution().id(), after, limit);
    }

    private static int lastSeq(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return 0;
        }
        if (text.matches("\\d{1,9}")) {
            return Integer.parseInt(text);
        }
        throw ProblemException.invalid(
                LAST_EVENT_ID, "is not one of ours", "Send the id of the last event you had, or nothing.");
    }

    private static String name(JsonNode event) {
        return event.path("type").asText().equals(ExecutionChanged.TYPE) ? "execution" : "node";
    }

    private static String data(int seq, JsonNode event) {
        ObjectNode data = (ObjectNode) event.path("data").deepCopy();
        data.put("seq", seq);
        data.set("time", event.path("time"));
        return new String(Json.bytes(data), StandardCharsets.UTF_8);
    }

    /** Only the last state counts: an execution that failed may have been taken up again. */
    private static boolean isEnd(JsonNode event, boolean before) {
        if (!event.path("type").asText().equals(ExecutionChanged.TYPE)) {
            return before;
        }
        return isEnd(event.at("/data/status").asText());
    }

    private static boolean isEnd(String status) {
        return Status.valueOf(status.toUpperCase(Locale.ROOT)).isEnd();
    }
}

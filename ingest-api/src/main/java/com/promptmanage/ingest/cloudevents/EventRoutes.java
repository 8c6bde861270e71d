package com.promptmanage.ingest.cloudevents;

import com.promptmanage.ingest.admission.Admission;
import com.promptmanage.ingest.admission.Admission.Admitted;
import com.promptmanage.ingest.admission.MediaType;
import com.promptmanage.ingest.body.EventSlices.Form;
import com.promptmanage.ingest.normalize.UsageMeters;
import com.promptmanage.ingest.publish.EventPublisher;
import com.promptmanage.ingest.publish.OutgoingEvent;
import com.promptmanage.service.http.Problem.Kind;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/v1/events}, and where OpenMeter's third version takes them: all events of the request are published, or none is
 * and the answer says why.
 */
public final class EventRoutes implements Routes {

    /** The answer's header that carries the receipt. */
    public static final String RECEIPT_HEADER = "Prompt-Manage-Receipt";

    private final Admission admission;

    private final EventPublisher publisher;

    private final UsageMeters meters;

    private final Clock clock;

    public EventRoutes(Admission admission, EventPublisher publisher, UsageMeters meters, Clock clock) {
        this.admission = admission;
        this.publisher = publisher;
        this.meters = meters;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post("/api/v1/events", ctx -> receive(ctx, 204));
        routes.post("/api/v3/openmeter/events", ctx -> receive(ctx, 202));
    }

    private void receive(Context ctx, int taken) {
        try (var admitted = admission.admit(ctx)) {
            Form form = form(ctx.header("Content-Type"));
            List<OutgoingEvent> events = read(admitted, form);
            // The body is gone; the events stay until the broker has them.
            admitted.hold(events.stream().mapToLong(OutgoingEvent::heldBytes).sum());
            String receipt = publisher.publish(events).encode();
            ctx.status(taken).header(RECEIPT_HEADER, receipt);
        }
    }

    private List<OutgoingEvent> read(Admitted admitted, Form form) {
        var batch = new EventBatch(admitted.body(), form);
        admitted.charge(batch.size());
        List<OutgoingEvent> events = batch.translate(admitted.caller(), clock.instant(), meters, admitted::hold);
        // One can tell of several calls.
        long calls = events.stream().filter(OutgoingEvent::isCounted).count();
        if (calls > batch.size()) {
            admitted.charge(Math.toIntExact(calls - batch.size()));
        }
        return events;
    }

    private static Form form(@Nullable String contentType) {
        var type = MediaType.of(contentType);
        if (!type.isUtf8()) {
            throw unsupported(String.valueOf(contentType));
        }
        return switch (type.name()) {
            case "application/cloudevents+json" -> Form.ONE;
            case "application/cloudevents-batch+json" -> Form.LIST;
            case "application/json" -> Form.EITHER;
            default -> throw unsupported(String.valueOf(contentType));
        };
    }

    private static ProblemException unsupported(String contentType) {
        return new ProblemException(
                Kind.UNSUPPORTED_MEDIA_TYPE,
                "'%s' is not taken: send application/cloudevents+json, application/cloudevents-batch+json or application/json, in UTF-8"
                        .formatted(contentType));
    }
}

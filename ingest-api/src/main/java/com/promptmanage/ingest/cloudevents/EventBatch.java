package com.promptmanage.ingest.cloudevents;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.ingest.admission.RequestFaults;
import com.promptmanage.ingest.body.EventSlices;
import com.promptmanage.ingest.body.EventSlices.Form;
import com.promptmanage.ingest.body.EventSlices.Found;
import com.promptmanage.ingest.body.StrictJson;
import com.promptmanage.ingest.cloudevents.EventTranslator.Translated;
import com.promptmanage.ingest.normalize.Excerpt;
import com.promptmanage.ingest.normalize.UsageMeters;
import com.promptmanage.ingest.publish.OutgoingEvent;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.http.ProblemException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The events of one request: found in its body, read and translated one by one, taken all or not at all. */
final class EventBatch {

    private final byte[] body;

    private final RequestFaults faults = new RequestFaults();

    private final Found found;

    EventBatch(byte[] body, Form form) {
        this.body = body;
        this.found = EventSlices.withOthers(body, form, faults);
    }

    int size() {
        return found.slices().size();
    }

    /**
     * Translates all of them.
     *
     * @param room is told what the body and the events hold, as they grow; may end the request
     * @throws ProblemException 400 with every fault of every event; 403 if the caller may not send one of them
     */
    List<OutgoingEvent> translate(Caller caller, Instant now, UsageMeters meters, LongConsumer room) {
        var reader = new CloudEventReader(now, faults);
        var translator = new EventTranslator(caller, meters, faults);
        var events = new ArrayList<OutgoingEvent>(size());
        String refusal = null;
        long held = body.length;
        for (int i = 0; i < size(); i++) {
            Integer index = found.isList() ? i : null;
            faults.at(index);
            Optional<Translated> translated = StrictJson.read(
                            body, found.slices().get(i), faults)
                    .filter(this::isEvent)
                    .map(reader::read)
                    .map(translator::translate);
            if (translated.isPresent()) {
                switch (translated.get()) {
                    case Translated.Fine fine -> {
                        for (OutgoingEvent event : fine.events()) {
                            held += event.heldBytes();
                            events.add(event);
                        }
                        room.accept(held);
                    }
                    case Translated.Forbidden forbidden -> refusal = refusal == null ? told(forbidden, index) : refusal;
                }
            }
        }
        faults.check();
        if (refusal != null) {
            throw ProblemException.forbidden(refusal);
        }
        return events;
    }

    private boolean isEvent(JsonNode json) {
        if (!json.isObject()) {
            faults.add("body", "has something else than an event: " + Excerpt.of(json), "Send events as JSON objects.");
        }
        return json.isObject();
    }

    private static String told(Translated.Forbidden forbidden, @Nullable Integer index) {
        String refusal = forbidden.payer().refusal();
        return index == null ? refusal : "Event %d: %s".formatted(index, refusal);
    }
}

package com.promptmanage.ingest.cloudevents;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.ingest.admission.Payer;
import com.promptmanage.ingest.normalize.FaultSink;
import com.promptmanage.ingest.normalize.Texts;
import com.promptmanage.ingest.publish.OutgoingEvent;
import com.promptmanage.topics.event.EventJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An event of a type that is not ours, as it goes onto the topics: its own type and data, and the account as its subject. */
final class PlainEvent {

    /** Holds what the subject said, if it was not the account: an extension attribute that CloudEvents has a name for. */
    private static final String END_USER = "enduser";

    private static final JsonMapper JSON = new JsonMapper();

    private final CloudEvent event;

    private final Payer payer;

    private final boolean isWhole;

    /** The event is not to be used if there was a fault. */
    PlainEvent(CloudEvent event, Payer payer, FaultSink faults) {
        this.event = event;
        this.payer = payer;
        this.isWhole = isWhole(event.data());
        if (!isWhole) {
            faults.add("data", "has a text with half a character", "Send pairs of surrogates, or none.");
        }
    }

    /** To be counted by its type. */
    OutgoingEvent counted() {
        return new OutgoingEvent(payer.account(), write(payer.endUser()));
    }

    /** To be kept. Who it is about is always said: whom its subject named, else its user. */
    OutgoingEvent kept() {
        String endUser = payer.endUser();
        return OutgoingEvent.plain(payer.account(), write(endUser == null ? payer.userId() : endUser));
    }

    private byte[] write(@Nullable String endUser) {
        if (!isWhole) {
            return new byte[0];
        }
        var bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator json = EventJson.generator(bytes)) {
            json.writeStartObject();
            json.writeStringField("specversion", "1.0");
            json.writeStringField("id", event.id());
            json.writeStringField("source", event.source());
            json.writeStringField("type", event.type());
            json.writeStringField("subject", payer.account().value());
            json.writeStringField("time", event.time().toString());
            for (Map.Entry<String, JsonNode> extension : event.extensions().entrySet()) {
                if (!extension.getKey().equals(END_USER) || endUser == null) {
                    json.writeFieldName(extension.getKey());
                    JSON.writeTree(json, extension.getValue());
                }
            }
            if (endUser != null) {
                json.writeStringField(END_USER, endUser);
            }
            if (event.data().isObject()) {
                json.writeStringField("datacontenttype", "application/json");
                json.writeFieldName("data");
                JSON.writeTree(json, event.data());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static boolean isWhole(JsonNode node) {
        if (node.isTextual()) {
            return Texts.isWhole(node.textValue());
        }
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            if (!Texts.isWhole(member.getKey()) || !isWhole(member.getValue())) {
                return false;
            }
        }
        if (node.isArray()) {
            for (JsonNode element : node) {
                if (!isWhole(element)) {
                    return false;
                }
            }
        }
        return true;
    }
}

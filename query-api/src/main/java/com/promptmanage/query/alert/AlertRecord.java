package com.promptmanage.query.alert;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.event.EventJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * An alert as it stands on {@code budget.alerts}.
 *
 * @param raisedAt when the metering raised it
 * @param alert the object that the API answers, without what people have done about it
 */
record AlertRecord(String id, Account account, Instant occurredAt, Instant raisedAt, ObjectNode alert) {

    private static final ObjectReader EXACT =
            Json.mapper().readerFor(JsonNode.class).with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    /** @throws IllegalArgumentException if the record is no alert, saying what is wrong */
    static AlertRecord of(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null || record.value() == null) {
            throw new IllegalArgumentException("it has no key or no value");
        }
        ObjectNode alert = read(record.value());
        var account = new Account(new String(record.key(), StandardCharsets.UTF_8));
        if (!account.value().equals(EventJson.text(alert, "account"))) {
            throw new IllegalArgumentException("the record's key is not the alert's account");
        }
        EventJson.text(alert, "severity");
        try {
            return new AlertRecord(
                    EventJson.text(alert, "id"),
                    account,
                    Instant.parse(EventJson.text(alert, "occurredAt")),
                    Instant.ofEpochMilli(record.timestamp()),
                    alert);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("occurredAt is not a time", e);
        }
    }

    String severity() {
        return EventJson.text(alert, "severity");
    }

    /** What budgets' alerts have, and others need not. */
    @Nullable
    String optional(String field) {
        return alert.path(field).isTextual() ? alert.path(field).textValue() : null;
    }

    private static ObjectNode read(byte[] value) {
        try {
            if (EXACT.<JsonNode>readValue(value).path("data") instanceof ObjectNode alert) {
                return alert;
            }
        } catch (IOException e) {
            throw new IllegalArgumentException("not valid JSON: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("data is not an object");
    }
}

package com.promptmanage.query.plain;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.plain.PlainEvent.Identity;
import com.promptmanage.topics.account.Account;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads records of {@code events.plain}. Numbers stay as they were written. What a database does not keep, a zero in a text and
 * a number of thousands of digits, becomes something that it does: a record must not be lost over it, nor hold up the others.
 */
final class PlainEvents {

    /** As the metering has it: from then on nobody asks, and each month is a table. */
    private static final Duration AGE_MAX = Duration.ofDays(401);

    private static final Duration AHEAD_MAX = Duration.ofDays(1);

    /** Of a number; the database's own are larger, and so are those that nobody means. */
    private static final int DIGITS_MAX = 1_000;

    private static final ObjectReader JSON = reader();

    private PlainEvents() {}

    /** @throws IllegalArgumentException if it is no such record, saying what is wrong */
    static PlainEvent read(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null || record.value() == null) {
            throw new IllegalArgumentException("it has no key or no value");
        }
        var account = new Account(new String(record.key(), StandardCharsets.UTF_8));
        JsonNode event = json(record.value());
        Instant receivedAt = Instant.ofEpochMilli(record.timestamp());
        return new PlainEvent(
                new Identity(clean(account.value()), id(event, "source"), id(event, "id")),
                time(event, receivedAt),
                id(event, "type"),
                event.hasNonNull("enduser") ? id(event, "enduser") : clean(account.id()),
                (event.path("data").isObject() ? kept(event.path("data")) : JsonNodeFactory.instance.objectNode())
                        .toString(),
                receivedAt,
                record.offset());
    }

    private static JsonNode json(byte[] value) {
        try {
            return JSON.readTree(value);
        } catch (IOException | NumberFormatException e) {
            throw new IllegalArgumentException("not valid JSON: " + e.getMessage(), e);
        }
    }

    private static String id(JsonNode event, String name) {
        String id = event.path(name).asText("");
        if (!Account.isId(id)) {
            throw new IllegalArgumentException(name + " is missing or no id");
        }
        return clean(id);
    }

    private static Instant time(JsonNode event, Instant receivedAt) {
        String text = event.path("time").asText("");
        try {
            Instant time = OffsetDateTime.parse(text).toInstant();
            boolean isTooOld = time.isBefore(Instant.EPOCH) || time.isBefore(receivedAt.minus(AGE_MAX));
            if (!isTooOld && !time.isAfter(receivedAt.plus(AHEAD_MAX))) {
                return time;
            }
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("time '%s' is none".formatted(text), e);
        }
        throw new IllegalArgumentException(
                "time '%s' is before 1970, or more than 401 days before or a day after its arrival".formatted(text));
    }

    private static JsonNode kept(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode kept = JsonNodeFactory.instance.objectNode();
            object.properties().forEach(member -> kept.set(clean(member.getKey()), kept(member.getValue())));
            return kept;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode kept = JsonNodeFactory.instance.arrayNode(array.size());
            array.forEach(element -> kept.add(kept(element)));
            return kept;
        }
        if (node.isTextual()) {
            return JsonNodeFactory.instance.textNode(clean(node.textValue()));
        }
        return node.isNumber() && !isSmall(node.decimalValue())
                ? JsonNodeFactory.instance.textNode(node.asText())
                : node;
    }

    private static boolean isSmall(BigDecimal number) {
        return number.precision() <= DIGITS_MAX && Math.abs((long) number.scale()) <= DIGITS_MAX;
    }

    private static String clean(String text) {
        if (text.chars().noneMatch(c -> c == 0 || Character.isSurrogate((char) c))) {
            return text;
        }
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).replace('\0', '?');
    }

    private static ObjectReader reader() {
        var factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(100)
                        .maxNumberLength(10_000)
                        .build())
                .build();
        return JsonMapper.builder(factory)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .build()
                .readerFor(JsonNode.class);
    }
}

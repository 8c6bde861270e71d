package com.promptmanage.runner.definition;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.definition.DefinitionFault.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Definitions as JSON. What is written reads back as an equal definition, and equal definitions are written alike. */
public final class DefinitionJson {

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(64)
                            .maxNumberLength(64)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** Before or behind the point: a few characters may say a number that takes all the memory there is when it is written out. */
    private static final int DIGITS_MAX = 1_000;

    private DefinitionJson() {}

    /** Reads as much as can be read. Bytes that are not JSON give an empty definition and one fault. */
    public static Reading read(byte[] json) {
        if (json.length > Limits.DOCUMENT_BYTES_MAX) {
            return unread(
                    "has %,d bytes".formatted(json.length),
                    "Keep a definition within %,d bytes.".formatted(Limits.DOCUMENT_BYTES_MAX));
        }
        try {
            JsonNode tree = MAPPER.readTree(json);
            // What is stored and sent on cannot hold it everywhere.
            if (hasNul(tree)) {
                return unread("has a NUL character in a text", "Remove the character with the code 0.");
            }
            Reading reading = new DefinitionReader().read(tree);
            Set<String> told =
                    reading.faults().stream().map(DefinitionFault::field).collect(Collectors.toSet());
            return reading.with(vastNumbers(tree, Place.ROOT, told).toList());
        } catch (JsonProcessingException e) {
            return unread(
                    "is not JSON: " + e.getOriginalMessage().lines().findFirst().orElse(""), "Send a JSON object.");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads as much as can be read, by way of bytes: so size and depth are bounded and numbers have one form here too. */
    public static Reading read(JsonNode json) {
        try {
            return read(MAPPER.writeValueAsBytes(json));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static ObjectNode write(Definition definition) {
        return DefinitionWriter.write(definition);
    }

    public static byte[] bytes(Definition definition) {
        try {
            return MAPPER.writeValueAsBytes(write(definition));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean hasNul(JsonNode json) {
        if (json.isTextual()) {
            return json.textValue().indexOf('\0') >= 0;
        }
        return json.propertyStream().anyMatch(field -> field.getKey().indexOf('\0') >= 0)
                || json.valueStream().anyMatch(DefinitionJson::hasNul);
    }

    /** Without those that there is something said of already. */
    private static Stream<DefinitionFault> vastNumbers(JsonNode json, Place place, Set<String> told) {
        if (json.isBigDecimal()) {
            return Math.abs((long) json.decimalValue().scale()) > DIGITS_MAX && !told.contains(place.field())
                    ? Stream.of(DefinitionFault.error(
                            place,
                            "is a number with more than %,d digits before or behind its point".formatted(DIGITS_MAX),
                            "Write it with a smaller exponent, or as a text."))
                    : Stream.empty();
        }
        return json.isArray()
                ? IntStream.range(0, json.size())
                        .boxed()
                        .flatMap(i -> vastNumbers(json.get(i), item(json, place, i), told))
                : json.propertyStream().flatMap(field -> vastNumbers(field.getValue(), place.at(field.getKey()), told));
    }

    private static Place item(JsonNode list, Place place, int index) {
        return place.equals(Place.ROOT.at("nodes"))
                ? Place.node(index, new NodeId(list.get(index).path("id").asText()))
                : place.at(index);
    }

    private static Reading unread(String detail, String remedy) {
        return Reading.of(
                Definition.EMPTY, List.of(DefinitionFault.error(Place.ROOT.at("definition"), detail, remedy)));
    }
}

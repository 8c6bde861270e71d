package com.promptmanage.service.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The one form of JSON on our HTTP side: records; times as RFC 3339 in UTC; a name that comes twice, is not known, or
 * has a value of another type is an error that says where. Money crosses as decimal text beside a whole number of
 * nanoUSD, so there is no floating point to lose it in.
 */
public final class Json {

    private static final int DEPTH_MAX = 64;

    /** Of what was sent, in an answer that says what is wrong with it. */
    private static final int TOLD_CHARS_MAX = 300;

    /** What the parser advises, or tells of its source: settings of its own, which nobody outside could change. */
    private static final Pattern ADVICE =
            Pattern.compile(": (?:enable|not allowed) .*|, from `[^`]*`| \\(start marker at [^\\]]*\\]\\)"
                    + "| \\((?:bound|but|disable|enable|not recognized|set) [^)]*\\)");

    /** What the parser says of a value of another type than its field's, with classes that a caller has no use for. */
    private static final Pattern UNEXPECTED =
            Pattern.compile("Cannot deserialize value of type `[^`]*` from ([A-Za-z-]+) value");

    private static final ObjectMapper MAPPER = mapperBuilder().build();

    private Json() {}

    /** Never changed after this class is loaded, so safe to share. */
    public static ObjectMapper mapper() {
        return MAPPER;
    }

    public static byte[] bytes(Object value) {
        try {
            return MAPPER.writeValueAsBytes(value);
        } catch (JacksonException e) {
            throw new UncheckedIOException("cannot write " + value.getClass().getName() + " as JSON", e);
        }
    }

    /**
     * Reads a request.
     *
     * @throws ProblemException as {@code invalid_request} that names the place, if it is not what was asked for
     */
    public static <T> T read(byte[] json, Class<T> type) {
        try {
            T value = MAPPER.readValue(json, type);
            if (value == null) {
                throw ProblemException.invalid("body", "is null", "Send a JSON value.");
            }
            return value;
        } catch (JacksonException e) {
            throw ProblemException.invalid(pathOf(e), said(e), remedy(e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonMapper.Builder mapperBuilder() {
        var factory = JsonFactory.builder()
                // Its own pool is by thread, and each request has a thread of its own.
                .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEPTH_MAX)
                        .build())
                .build();
        return JsonMapper.builder(factory)
                .addModule(new JavaTimeModule())
                .addModule(new Jdk8Module())
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
                .enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN)
                .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
                // A number where a text belongs is a mistake of the sender, not something to guess at.
                .withCoercionConfig(LogicalType.Textual, texts -> {
                    texts.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                    texts.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                    texts.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
                });
    }

    private static String pathOf(JacksonException problem) {
        if (problem instanceof JsonMappingException mapping
                && !mapping.getPath().isEmpty()) {
            return cut(mapping.getPath().stream()
                    .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName())
                    .collect(Collectors.joining())
                    .replaceFirst("^\\.", ""));
        }
        return "body";
    }

    private static String said(JacksonException problem) {
        if (problem instanceof UnrecognizedPropertyException) {
            return "is not known here";
        }
        Matcher unexpected = UNEXPECTED.matcher(problem.getOriginalMessage());
        String plain = unexpected.lookingAt()
                ? "is %s, which does not belong here".formatted(named(unexpected.group(1)))
                : inPlainWords(problem);
        JsonLocation place = problem.getLocation();
        return place == null
                ? plain
                : "%s (line %d, column %d)".formatted(plain, place.getLineNr(), place.getColumnNr());
    }

    private static String inPlainWords(JacksonException problem) {
        // Names and values of any length stand in it, and what follows takes longer than it is long.
        String what = cut(problem.getOriginalMessage().lines().findFirst().orElse("is not valid"));
        // Jackson names our classes; a caller has no use for them.
        return ADVICE.matcher(what)
                .replaceAll("")
                .replaceAll("Non-standard token ('[^']*')", "There is no number $1 in JSON")
                .replaceAll("`?(?:[a-z][A-Za-z0-9_]*\\.)+([A-Z][A-Za-z0-9_$]*)`?", "$1");
    }

    private static String named(String jacksonKind) {
        return switch (jacksonKind) {
            case "Array" -> "a list";
            case "Object" -> "an object";
            case "String" -> "a text";
            case "Integer", "Floating-point" -> "a number";
            case "Boolean" -> "true or false";
            case "Null" -> "null";
            default -> "a value of another type";
        };
    }

    private static String cut(String text) {
        return text.length() <= TOLD_CHARS_MAX ? text : text.substring(0, TOLD_CHARS_MAX) + "…";
    }

    private static String remedy(JacksonException problem) {
        return switch (problem) {
            case UnrecognizedPropertyException unknown ->
                "Leave it out, or use one of " + unknown.getKnownPropertyIds() + ".";
            case JsonMappingException mapping
            when !mapping.getPath().isEmpty() -> "Send a value of the documented type.";
            case MismatchedInputException whole -> "Send what is documented, most often an object: { … }.";
            default -> "Send well-formed JSON.";
        };
    }
}

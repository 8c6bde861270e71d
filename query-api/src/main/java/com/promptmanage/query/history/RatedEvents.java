package com.promptmanage.query.history;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.promptmanage.topics.usage.ExecutionType;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of {@code usage.rated}.
 *
 * <p>Within a record stand the events' own objects as their producers wrote them, and the stream looked only at what it
 * counts by. So what it does not look at is read with patience: a member of an unexpected kind is left out, a repeated one
 * taken as it first came. A record must not be lost over a member that nobody needs.
 */
final class RatedEvents {

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(100_000)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .build())
            .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
            .build();

    private static final Set<String> NAMES = Set.copyOf(RatedEvent.NAMES);

    /** Stand beside the event's own object where they are others than it says. */
    private static final List<String> COUNTED_NAMES = List.of("model", "provider");

    private static final Map<String, TokenKind> KINDS = Arrays.stream(TokenKind.values())
            .collect(Collectors.toUnmodifiableMap(TokenKind::field, Function.identity()));

    /** Ids are at most 256 characters; of what is not checked, no more is kept than would fit a line or two. */
    private static final int TEXT_LENGTH_MAX = 1024;

    private RatedEvents() {}

    /**
     * @param account the record's key
     * @throws IllegalArgumentException if it is not such a record, saying what is wrong
     */
    static List<RatedEvent> read(String account, byte[] record) {
        var events = new ArrayList<RatedEvent>();
        // By way of a string, for a malformed byte in a text is no reason to lose the record.
        try (JsonParser json = JSON.createParser(new String(record, StandardCharsets.UTF_8))) {
            open(json, "the record");
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean isData = json.currentName().equals("data");
                json.nextToken();
                if (isData && json.currentToken() == JsonToken.START_OBJECT) {
                    readData(json, account, events);
                } else {
                    json.skipChildren();
                }
            }
            return events;
        } catch (IOException e) {
            throw new IllegalArgumentException("not valid JSON: " + e.getMessage(), e);
        }
    }

    private static void readData(JsonParser json, String account, List<RatedEvent> events) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            boolean isEvents = json.currentName().equals("events");
            json.nextToken();
            if (isEvents && json.currentToken() == JsonToken.START_ARRAY) {
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    events.add(readEvent(json, account));
                }
            } else {
                json.skipChildren();
            }
        }
    }

    private static RatedEvent readEvent(JsonParser json, String account) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new IllegalArgumentException("an element of data.events is not an object");
        }
        var texts = new HashMap<String, String>();
        var usage = new Usage();
        Long cost = null;
        String costs = "{}";
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String member = json.currentName();
            json.nextToken();
            switch (member) {
                case "data" -> usage.read(json);
                case "costNanoUsd" -> cost = integerOrNull(json);
                case "costs" -> costs = numbers(json);
                default -> {
                    @Nullable String text = textOrNull(json);
                    if (text != null) {
                        texts.putIfAbsent(member, text);
                    }
                }
            }
        }
        return usage.event(account, texts, cost, costs);
    }

    /** What is gathered of an event's own object. */
    private static final class Usage {

        private final Map<String, String> names = new HashMap<>();

        private final Map<String, String> tags = new LinkedHashMap<>();

        private final long[] tokens = new long[TokenKind.COUNT];

        private @Nullable Long durationMs;

        private @Nullable Long reportedCostNanoUsd;

        void read(JsonParser json) throws IOException {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                json.skipChildren();
                return;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String member = json.currentName();
                json.nextToken();
                if (NAMES.contains(member)) {
                    @Nullable String text = textOrNull(json);
                    if (text != null && !text.isEmpty()) {
                        names.putIfAbsent(member, text);
                    }
                } else {
                    readOther(json, member);
                }
            }
        }

        private void readOther(JsonParser json, String member) throws IOException {
            switch (member) {
                case "tokens" -> readTokens(json);
                case "tags" -> readTags(json);
                case "durationMs" -> durationMs = integerOrNull(json);
                case "reportedCostNanoUsd" -> reportedCostNanoUsd = integerOrNull(json);
                default -> json.skipChildren();
            }
        }

        private void readTokens(JsonParser json) throws IOException {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                json.skipChildren();
                return;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                @Nullable TokenKind kind = KINDS.get(json.currentName());
                json.nextToken();
                @Nullable Long count = integerOrNull(json);
                if (kind != null && count != null) {
                    tokens[kind.index()] = count;
                }
            }
        }

        /** The first of several with one name, as the ledger has it. */
        private void readTags(JsonParser json) throws IOException {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                json.skipChildren();
                return;
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = clean(json.currentName());
                json.nextToken();
                @Nullable String value = textOrNull(json);
                if (value != null && !value.isEmpty()) {
                    tags.putIfAbsent(name, value);
                }
            }
        }

        RatedEvent event(String account, Map<String, String> texts, @Nullable Long cost, String costs) {
            Instant time = EventTime.parse(required(texts, "time"));
            required(names, "userId");
            String spelledModel = required(names, "model");
            for (String name : COUNTED_NAMES) {
                @Nullable String counted = texts.get(name);
                if (counted != null) {
                    names.put(name, counted);
                }
            }
            names.putIfAbsent("executionType", ExecutionType.PROMPT_RUN.value());
            RatedEvent.Status status = RatedEvent.Status.parse(texts.get("status"))
                    .orElseThrow(() -> new IllegalArgumentException("an event's status is not known"));
            if ((status == RatedEvent.Status.UNPRICED) != (cost == null)) {
                throw new IllegalArgumentException("an event has a cost and no price, or the other way round");
            }
            return new RatedEvent(
                    account,
                    time,
                    required(texts, "source"),
                    required(texts, "id"),
                    names,
                    spelledModel,
                    durationMs,
                    reportedCostNanoUsd,
                    texts(tags),
                    TokenCounts.of(tokens),
                    status,
                    cost,
                    costs,
                    texts.get("priceId"));
        }
    }

    private static String required(Map<String, String> texts, String name) {
        @Nullable String text = texts.get(name);
        if (text == null) {
            throw new IllegalArgumentException("an event has no " + name);
        }
        return text;
    }

    private static void open(JsonParser json, String what) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new IllegalArgumentException(what + " is not a JSON object");
        }
    }

    private static @Nullable String textOrNull(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            json.skipChildren();
            return null;
        }
        return clean(json.getText());
    }

    private static @Nullable Long integerOrNull(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
                || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            json.skipChildren();
            return null;
        }
        return json.getLongValue();
    }

    /** An object of whole numbers, written anew. */
    private static String numbers(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return "{}";
        }
        var written = new StringBuilder("{");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            @Nullable Long number = integerOrNull(json);
            if (number != null && KINDS.containsKey(name)) {
                written.append(written.length() == 1 ? "\"" : ",\"")
                        .append(name)
                        .append("\":")
                        .append(number);
            }
        }
        return written.append('}').toString();
    }

    private static String texts(Map<String, String> texts) {
        var written = new StringBuilder("{");
        texts.forEach((name, value) -> {
            written.append(written.length() == 1 ? "\"" : ",\"");
            JsonStringEncoder.getInstance().quoteAsString(name, written);
            written.append("\":\"");
            JsonStringEncoder.getInstance().quoteAsString(value, written);
            written.append('"');
        });
        return written.append('}').toString();
    }

    /** PostgreSQL keeps no NUL and no half of a surrogate pair. */
    private static String clean(String text) {
        String shortened = text.length() <= TEXT_LENGTH_MAX ? text : text.substring(0, TEXT_LENGTH_MAX);
        if (shortened.chars().noneMatch(c -> c == 0 || Character.isSurrogate((char) c))) {
            return shortened;
        }
        return new String(shortened.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8).replace("\0", "");
    }
}

package com.promptmanage.ingest.body;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.ingest.body.EventSlices.Slice;
import com.promptmanage.ingest.normalize.Excerpt;
import com.promptmanage.ingest.normalize.FaultSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads only some members of an object. Others send whole prompts and answers along, megabytes of them, which are passed
 * over here without becoming a tree.
 */
public final class JsonMembers {

    private static final JsonFactory JSON = JsonFactory.builder()
            .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            // What Python writes that JSON does not have. Passed over, it does no harm.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(1_000)
                    .maxNameLength(1 << 16)
                    .maxNumberLength(400)
                    .maxStringLength(EventSlices.EVENT_BYTES_MAX)
                    .build())
            .build();

    private JsonMembers() {}

    /**
     * Finds where the members lie.
     *
     * @param object a slice that begins and ends with braces
     * @return nothing if there is a fault
     */
    public static Optional<Map<String, Slice>> find(byte[] body, Slice object, Set<String> wanted, FaultSink faults) {
        var found = new LinkedHashMap<String, Slice>();
        try (JsonParser json = JSON.createParser(body, object.start(), object.length())) {
            json.nextToken();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                json.nextToken();
                int start = object.start() + (int) json.currentTokenLocation().getByteOffset();
                json.skipChildren();
                if (wanted.contains(name)) {
                    json.finishToken();
                    int end = object.start() + (int) json.currentLocation().getByteOffset();
                    if (found.put(name, new Slice(start, end)) != null) {
                        faults.add(
                                "body",
                                "has the name '%s' twice in one object".formatted(Excerpt.of(name)),
                                "Send each once.");
                        return Optional.empty();
                    }
                }
            }
            return Optional.of(found);
        } catch (NumberFormatException e) {
            faults.add("body", "has a number that is too large or too small", "Send numbers with shorter exponents.");
        } catch (IOException e) {
            // There is no file or socket here: it is always what was sent.
            faults.add("body", "is not JSON: " + ParserWords.of(e), "Send well-formed JSON.");
        }
        return Optional.empty();
    }

    /**
     * The members as an object of their own, as {@link StrictJson} reads it.
     *
     * @return nothing if there is a fault
     */
    public static Optional<JsonNode> read(byte[] body, Slice object, Set<String> wanted, FaultSink faults) {
        return find(body, object, wanted, faults).flatMap(found -> read(body, found, faults));
    }

    /** As {@link #read(byte[], Slice, Set, FaultSink)}, of members that were found. */
    public static Optional<JsonNode> read(byte[] body, Map<String, Slice> found, FaultSink faults) {
        byte[] reduced = reduced(body, found);
        return StrictJson.read(reduced, new Slice(0, reduced.length), faults);
    }

    private static byte[] reduced(byte[] body, Map<String, Slice> members) {
        var out = new ByteArrayOutputStream(512);
        out.write('{');
        members.forEach((name, value) -> {
            if (out.size() > 1) {
                out.write(',');
            }
            out.write('"');
            out.writeBytes(name.getBytes(StandardCharsets.UTF_8));
            out.write('"');
            out.write(':');
            out.write(body, value.start(), value.length());
        });
        out.write('}');
        return out.toByteArray();
    }
}

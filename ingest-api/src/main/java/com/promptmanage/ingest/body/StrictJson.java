package com.promptmanage.ingest.body;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.ingest.body.EventSlices.Slice;
import com.promptmanage.ingest.normalize.FaultSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads the JSON of one event: each name once, no deeper than a reader of the topic goes, numbers as they came. */
public final class StrictJson {

    /** In its record, data lies as deep as it came; readers of the topic go to 64. */
    private static final int DEPTH_MAX = 48;

    private static final ObjectReader JSON = reader();

    private StrictJson() {}

    /** @return nothing if there is a fault */
    public static Optional<JsonNode> read(byte[] body, Slice slice, FaultSink faults) {
        if (slice.length() > EventSlices.EVENT_BYTES_MAX) {
            faults.add(
                    "body",
                    "has an event of %d bytes".formatted(slice.length()),
                    "Send events of at most %d bytes.".formatted(EventSlices.EVENT_BYTES_MAX));
            return Optional.empty();
        }
        if (!isUtf8(body, slice)) {
            faults.add("body", "has an event that is not UTF-8", "Send JSON in UTF-8.");
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readTree(body, slice.start(), slice.length()));
        } catch (NumberFormatException e) {
            // The parser lets this one through, for an exponent of ten digits and more.
            faults.add("body", "has a number that is too large or too small", "Send numbers with shorter exponents.");
            return Optional.empty();
        } catch (IOException e) {
            // There is no file or socket here: it is always what was sent.
            faults.add(
                    "body", "is not JSON: " + ParserWords.of(e), "Send well-formed JSON, each name once in an object.");
            return Optional.empty();
        }
    }

    /** The parser takes characters that are longer than they need to be, and halves of pairs. */
    private static boolean isUtf8(byte[] body, Slice slice) {
        int firstOfMany = slice.start();
        while (firstOfMany < slice.end() && body[firstOfMany] >= 0) {
            firstOfMany++;
        }
        if (firstOfMany == slice.end()) {
            return true;
        }
        var encoded = ByteBuffer.wrap(body, firstOfMany, slice.end() - firstOfMany);
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        var characters = CharBuffer.allocate(1024);
        CoderResult result = CoderResult.OVERFLOW;
        while (result.isOverflow()) {
            characters.clear();
            result = decoder.decode(encoded, characters, true);
        }
        return !result.isError();
    }

    private static ObjectReader reader() {
        var factory = JsonFactory.builder()
                .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEPTH_MAX)
                        .maxNumberLength(64)
                        .build())
                .build();
        return JsonMapper.builder(factory)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .build()
                .reader();
    }
}

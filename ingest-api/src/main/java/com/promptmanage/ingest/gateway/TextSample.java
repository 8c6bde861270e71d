package com.promptmanage.ingest.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.service.token.TokenCounter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Texts as they stand in JSON, to estimate their tokens: their beginning, and how long they are altogether. */
final class TextSample {

    private static final int KEPT_BYTES_MAX = 64 << 10;

    /** Longer than a character of four bytes and than two escapes of six. */
    private static final int CUT_BYTES_MAX = 12;

    private static final JsonMapper JSON = new JsonMapper();

    private final Bytes kept = new Bytes(512);

    private long bytes;

    void add(byte next) {
        bytes++;
        if (kept.size() < KEPT_BYTES_MAX) {
            kept.add(next);
        }
    }

    void add(byte[] from, int at, int count) {
        bytes += count;
        kept.add(from, at, Math.min(count, KEPT_BYTES_MAX - kept.size()));
    }

    /** Of all of it, as it stood in the JSON. */
    long bytes() {
        return bytes;
    }

    /** About how many tokens it has: what was kept is counted, what was not is taken to be alike. */
    long tokens(TokenCounter counter, String model) {
        if (bytes == 0) {
            return 0;
        }
        long counted = counter.count(text(), model).tokens();
        return kept.size() == bytes ? counted : counted * bytes / kept.size();
    }

    private String text() {
        byte[] quoted = kept.copy();
        for (int cut = 0; cut <= Math.min(CUT_BYTES_MAX, quoted.length); cut++) {
            try {
                String escaped = new String(Arrays.copyOf(quoted, quoted.length - cut), StandardCharsets.UTF_8);
                return JSON.readValue('"' + escaped + '"', String.class);
            } catch (JsonProcessingException e) {
                // The end may be half an escape: a little less is tried.
            }
        }
        return new String(quoted, StandardCharsets.UTF_8);
    }
}

package com.promptmanage.runner.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.connector.ReadRequest.Since;
import com.promptmanage.service.http.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The last sync began at noon of UTC, and some. */
class ChangedSinceTest {

    private final ChangedSince since =
            new ChangedSince(new Since("meta.changed", Instant.parse("2026-11-26T12:00:00.750Z")));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"2026-11-26T12:00:00.750Z\"",
                "\"2026-11-26T12:00:00Z\"",
                "\"2026-11-26T07:30:00-05:00\"",
                "\"2026-11-26T07:30:00-0500\"",
                "\"2026-11-26 12:30:00\"",
                "\"2026-11-26 12:30:00.123+00\"",
                "\"2026-11-26\"",
                "1795694400",
                "1795694400750",
                "\"1795694400\"",
            })
    void whatChangedThenOrLaterIsFoundHoweverItSaysSo(String changed) {
        assertThat(isFresh(changed)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"2026-11-26T11:59:59Z\"",
                "\"2026-11-26T13:30:00+02:00\"",
                "\"2026-11-26 11:30:00\"",
                "\"2026-11-24\"",
                "1795694399",
                "1795694399999",
                "null",
                "\"\"",
            })
    void whatChangedBeforeIsLeftOut(String changed) {
        assertThat(isFresh(changed)).isFalse();
    }

    @Test
    void whatDoesNotSayWhenItChangedIsLeftOut() {
        assertThat(since.test(Json.mapper().createObjectNode())).isFalse();
    }

    private boolean isFresh(String changed) {
        byte[] record = "{\"meta\": {\"changed\": %s}}".formatted(changed).getBytes(StandardCharsets.UTF_8);
        return since.test(Json.read(record, JsonNode.class));
    }
}

package com.promptmanage.runner.call;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class JsonbTextTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void onlyZeroCharactersAreLeftOut() throws Exception {
        String text = "\0a\0\0 \\\0 \\u0000 \\\\u0000 \\\\\0" + "\\".repeat(100_000) + "\0";

        String kept = JsonbText.of(JSON.writeValueAsString(text));

        assertThat(JSON.readValue(kept, String.class)).isEqualTo(text.replace("\0", ""));
    }
}

package com.promptmanage.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"a\": [1, 2", "{\"a\": 1", "[{\"a\": \"b\"}"})
    void whatBreaksOffIsToldWithItsPlaceAndWithoutTheParsersSettings(String body) {
        var refused = catchThrowableOfType(
                ProblemException.class, () -> Json.read(body.getBytes(StandardCharsets.UTF_8), JsonNode.class));

        assertThat(refused.problem().detail())
                .contains("line 1, column")
                .doesNotContain("REDACTED", "SOURCE", "LOCATION", "start marker");
    }
}

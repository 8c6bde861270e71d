package com.promptmanage.ingest.body;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.ingest.body.EventSlices.Slice;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {

    private final List<String> faults = new ArrayList<>();

    private final List<String> details = new ArrayList<>();

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a slash in two bytes, c0af",
        "zero in two bytes, c080",
        "half of a pair, eda080",
        "a pair as two halves, eda0bdedb880",
        "beyond the last character, f4908080",
        "without its end, e282",
        "without its beginning, 82ac"
    })
    void whatIsNotUtf8IsRefused(String name, String hex) {
        byte[] body = ("{\"a\":\"" + "x".repeat(5000) + "?\"}").getBytes(StandardCharsets.ISO_8859_1);
        byte[] bad = HexFormat.of().parseHex(hex);
        byte[] whole = new byte[body.length + bad.length];
        System.arraycopy(body, 0, whole, 0, body.length - 3);
        System.arraycopy(bad, 0, whole, body.length - 3, bad.length);
        System.arraycopy(body, body.length - 3, whole, body.length - 3 + bad.length, 3);

        assertThat(read(whole)).isEmpty();
        assertThat(faults).isNotEmpty();
    }

    @Test
    void everyCharacterIsTaken() {
        String text = "aé€\ud83d\ude00".repeat(3000);

        assertThat(read(("{\"a\":\"" + text + "\"}").getBytes(StandardCharsets.UTF_8))
                        .map(json -> json.path("a").textValue()))
                .contains(text);
        assertThat(faults).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"a\":1,\"a\":2}", "{\"a\":1e9999999999}", "{\"a\":01}", "{\"a\":NaN}", "{'a':1}", "{\"a\":1}}"
            })
    void whatOnlySomeReadersTakeIsRefused(String json) {
        assertThat(read(json.getBytes(StandardCharsets.UTF_8))).isEmpty();
        assertThat(faults).containsExactly("body");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":NaN}", "{\"a\":-Infinity}", "{\"a\":+1}", "{\"a\":/* b */1}", "{\"a\":1}//"})
    void whatIsWrongIsToldWithoutTheParsersSettings(String json) {
        assertThat(read(json.getBytes(StandardCharsets.UTF_8))).isEmpty();
        assertThat(details).hasSize(1);
        assertThat(details.getFirst()).startsWith("is not JSON: ").doesNotContain("enable", "Feature", "`");
    }

    @Test
    void whatIsNoNumberIsNamed() {
        String json = "{\"a\":NaN}";

        assertThat(read(json.getBytes(StandardCharsets.UTF_8))).isEmpty();

        assertThat(details).containsExactly("is not JSON: there is no number 'NaN' in JSON");
    }

    private Optional<JsonNode> read(byte[] body) {
        return StrictJson.read(body, new Slice(0, body.length), (field, detail, remedy) -> {
            faults.add(field);
            details.add(detail);
        });
    }
}

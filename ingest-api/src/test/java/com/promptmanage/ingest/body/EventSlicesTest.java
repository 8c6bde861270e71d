package com.promptmanage.ingest.body;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.ingest.body.EventSlices.Form;
import com.promptmanage.ingest.body.EventSlices.Found;
import com.promptmanage.ingest.body.EventSlices.Slice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventSlicesTest {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final List<String> faults = new ArrayList<>();

    @Test
    void eachEventOfAListIsFound() {
        assertThat(slices(" [ {\"a\":\"}]{\\\"\"} ,{}, {\"b\":[{\"c\":{}}]} ] ", Form.LIST))
                .containsExactly("{\"a\":\"}]{\\\"\"}", "{}", "{\"b\":[{\"c\":{}}]}");
        assertThat(faults).isEmpty();
    }

    @Test
    void anEmptyListHasNoEventsAndNoFault() {
        assertThat(slices("[ ]", Form.EITHER)).isEmpty();
        assertThat(faults).isEmpty();
    }

    @Test
    void theFormMustBeTheOneThatWasTold() {
        slices("[{}]", Form.ONE);
        slices("{}", Form.LIST);
        assertThat(faults).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[",
                "{",
                "[{}",
                "[{},",
                "[{},]",
                "[{}{}]",
                "[,{}]",
                "{}{}",
                "[{}]]",
                "[1]",
                "null",
                "\"a\"",
                "[[{}]]",
                "{\"a",
                "{\"a\\",
                "[{}];",
                "\u0000{}",
                "{\u0000}"
            })
    void whatIsNoEventAndNoListOfEventsIsAFault(String body) {
        assertThat(slices(body, Form.EITHER)).isEmpty();
        assertThat(faults).hasSize(1);
    }

    @Test
    void whatStandsInAListBesideEventsHasASliceIfItIsAskedFor() {
        byte[] body = "[ \"a]\\\", {\" ,{},null , [[1],{}],-1.5e3,}x ]".getBytes(UTF_8);

        Found found = EventSlices.withOthers(body, Form.LIST, (field, detail, remedy) -> faults.add(detail));

        assertThat(found.slices())
                .extracting(slice -> new String(body, slice.start(), slice.length(), UTF_8))
                .containsExactly("\"a]\\\", {\"", "{}", "null", "[[1],{}]", "-1.5e3", "}x");
        assertThat(faults).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"[,{}]", "[{},]", "[\"a]", "[[{}]", "[1", "[null {}]", "null", "\"a\"", "[\"a\"\"b\"]"})
    void whatIsNoListAtAllIsAFaultAlsoThen(String body) {
        Found found = EventSlices.withOthers(
                body.getBytes(UTF_8), Form.EITHER, (field, detail, remedy) -> faults.add(detail));

        assertThat(found.slices()).isEmpty();
        assertThat(faults).hasSize(1);
    }

    @Test
    void moreEventsThanAreTakenAreAFault() {
        assertThat(slices("[" + "{},".repeat(EventSlices.EVENTS_MAX - 1) + "{}]", Form.LIST))
                .hasSize(EventSlices.EVENTS_MAX);
        assertThat(faults).isEmpty();
        slices("[" + "{},".repeat(EventSlices.EVENTS_MAX) + "{}]", Form.LIST);
        assertThat(faults).hasSize(1);
    }

    /** Slices that all parse are the same events that a parser of the whole body finds; and it accepts no other bodies. */
    @Test
    void itAgreesWithAParserOfTheWholeBody() throws IOException {
        var random = new SplittableRandom(20261124);
        String alphabet = "{}[],:\"\\ a1\n";
        int accepted = 0;
        for (int i = 0; i < 300_000; i++) {
            var body = new StringBuilder(random.nextBoolean() ? "[{\"a\":1},{\"b\":[2]}]" : "[{},{\"\\\\\":\"]\"}]");
            for (int edits = random.nextInt(4); edits > 0; edits--) {
                int at = random.nextInt(body.length());
                char c = alphabet.charAt(random.nextInt(alphabet.length()));
                switch (random.nextInt(3)) {
                    case 0 -> body.setCharAt(at, c);
                    case 1 -> body.insert(at, c);
                    default -> body.deleteCharAt(at);
                }
            }
            Optional<List<JsonNode>> whole = whole(body.toString());
            assertThat(sliced(body.toString())).as(body.toString()).isEqualTo(whole);
            accepted += whole.isPresent() ? 1 : 0;
        }
        assertThat(accepted).isBetween(50_000, 250_000);
    }

    private static Optional<List<JsonNode>> whole(String body) throws IOException {
        try {
            JsonNode tree = JSON.readTree(body.getBytes(UTF_8));
            var events = new ArrayList<JsonNode>();
            (tree.isArray() ? tree : List.of(tree)).forEach(events::add);
            boolean fine = !tree.isMissingNode() && events.stream().allMatch(JsonNode::isObject);
            return fine ? Optional.of(events) : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private static Optional<List<JsonNode>> sliced(String body) throws IOException {
        var faults = new ArrayList<String>();
        byte[] bytes = body.getBytes(UTF_8);
        var events = new ArrayList<JsonNode>();
        try {
            for (Slice slice : EventSlices.of(bytes, Form.EITHER, (field, detail, remedy) -> faults.add(detail))
                    .slices()) {
                events.add(JSON.readTree(bytes, slice.start(), slice.length()));
            }
        } catch (JacksonException e) {
            return Optional.empty();
        }
        return faults.isEmpty() ? Optional.of(events) : Optional.empty();
    }

    private List<String> slices(String body, Form form) {
        byte[] bytes = body.getBytes(UTF_8);
        Found found = EventSlices.of(bytes, form, (field, detail, remedy) -> faults.add(detail));
        return found.slices().stream()
                .map(slice -> new String(bytes, slice.start(), slice.length(), UTF_8))
                .toList();
    }
}

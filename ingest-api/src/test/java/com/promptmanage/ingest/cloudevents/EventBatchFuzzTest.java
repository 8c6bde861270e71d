package com.promptmanage.ingest.cloudevents;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.ingest.body.EventSlices.Form;
import com.promptmanage.ingest.normalize.UsageMeters;
import com.promptmanage.ingest.publish.OutgoingEvent;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Whatever is sent: it is refused with faults, or what goes onto the topic can be read there. */
class EventBatchFuzzTest {

    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    private static final int ROUNDS = 200_000;

    private static final Caller CALLER = new Caller.Key("key_1", Account.team("acme"), Set.of(KeyScope.INGEST), true);

    private static final List<Form> FORMS = List.of(Form.values());

    private static final List<String> SEEDS = List.of("""
            {"specversion":"1.0","id":"a","source":"/s","type":"com.promptmanage.token.usage.v1","subject":"team:t",
             "time":"2026-11-24T09:00:00.5+01:00","data":{"teamId":"t","userId":"u","model":"m","executionType":"preview",
             "durationMs":12,"tags":{"a":"b","c":1.5},"reportedCostNanoUsd":7,"tokens":{"input":1,"cacheRead":2,"output":3}}}""", """
            [{"specversion":"1.0","id":"b","source":"urn:x:y","type":"x","subject":"c1","traceparent":"00","data":{"model":"m",
             "usage":{"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"cached_tokens":3}}}},
             {"specversion":"1.0","id":"\\ud83d\\ude00","source":"s","type":"y","data":{"x":[1,-2.50e3,null,true,"é"],"y":{}}}]""", """
            {"specversion":"1.0","id":"c","source":"s","type":"z","dataschema":"/s","data":{"modelVersion":"g",
             "usageMetadata":{"promptTokenCount":5,"candidatesTokenCount":2,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":2}]}}}""", """
            {"specversion":"1.0","id":"d","source":"s","type":"z","subject":"user:u","data":{"model":"g","inputTokens":5,
             "outputTokens":2,"cachedInputTokens":1,"reasoningTokens":2}}""");

    private static final List<String> PIECES = List.of(
            "null",
            "-1",
            "1e3",
            "\"\"",
            "{}",
            "[]",
            "true",
            "1000000000001",
            "\"\\ud800\"",
            "\"\\u0000\"",
            "\"x\"",
            "\\",
            "\"",
            "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
            "\"team:\"",
            "\"user:\\n\"",
            ",",
            "99999999999999999999",
            "\"id\":\"q\",",
            "\"tokens\":7,",
            "\"data\":null,",
            "\"userId\":3,",
            "\"com.promptmanage.x\"",
            "\"2026-11-24T10:06:00Z\"");

    private final UsageMeters meters = new UsageMeters(new SimpleMeterRegistry());

    private int accepted;

    @Test
    void whateverIsSentIsRefusedOrReadable() throws Exception {
        var random = new SplittableRandom(42);
        for (int i = 0; i < ROUNDS; i++) {
            byte[] body = mutated(random);
            attempt(body, FORMS.get(random.nextInt(FORMS.size())));
        }
        assertThat(accepted).isBetween(ROUNDS / 50, ROUNDS * 9 / 10);
    }

    private void attempt(byte[] body, Form form) throws Exception {
        List<OutgoingEvent> events;
        try {
            events = new EventBatch(body, form).translate(CALLER, NOW, meters, held -> {});
        } catch (ProblemException e) {
            assertThat(e.problem().status()).isEqualTo(400);
            assertThat(e.problem().errors()).isNotEmpty();
            return;
        } catch (RuntimeException e) {
            throw new AssertionError("not answered: " + new String(body, UTF_8), e);
        }
        accepted++;
        for (OutgoingEvent event : events) {
            JsonNode read = EventJson.read(event.json());
            assertThat(event.key()).isEqualTo(read.path("subject").textValue().getBytes(UTF_8));
            if (read.path("type").textValue().equals(UsageEvent.TYPE)) {
                UsageEvent usage = UsageEventCodec.read(event.json());
                assertThat(usage.account().key()).isEqualTo(event.key());
            }
        }
    }

    private static byte[] mutated(SplittableRandom random) {
        var text = new StringBuilder(SEEDS.get(random.nextInt(SEEDS.size())));
        for (int edits = random.nextInt(4); edits > 0; edits--) {
            int at = random.nextInt(text.length());
            String piece = PIECES.get(random.nextInt(PIECES.size()));
            switch (random.nextInt(5)) {
                case 0 -> text.insert(at, piece);
                case 1 -> text.setCharAt(at, (char) random.nextInt(32, 127));
                case 2 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(12)));
                case 3 -> {
                    // Another value for a member: deeper into the reading than a broken bracket gets.
                    int colon = text.indexOf(":", at);
                    int end = colon < 0 ? -1 : text.indexOf(",", colon);
                    if (end > 0) {
                        text.replace(colon + 1, end, piece);
                    }
                }
                default -> text.append(piece);
            }
        }
        byte[] bytes = text.toString().getBytes(UTF_8);
        if (random.nextInt(10) == 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return random.nextInt(100) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }
}

package com.promptmanage.runner.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.runner.call.CallWatcher;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.token.TokenCounter;
import com.promptmanage.topics.usage.TokenKind;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class SimulatedModelTest {

    private static final TokenCounter COUNTER = new TokenCounter();

    private final SimulatedModel model = new SimulatedModel(COUNTER, Duration.ZERO, Clock.systemUTC());

    @Test
    void thePromptAloneDecidesTheAnswer() throws Exception {
        String answer = answer("Write a friendly mail to Ada Winter");

        assertThat(answer(
                        new SimulatedModel(COUNTER, Duration.ZERO, Clock.systemUTC()),
                        "Write a friendly mail to Ada Winter"))
                .isEqualTo(answer)
                .contains("simulated", "gpt-4o-mini", "Ada Winter");
        assertThat(answer("Write a friendly mail to Ben Okafor")).isNotEqualTo(answer);
    }

    @Test
    void itsTokensAreThoseOfTheNamedModel() throws Exception {
        var result = (CallResult.Answered) ask("Hello, world");

        CallUsage usage = result.answer().usage().orElseThrow();
        ModelAnswer answer = ModelAnswer.of(result.answer().content());
        assertThat(usage.simulated()).isTrue();
        assertThat(usage.provider()).isEqualTo("simulated");
        assertThat(usage.tokens().get(TokenKind.OUTPUT))
                .isEqualTo(COUNTER.count(answer.text(), "gpt-4o-mini").tokens());
        assertThat(usage.tokens().get(TokenKind.INPUT)).isBetween(3L, 5L);
    }

    @Test
    void jsonHasTheFieldsThatThePromptNames() throws Exception {
        JsonNode lead = json("""
                Judge this lead: Brightleaf, 320 people. Respond with JSON:
                score (1-10), reasoning (2-3 sentences), action (the next step)
                """);
        JsonNode moderation = json("""
                Content: "click now" by user dealz4u.
                Answer as JSON with the fields "violates" (true or false), "categories" (list), "severity" (low/medium/high), "explanation", "action" (approve/flag/reject).
                """);
        JsonNode seo = json("Return a JSON object with meta_description, keyphrase and tags");

        assertThat(lead.path("score").asInt()).isBetween(1, 10);
        assertThat(lead.path("reasoning").isTextual()).isTrue();
        assertThat(lead.path("action").isTextual()).isTrue();
        assertThat(lead.path("simulated").asBoolean()).isTrue();
        assertThat(moderation.path("violates").isBoolean()).isTrue();
        assertThat(moderation.path("categories").isArray()).isTrue();
        assertThat(moderation.path("severity").asText()).isIn("low", "medium", "high");
        assertThat(moderation.path("action").asText()).isIn("approve", "flag", "reject");
        assertThat(seo.path("meta_description").isTextual()).isTrue();
        assertThat(seo.path("keyphrase").isTextual()).isTrue();
        assertThat(seo.path("tags").isArray()).isTrue();
    }

    @Test
    void aListOfObjectsHasThemAndAChoiceIsOneOfItsWords() throws Exception {
        JsonNode entries = json(
                "The rows as JSON: [{\"city\": \"Paris\"}]. Answer with a JSON object: \"entries\", a list of objects with \"question\" and \"answer\".");
        JsonNode outline = json(
                "Answer as JSON: \"title\", \"sections\" (5 to 7, each with \"heading\" and \"points\"), \"conclusion\".");
        JsonNode ticket = json(
                "Answer as JSON: \"topic\" (\"billing\", \"bug\" or \"other\"), \"due\" (YYYY-MM-DD), \"urgency\" (1 to 5).");

        assertThat(entries.path("entries")).hasSize(2);
        assertThat(entries.at("/entries/1/answer").asText()).isEqualTo("simulated answer 2");
        assertThat(entries.has("question")).isFalse();
        assertThat(entries.has("city")).isFalse();
        assertThat(outline.at("/sections/0/heading").isTextual()).isTrue();
        assertThat(outline.path("conclusion").isTextual()).isTrue();
        assertThat(ticket.path("topic").asText()).isIn("billing", "bug", "other");
        assertThat(ticket.path("due").asText()).matches("\\d{4}-\\d{2}-\\d{2}");
        assertThat(ticket.path("urgency").asInt()).isBetween(1, 5);
        assertThat(ticket).hasSize(4);
    }

    @Test
    void anExampleInThePromptIsFollowed() throws Exception {
        JsonNode answer = json("""
                Answer in JSON like this: {"title": "…", "sections": ["…"], "word_count": 1200}
                """);

        assertThat(answer.path("title").isTextual()).isTrue();
        assertThat(answer.path("sections").isArray()).isTrue();
        assertThat(answer.path("word_count").isNumber()).isTrue();
    }

    @Test
    void dataThatIsFullOfWishesIsReadFewTimes() throws Exception {
        assertThat(json("answer json ".repeat(60_000)).path("simulated").asBoolean())
                .isTrue();
    }

    @Test
    void anAnswerIsNoLongerThanItMayBe() throws Exception {
        var result = (CallResult.Answered) model.ask(
                new ModelRequest("gpt-4o-mini", "Tell me everything", null, null, 8, false),
                Duration.ofSeconds(60),
                CallWatcher.NONE);

        assertThat(result.answer().usage().orElseThrow().tokens().get(TokenKind.OUTPUT))
                .isLessThanOrEqualTo(8);
        assertThat(ModelAnswer.of(result.answer().content()).isCutShort()).isTrue();
    }

    @Test
    void aPromptCanSayWhatComes() throws Exception {
        assertThat(answer("Anything [[answer {\"score\": 9, \"tags\": [\"a\"]}]]"))
                .isEqualTo("{\"score\": 9, \"tags\": [\"a\"]}");
    }

    @Test
    void faultsComeAsOftenAsThePromptWants() throws Exception {
        String prompt = "Go [[simulate fault=rate_limited times=2 retryAfter=PT3S]]";

        for (int i = 0; i < 2; i++) {
            Failure failure = ((CallResult.Failed) ask(prompt)).failure();
            assertThat(failure.kind()).isEqualTo(Failure.Kind.RATE_LIMITED);
            assertThat(failure.retryAfter()).hasValue(Duration.ofSeconds(3));
            assertThat(failure.message()).contains("simulated");
        }
        assertThat(ask(prompt)).isInstanceOf(CallResult.Answered.class);
    }

    @Test
    void aLatencyBeyondTheTimeoutIsATimeout() throws Exception {
        CallResult result = model.ask(request("Go [[simulate latency=PT9M]]"), Duration.ofMillis(20), CallWatcher.NONE);

        assertThat(((CallResult.Failed) result).failure().kind()).isEqualTo(Failure.Kind.AMBIGUOUS);
    }

    @Test
    void theWatcherSeesTheAnswerComeInPieces() throws Exception {
        var pieces = new ArrayList<String>();

        var result = (CallResult.Answered) model.ask(request("Hello"), Duration.ofSeconds(60), pieces::add);

        assertThat(pieces).hasSizeGreaterThan(1);
        assertThat(String.join("", pieces))
                .isEqualTo(ModelAnswer.of(result.answer().content()).text());
    }

    private JsonNode json(String prompt) throws Exception {
        return Json.mapper().readTree(answer(prompt));
    }

    private String answer(String prompt) throws InterruptedException {
        return answer(model, prompt);
    }

    private static String answer(SimulatedModel model, String prompt) throws InterruptedException {
        var result = (CallResult.Answered) model.ask(request(prompt), Duration.ofSeconds(60), CallWatcher.NONE);
        return ModelAnswer.of(result.answer().content()).text();
    }

    private CallResult ask(String prompt) throws InterruptedException {
        return model.ask(request(prompt), Duration.ofSeconds(60), CallWatcher.NONE);
    }

    private static ModelRequest request(String prompt) {
        return new ModelRequest("gpt-4o-mini", prompt, null, 0.7, 300, false);
    }
}

package com.promptmanage.ingest.normalize;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * What another model was asked for within a call of Anthropic's: it is billed by that model's rates, and not in the counts of the
 * call itself.
 *
 * @param number among the advice of one call, from 1
 * @param model that gave it
 */
public record Advice(int number, String model, NormalizedTokens tokens) {

    /** More than a call asks for. Each becomes an event, which is much larger than what tells of it. */
    private static final int ADVICE_MAX = 100;

    /**
     * Reads what a usage object of Anthropic's tells of advice. Without the name of its model it has no price, and is left out.
     *
     * @param path of the object in the event, with a dot at its end
     */
    public static List<Advice> of(JsonNode usage, String path, FaultSink faults) {
        var advice = new ArrayList<Advice>();
        for (JsonNode iteration : usage.path("iterations")) {
            JsonNode model = iteration.path("model");
            if (isAdvice(iteration) && model.isTextual() && Texts.isId(model.textValue())) {
                if (advice.size() == ADVICE_MAX) {
                    faults.add(
                            path + "iterations",
                            "has more than %d iterations of advice".formatted(ADVICE_MAX),
                            "Send what is beyond them as calls of their own.");
                    break;
                }
                advice.add(new Advice(
                        advice.size() + 1,
                        model.textValue(),
                        UsageShapes.anthropic(new CountReader(iteration, path + "iterations.", faults))));
            }
        }
        return List.copyOf(advice);
    }

    /** How many tokens a usage object tells of advice altogether, whether it names the models or not. */
    static long tokens(JsonNode usage) {
        long tokens = 0;
        for (JsonNode iteration : usage.path("iterations")) {
            if (isAdvice(iteration)) {
                tokens += UsageShapes.anthropic(new CountReader(iteration, "", (field, detail, remedy) -> {}))
                        .counts()
                        .total();
            }
        }
        return tokens;
    }

    private static boolean isAdvice(JsonNode iteration) {
        return iteration.path("type").asText().equals("advisor_message");
    }

    /** By what the event of it is known again. */
    public String id(String callId) {
        return Texts.keptId("%s#advice-%d".formatted(callId, number));
    }
}

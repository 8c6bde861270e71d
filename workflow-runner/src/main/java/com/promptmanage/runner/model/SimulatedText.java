package com.promptmanage.runner.model;

import java.util.List;

/** Made-up prose: says at once what it is, what it was asked, and then some more. */
final class SimulatedText {

    private static final int TOPIC_CHARS_MAX = 80;

    private static final List<String> SENTENCES = List.of(
            "The figures of the last quarter support this.",
            "A short call this week would settle the open points.",
            "Three of the five goals are within reach already.",
            "The first step costs little and shows whether the rest is worth it.",
            "Customers in the same trade have had good results with it.",
            "What remains open is the time that the change itself takes.",
            "It is best to begin with one team and to measure for a month.",
            "The risks are known, and each of them has an owner.",
            "Nothing in this speaks against going on as planned.",
            "A comparison with the year before is at hand.");

    private SimulatedText() {}

    static String of(ModelRequest request, Chance chance) {
        String prompt = Stage.without(request.prompt()).strip().replaceAll("\\s+", " ");
        String topic = prompt.length() <= TOPIC_CHARS_MAX ? prompt : prompt.substring(0, TOPIC_CHARS_MAX) + "…";
        var text = new StringBuilder("[simulated answer of %s] ".formatted(request.model()));
        if (!topic.isEmpty()) {
            text.append("You asked: \"").append(topic).append("\". ");
        }
        long sentences = chance.between(2, 6);
        for (long i = 0; i < sentences; i++) {
            text.append(chance.of(SENTENCES)).append(i + 1 < sentences ? " " : "");
        }
        return text.toString();
    }
}

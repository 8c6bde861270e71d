package com.promptmanage.runner.model;

import com.promptmanage.runner.call.Failure;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a prompt wants its simulated answer, for trying out what a workflow does then. It says so anywhere in itself:
 *
 * <pre>
 * [[simulate latency=PT0.5S fault=rate_limited times=2 retryAfter=PT1S]]
 * [[answer {"score": 9}]]
 * </pre>
 *
 * A real model is sent this like any other text.
 *
 * @param fault a class of failure to fail with; {@code times} limits how often, from the first call on
 * @param answer the answer, word for word
 */
record Stage(
        Optional<Duration> latency,
        Optional<Failure.Kind> fault,
        OptionalInt times,
        Optional<Duration> retryAfter,
        Optional<String> answer) {

    private static final Pattern DIRECTION = Pattern.compile("\\[\\[simulate\\b([^\\]]{0,500})\\]\\]");

    private static final Pattern ANSWER = Pattern.compile("\\[\\[answer\\s(.{0,20000}?)\\]\\](?!\\])", Pattern.DOTALL);

    private static final Pattern SETTING = Pattern.compile("(\\w+)=(\\S+)");

    private static final Duration LATENCY_MAX = Duration.ofMinutes(10);

    private static final Stage PLAIN =
            new Stage(Optional.empty(), Optional.empty(), OptionalInt.empty(), Optional.empty(), Optional.empty());

    static Stage of(String prompt) {
        Stage stage = PLAIN;
        Matcher direction = DIRECTION.matcher(prompt);
        if (direction.find()) {
            Matcher setting = SETTING.matcher(direction.group(1));
            while (setting.find()) {
                stage = stage.with(setting.group(1), setting.group(2));
            }
        }
        Matcher answer = ANSWER.matcher(prompt);
        return answer.find()
                ? new Stage(
                        stage.latency,
                        stage.fault,
                        stage.times,
                        stage.retryAfter,
                        Optional.of(answer.group(1).strip()))
                : stage;
    }

    /** The prompt as it would be without directions. */
    static String without(String prompt) {
        return ANSWER.matcher(DIRECTION.matcher(prompt).replaceAll("")).replaceAll("");
    }

    /** What cannot be read is taken for not said: this is a plaything, and may stand in data. */
    private Stage with(String name, String value) {
        return switch (name) {
            case "latency" -> new Stage(duration(value), fault, times, retryAfter, answer);
            case "retryAfter" -> new Stage(latency, fault, times, duration(value), answer);
            case "fault" -> new Stage(latency, kind(value), times, retryAfter, answer);
            case "times" ->
                new Stage(
                        latency,
                        fault,
                        value.matches("\\d{1,6}") ? OptionalInt.of(Integer.parseInt(value)) : times,
                        retryAfter,
                        answer);
            default -> this;
        };
    }

    private static Optional<Duration> duration(String text) {
        try {
            Duration duration = Duration.parse(text);
            boolean isFine = !duration.isNegative() && duration.compareTo(LATENCY_MAX) <= 0;
            return isFine ? Optional.of(duration) : Optional.empty();
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    private static Optional<Failure.Kind> kind(String code) {
        for (Failure.Kind kind : Failure.Kind.values()) {
            if (kind.name().equals(code.toUpperCase(Locale.ROOT))) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}

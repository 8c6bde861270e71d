package com.promptmanage.runner.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.service.http.Faults;
import com.promptmanage.topics.money.NanoUsd;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Of what a workflow's people want to be told, as its {@code notifications} say. Where they are sent is for the account to say.
 *
 * @param kinds of alerts that are raised
 * @param costThreshold of one execution; empty for the share of its own limit that is the default
 * @param slowFactor how many times as long as usual is too long
 */
public record AlertWishes(Set<AlertKind> kinds, Optional<NanoUsd> costThreshold, int slowFactor) {

    private static final int SLOW_FACTOR = 3;

    private static final int SLOW_FACTOR_MIN = 2;

    private static final int SLOW_FACTOR_MAX = 100;

    private static final Set<String> FIELDS = Set.of("alertTypes", "costThresholdUsd", "slowFactor");

    private static final String USD = "\\d{1,9}(\\.\\d{1,9})?";

    public AlertWishes {
        kinds = Set.copyOf(kinds);
    }

    /** Tells what is wrong with notifications as they are sent. A name that means nothing would be a wish that is not heard. */
    public static void check(JsonNode notifications, Faults faults) {
        notifications.fieldNames().forEachRemaining(name -> {
            if (!FIELDS.contains(name)) {
                faults.add(
                        "notifications." + (name.length() <= 64 ? name : name.substring(0, 64) + "…"),
                        "is not known here",
                        "Leave it out, or use one of %s.".formatted(new TreeSet<>(FIELDS)));
            }
        });
        of(notifications, faults);
    }

    /** @param notifications as they are stored; null for the defaults */
    static AlertWishes of(@Nullable String notifications) {
        // What was stored before there was a check counts as far as it means something.
        return of(
                notifications == null ? JsonNodeFactory.instance.objectNode() : StoredJson.read(notifications),
                new Faults());
    }

    private static AlertWishes of(JsonNode json, Faults faults) {
        return new AlertWishes(kinds(json, faults), costThreshold(json, faults), slowFactor(json, faults));
    }

    private static Set<AlertKind> kinds(JsonNode json, Faults faults) {
        JsonNode said = json.path("alertTypes");
        if (said.isMissingNode() || said.isNull()) {
            return EnumSet.allOf(AlertKind.class);
        }
        var kinds = EnumSet.noneOf(AlertKind.class);
        boolean isFine = said.isArray();
        for (JsonNode one : said) {
            Optional<AlertKind> kind = AlertKind.parse(one.asText());
            kind.ifPresent(kinds::add);
            isFine &= kind.isPresent();
        }
        if (!isFine) {
            faults.add(
                    "notifications.alertTypes",
                    "is not a list of kinds of alerts",
                    "Use %s; an empty list for none."
                            .formatted(Arrays.stream(AlertKind.values())
                                    .map(AlertKind::value)
                                    .collect(Collectors.joining(", "))));
        }
        return kinds;
    }

    private static Optional<NanoUsd> costThreshold(JsonNode json, Faults faults) {
        JsonNode said = json.path("costThresholdUsd");
        if (said.isMissingNode() || said.isNull()) {
            return Optional.empty();
        }
        if (said.isTextual() && said.textValue().matches(USD)) {
            NanoUsd threshold = NanoUsd.ofUsd(said.textValue());
            if (threshold.compareTo(NanoUsd.ZERO) > 0) {
                return Optional.of(threshold);
            }
        }
        faults.add("notifications.costThresholdUsd", "is not an amount", "Send US dollars as text, such as \"0.50\".");
        return Optional.empty();
    }

    private static int slowFactor(JsonNode json, Faults faults) {
        JsonNode said = json.path("slowFactor");
        if (said.isMissingNode() || said.isNull()) {
            return SLOW_FACTOR;
        }
        if (said.isInt() && said.intValue() >= SLOW_FACTOR_MIN && said.intValue() <= SLOW_FACTOR_MAX) {
            return said.intValue();
        }
        faults.add(
                "notifications.slowFactor",
                "is not a factor",
                "Send a whole number from %d to %d.".formatted(SLOW_FACTOR_MIN, SLOW_FACTOR_MAX));
        return SLOW_FACTOR;
    }
}

package com.promptmanage.service.tier;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What an account is signed up for. The product's table of tiers, in one place. */
public enum Tier {
    FREE,
    TEAM,
    ENTERPRISE;

    public Features features() {
        return switch (this) {
            case FREE ->
                new Features(1, 7, 1_000L, 0, false, false, false, false, false, false, false, false, workflows());
            case TEAM ->
                new Features(5, 90, 10_000L, 3, true, false, false, true, false, true, true, true, workflows());
            case ENTERPRISE ->
                new Features(null, null, 100_000L, null, true, true, true, true, true, true, true, true, workflows());
        };
    }

    private WorkflowFeatures workflows() {
        return switch (this) {
            case FREE -> new WorkflowFeatures(0, 0, 0, List.of(), 1, 0, false);
            case TEAM -> new WorkflowFeatures(5, 3, 100, List.of("manual", "schedule"), 1, 30, false);
            case ENTERPRISE -> WorkflowFeatures.ALL;
        };
    }

    /** As it is written in JSON and in the database. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Tier> parse(String code) {
        return Arrays.stream(values()).filter(tier -> tier.code().equals(code)).findFirst();
    }

    /** Those that there are, for people. */
    public static String codes() {
        return Arrays.stream(values()).map(Tier::code).collect(Collectors.joining(", "));
    }
}

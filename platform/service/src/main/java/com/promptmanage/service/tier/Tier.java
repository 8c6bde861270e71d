package com.promptmanage.service.tier;

import java.util.Arrays;
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
            case FREE -> new Features(1, 7, 1_000L, 0, false, false, false, false, false, false, 0, 0, 0);
            case TEAM -> new Features(5, 90, 10_000L, 3, true, false, false, true, false, true, 5, 3, 100);
            case ENTERPRISE ->
                new Features(null, null, 100_000L, null, true, true, true, true, true, true, null, null, null);
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

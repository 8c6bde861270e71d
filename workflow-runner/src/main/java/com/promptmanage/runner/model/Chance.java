package com.promptmanage.runner.model;

import java.util.List;
import java.util.SplittableRandom;

/** Chance that is the same each time for the same seed. */
final class Chance {

    private final SplittableRandom random;

    /** @param seed at least 16 hexadecimal digits */
    Chance(String seed) {
        this.random = new SplittableRandom(Long.parseUnsignedLong(seed.substring(0, 16), 16));
    }

    <T> T of(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    long between(long least, long most) {
        return random.nextLong(least, most + 1);
    }

    boolean coin() {
        return random.nextBoolean();
    }
}

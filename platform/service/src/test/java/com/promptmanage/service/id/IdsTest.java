package com.promptmanage.service.id;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.testkit.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class IdsTest {

    private final ManualClock clock = new ManualClock(Instant.parse("2026-11-24T12:00:00Z"));

    private final Ids ids = new Ids(clock);

    @Test
    void saysWhatItIs() {
        assertThat(ids.next("team")).matches("team_[0-9A-HJKMNP-TV-Z]{26}");
    }

    @Test
    void sortsByAge() {
        String older = ids.next("team");
        clock.advance(Duration.ofMillis(1));

        assertThat(ids.next("team")).isGreaterThan(older);
    }

    @Test
    void differsWithinAMillisecond() {
        assertThat(IntStream.range(0, 100_000).mapToObj(i -> ids.next("x")).collect(Collectors.toSet()))
                .hasSize(100_000);
    }

    @Test
    void writesTheTimeAsUlidsDo() {
        // The example of the ULID specification.
        var then = new Ids(new ManualClock(Instant.ofEpochMilli(1_469_918_176_385L)));

        assertThat(then.next("x")).startsWith("x_01ARYZ6S41");
    }
}

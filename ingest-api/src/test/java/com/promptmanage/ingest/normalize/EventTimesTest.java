package com.promptmanage.ingest.normalize;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class EventTimesTest {

    private static final Instant NOW = Instant.parse("2026-11-24T10:15:30Z");

    @Test
    void aDurationIsWhatCanBe() {
        assertThat(EventTimes.tookMs(NOW, NOW.plusNanos(1_999_999))).isEqualTo(1);
        assertThat(EventTimes.tookMs(NOW, NOW)).isZero();
        assertThat(EventTimes.tookMs(NOW, NOW.minusMillis(1))).isNull();
        assertThat(EventTimes.tookMs(null, NOW)).isNull();
        assertThat(EventTimes.tookMs(NOW, null)).isNull();
        assertThat(EventTimes.tookMs(Instant.parse("0001-01-01T00:00:00Z"), NOW))
                .isNull();
        assertThat(EventTimes.believableMs(1_000_000_000_000L)).isEqualTo(1_000_000_000_000L);
        assertThat(EventTimes.believableMs(1_000_000_000_001L)).isNull();
    }
}

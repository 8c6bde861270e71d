package com.promptmanage.query.meters;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowSizeTest {

    @ParameterizedTest
    @CsvSource(textBlock = """
            MINUTE, Asia/Kolkata,        2026-03-01T00:01:00Z, 2026-03-01T00:02:00Z
            HOUR,   Europe/Berlin,       2026-10-25T00:00:00Z, 2026-10-25T01:00:00Z
            HOUR,   Europe/Berlin,       2026-10-25T01:00:00Z, 2026-10-25T02:00:00Z
            DAY,    UTC,                 2026-03-01T00:00:00Z, 2026-03-02T00:00:00Z
            DAY,    Europe/Berlin,       2026-03-28T23:00:00Z, 2026-03-29T22:00:00Z
            DAY,    America/Santiago,    2026-09-06T04:00:00Z, 2026-09-07T03:00:00Z
            DAY,    Asia/Beirut,         2026-03-28T22:00:00Z, 2026-03-29T21:00:00Z
            DAY,    America/Havana,      2026-11-01T04:00:00Z, 2026-11-02T05:00:00Z
            MONTH,  America/New_York,    2026-03-01T05:00:00Z, 2026-04-01T04:00:00Z
            """)
    void aWindowEndsWhereTheNextBegins(WindowSize size, ZoneId zone, Instant start, Instant end) {
        assertThat(size.start(start, zone)).isEqualTo(start);
        assertThat(size.end(start, zone)).isEqualTo(end);
        assertThat(size.start(end, zone)).isEqualTo(end);
    }

    @ParameterizedTest
    @CsvSource("America/Havana, 2026-11-01T05:00:00Z, 2026-11-01T04:00:00Z")
    void ofTwoMidnightsTheFirstBeginsTheDay(ZoneId zone, Instant second, Instant first) {
        assertThat(WindowSize.DAY.start(second, zone)).isEqualTo(first);
    }
}

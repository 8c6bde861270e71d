package com.promptmanage.runner.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.journal.ExecutionRecords.Entry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LogRowTest {

    @Test
    void whatIsToldAtOnceStandsInFewRowsAndIsReadAsTheSameEventsUnderTheSameNumbers() {
        List<String> told = IntStream.rangeClosed(8, 8 + 2 * LogRow.EVENTS_MAX)
                .mapToObj("{\"event\": %d}"::formatted)
                .toList();

        List<LogRow> rows = LogRow.of(
                "exe_1",
                7,
                told.stream()
                        .map(event -> event.getBytes(StandardCharsets.UTF_8))
                        .toList());

        assertThat(rows).hasSize(3);
        assertThat(rows.stream().flatMap(row -> row.entries().stream()))
                .containsExactlyElementsOf(IntStream.range(0, told.size())
                        .mapToObj(place -> new Entry(8 + place, told.get(place)))
                        .toList());
    }
}

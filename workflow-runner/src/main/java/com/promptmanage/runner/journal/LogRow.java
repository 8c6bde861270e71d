package com.promptmanage.runner.journal;

import com.promptmanage.runner.journal.ExecutionRecords.Entry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A row of {@code execution_log}. What is told in one change stands in one row, for a row and its place in the index cost more than
 * what is in them.
 *
 * @param seq the number of its last event; those before it have the numbers before
 * @param entry the events in their order, one in each line: JSON has no other line breaks here
 */
record LogRow(String executionId, int seq, String entry) {

    /** In one row: who reads on from the middle of a long change must not be given all of it each time. */
    static final int EVENTS_MAX = 20;

    /** @param before the number of the last event before these */
    static List<LogRow> of(String executionId, int before, List<byte[]> events) {
        var rows = new ArrayList<LogRow>();
        for (int first = 0; first < events.size(); first += EVENTS_MAX) {
            int end = Math.min(events.size(), first + EVENTS_MAX);
            rows.add(new LogRow(
                    executionId,
                    before + end,
                    events.subList(first, end).stream()
                            .map(event -> new String(event, StandardCharsets.UTF_8))
                            .collect(Collectors.joining("\n"))));
        }
        return rows;
    }

    List<Entry> entries() {
        List<String> events = entry.lines().toList();
        var entries = new ArrayList<Entry>(events.size());
        for (int i = 0; i < events.size(); i++) {
            entries.add(new Entry(seq - events.size() + 1 + i, events.get(i)));
        }
        return entries;
    }
}

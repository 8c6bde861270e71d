package com.promptmanage.query.report;

import java.time.LocalDate;
import java.util.List;

/**
 * What a report says, however it is shown.
 *
 * @param period in words
 * @param days of the period, each with what it cost; one for each day of it
 * @param notes sentences below all else
 */
record Report(
        String title, String period, List<Figure> figures, List<Day> days, List<Table> tables, List<String> notes) {

    /** Stands at the end of each, for whoever adds it up. */
    static final String ROUNDED =
            "Amounts are rounded for reading. The usage page and its exports have the same days to the nanoUSD.";

    Report {
        figures = List.copyOf(figures);
        days = List.copyOf(days);
        tables = List.copyOf(tables);
        notes = List.copyOf(notes);
    }

    /** @param note how it compares; may be empty */
    record Figure(String name, String value, String note) {}

    record Day(LocalDate day, long costNanoUsd) {}

    /** The first column is text, the others are figures. */
    record Table(String title, List<String> head, List<List<String>> rows) {}

    long dearestDayNanoUsd() {
        return days.stream().mapToLong(Day::costNanoUsd).max().orElse(0);
    }

    /**
     * How high a day's bar is.
     *
     * @param highest of the dearest day, in any unit
     */
    int height(Day day, int highest) {
        long dearest = dearestDayNanoUsd();
        if (dearest <= 0 || day.costNanoUsd() <= 0) {
            return 0;
        }
        // In whole numbers: what is left over by dividing first is less than a unit of height.
        long unit = Math.max(1, Math.ceilDiv(dearest, highest));
        return (int) Math.max(1, day.costNanoUsd() / unit);
    }
}

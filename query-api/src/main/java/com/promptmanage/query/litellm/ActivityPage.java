package com.promptmanage.query.litellm;

import com.promptmanage.service.http.Faults;
import io.javalin.http.Context;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which part of an activity is asked for, in rows: one is what a {@link Cell} holds. Each page is added up by itself, as
 * LiteLLM does, so that a day may go on on the next one.
 *
 * @param number from 1
 * @param size rows on each page, 1 to 1,000; null for all of them on the first
 */
record ActivityPage(int number, @Nullable Integer size) {

    static final String NUMBER = "page";

    static final String SIZE = "page_size";

    private static final int SIZE_MAX = 1_000;

    /** Notes a fault for what is no page. */
    static ActivityPage of(Context ctx, Faults faults) {
        int number = whole(ctx.queryParam(NUMBER), 1, NUMBER, Integer.MAX_VALUE, faults);
        @Nullable String size = ctx.queryParam(SIZE);
        boolean isAll = size == null || size.isBlank();
        return new ActivityPage(number, isAll ? null : (Integer) whole(size, 1, SIZE, SIZE_MAX, faults));
    }

    /** The rows that are on it, those of the newest day first. */
    List<Cell> on(List<Cell> cells) {
        Integer rows = size;
        if (rows == null) {
            return number == 1 ? cells : List.of();
        }
        List<Cell> newestFirst = cells.stream()
                .sorted(Comparator.comparing(Cell::day).reversed())
                .toList();
        int from = (int) Math.min(newestFirst.size(), (number - 1L) * rows);
        return newestFirst.subList(from, Math.min(newestFirst.size(), from + rows));
    }

    /** How many pages there are. */
    int count(List<Cell> cells) {
        Integer rows = size;
        return rows == null ? 1 : Math.ceilDiv(cells.size(), rows);
    }

    private static int whole(@Nullable String text, int otherwise, String name, int most, Faults faults) {
        if (text == null || text.isBlank()) {
            return otherwise;
        }
        try {
            int read = Integer.parseInt(text.strip());
            if (read >= 1 && read <= most) {
                return read;
            }
        } catch (NumberFormatException e) {
            // Told below, with numbers that are out of range.
        }
        faults.add(name, "is no whole number from 1 to %d".formatted(most), "Send one such as 50.");
        return otherwise;
    }
}

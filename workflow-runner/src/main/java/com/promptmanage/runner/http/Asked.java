package com.promptmanage.runner.http;

import com.promptmanage.service.http.Faults;
import io.javalin.http.Context;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** Parameters of a request's address. What is wrong with them is gathered. */
record Asked(Context ctx, Faults faults) {

    private static final Instant TIME_MIN = Instant.EPOCH;

    /** Later ones the database does not know. */
    static final Instant TIME_MAX = Instant.parse("3000-01-01T00:00:00Z");

    @Nullable
    String text(String name) {
        String value = ctx.queryParam(name);
        return value == null || value.isEmpty() ? null : value;
    }

    int number(String name, int otherwise, int min, int max) {
        String value = text(name);
        if (value == null) {
            return otherwise;
        }
        if (value.matches("\\d{1,9}")) {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        }
        faults.add(name, "is '%s'".formatted(value), "Send a whole number from %d to %d.".formatted(min, max));
        return otherwise;
    }

    @Nullable
    Instant time(String name) {
        String value = text(name);
        if (value == null) {
            return null;
        }
        try {
            Instant time = Instant.parse(value);
            if (!time.isBefore(TIME_MIN) && time.isBefore(TIME_MAX)) {
                return time;
            }
        } catch (DateTimeParseException e) {
            // Said below.
        }
        faults.add(name, "is '%s'".formatted(value), "Send a time such as 2026-11-25T08:00:00Z.");
        return null;
    }

    boolean flag(String name) {
        String value = text(name);
        if (value != null && !value.equals("true") && !value.equals("false")) {
            faults.add(name, "is '%s'".formatted(value), "Send true or false.");
        }
        return "true".equals(value);
    }

    /** A thing's id, as we make them. */
    @Nullable
    String idOf(String name) {
        String value = text(name);
        if (value == null || value.matches("[0-9A-Za-z_-]{1,64}")) {
            return value;
        }
        faults.add(name, "is not an id", "Send the id of one, as it is listed.");
        return null;
    }

    /** A place in a list, as it was given out before. */
    @Nullable
    Long cursor() {
        String value = text("cursor");
        if (value == null) {
            return null;
        }
        if (value.matches("[0-9a-z]{1,12}")) {
            return Long.parseLong(value, Character.MAX_RADIX);
        }
        faults.add("cursor", "is not one of ours", "Send nextCursor as it came, or nothing for the first page.");
        return null;
    }

    /** As {@link #cursor}, in a list that is in the order of its ids. */
    @Nullable
    String idCursor() {
        String value = text("cursor");
        if (value == null || value.matches("[0-9A-Za-z_-]{1,64}")) {
            return value;
        }
        faults.add("cursor", "is not one of ours", "Send nextCursor as it came, or nothing for the first page.");
        return null;
    }

    static String cursorOf(long number) {
        return Long.toString(number, Character.MAX_RADIX);
    }
}

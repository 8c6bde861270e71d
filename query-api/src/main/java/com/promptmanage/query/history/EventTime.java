package com.promptmanage.query.history;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times of events as the ledger takes them: every RFC 3339 form, parts of a millisecond cut off, a leap second counted on. */
final class EventTime {

    private static final Pattern FORM = Pattern.compile(
            "(\\d{4}-\\d\\d-\\d\\d)[Tt](\\d\\d:\\d\\d:)(\\d\\d)(?:\\.(\\d+))?(?:[Zz]|([+-])(\\d\\d):(\\d\\d))");

    private EventTime() {}

    /** @throws IllegalArgumentException if it is no such time */
    static Instant parse(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("time '%s' is not of the form 2026-11-24T10:15:30Z".formatted(text));
        }
        try {
            Instant time = LocalDateTime.parse(parts.group(1) + "T" + parts.group(2) + "00")
                    .toInstant(ZoneOffset.UTC)
                    .plusSeconds(Integer.parseInt(parts.group(3)))
                    .plus(millis(parts.group(4)), ChronoUnit.MILLIS);
            if (parts.group(5) == null) {
                return time;
            }
            long minutes = Integer.parseInt(parts.group(6)) * 60L + Integer.parseInt(parts.group(7));
            return time.minus(parts.group(5).equals("-") ? -minutes : minutes, ChronoUnit.MINUTES);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("time '%s' is none".formatted(text), e);
        }
    }

    private static int millis(@org.jspecify.annotations.Nullable String fraction) {
        return fraction == null ? 0 : Integer.parseInt((fraction + "00").substring(0, 3));
    }
}

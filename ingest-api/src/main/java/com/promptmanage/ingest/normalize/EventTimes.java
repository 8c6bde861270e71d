package com.promptmanage.ingest.normalize;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** When events happened, as RFC 3339 writes it. */
public final class EventTimes {

    /** How far back an event may have happened. */
    public static final Duration AGE_MAX = Duration.ofDays(400);

    /** How far the producer's clock may be ahead. */
    public static final Duration AHEAD_MAX = Duration.ofMinutes(5);

    private static final Pattern RFC_3339 = Pattern.compile(
            "(\\d{4}-\\d{2}-\\d{2})[Tt ](\\d{2}:\\d{2}:)(\\d{2})(?:(\\.\\d{1,9})\\d{0,20})?([Zz]|[+-]\\d{2}:\\d{2})");

    /** As where a call is reported in our own form. */
    private static final long TOOK_MAX_MS = 1_000_000_000_000L;

    private static final String REMEDY = "Send RFC 3339, for example 2026-11-24T10:15:30Z.";

    private EventTimes() {}

    /**
     * Reads a time.
     *
     * @param value absent or null is now
     * @return now, too, if there is a fault
     */
    public static Instant read(@Nullable JsonNode value, String field, Instant now, FaultSink faults) {
        if (value == null || value.isNull()) {
            return now;
        }
        if (!value.isTextual()) {
            faults.add(field, "is not a time: " + Excerpt.of(value), REMEDY);
            return now;
        }
        Instant time = parse(value.textValue());
        if (time == null) {
            faults.add(field, "is not a time: " + Excerpt.of(value), REMEDY);
            return now;
        }
        if (!isInRange(time, now)) {
            faults.add(
                    field,
                    "is out of range: " + Excerpt.of(value),
                    "Send a time from 400 days back to 5 minutes ahead; now it is %s here.".formatted(now));
            return now;
        }
        return time;
    }

    /**
     * A time as a tool measured it that nobody can ask to correct its clock.
     *
     * @param nanosSince1970 unsigned; 0 if it is not known
     * @return now, if that time cannot be
     */
    public static Instant ofNanos(long nanosSince1970, Instant now) {
        long nanosPerSecond = 1_000_000_000L;
        return believable(
                Instant.ofEpochSecond(
                        Long.divideUnsigned(nanosSince1970, nanosPerSecond),
                        Long.remainderUnsigned(nanosSince1970, nanosPerSecond)),
                now);
    }

    /**
     * How long a call took, in ms.
     *
     * @return null if it is not known, or cannot be: a start that was never set is often that of the calendar
     */
    public static @Nullable Long tookMs(@Nullable Instant start, @Nullable Instant end) {
        return start == null || end == null
                ? null
                : believableMs(Duration.between(start, end).toMillis());
    }

    /** A duration in ms; null if none can be so long, or it ends before it begins. */
    public static @Nullable Long believableMs(long ms) {
        return ms < 0 || ms > TOOK_MAX_MS ? null : (Long) ms;
    }

    /** The time, or now if it cannot be: usage with a wrong clock is usage all the same. */
    public static Instant believable(Instant time, Instant now) {
        return isInRange(time, now) ? time : now;
    }

    private static boolean isInRange(Instant time, Instant now) {
        return !time.isBefore(now.minus(AGE_MAX)) && !time.isAfter(now.plus(AHEAD_MAX));
    }

    /** RFC 3339; null if it is anything else. */
    public static @Nullable Instant parse(String text) {
        var parts = RFC_3339.matcher(text);
        if (text.length() > 64 || !parts.matches()) {
            return null;
        }
        // A leap second is the second before it: no calendar of ours has room for one.
        String second = "60".equals(parts.group(3)) ? "59" : parts.group(3);
        String fraction = parts.group(4) == null ? "" : parts.group(4);
        try {
            return OffsetDateTime.parse(parts.group(1) + "T" + parts.group(2) + second + fraction + parts.group(5))
                    .toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }
}

package com.promptmanage.runner.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.connector.ReadRequest.Since;
import com.promptmanage.runner.connector.Rows;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Whether a record was changed since a time, by what it says itself: a time of RFC 3339 or near it, in UTC if it names no zone; a day;
 * or seconds or milliseconds since 1970. In doubt it was: a record that is kept twice is the same one, and one that is left out is
 * missing for good.
 */
record ChangedSince(Since since) implements Predicate<JsonNode> {

    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_LOCAL_DATE_TIME)
            .parseLenient()
            .optionalStart()
            .appendOffset("+HH:mm:ss", "Z")
            .optionalEnd()
            .toFormatter(Locale.ROOT);

    /** A time's end with an offset that has no colon. */
    private static final Pattern NO_COLON = Pattern.compile("(:\\d{2}(?:[.,]\\d+)?[+-]\\d{2})(\\d{2})$");

    private static final Pattern DAY = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");

    private static final Pattern NUMBER = Pattern.compile("\\d{9,16}(\\.\\d{1,9})?");

    private static final int TEXT_CHARS_MAX = 64;

    /** As seconds, this is in the year 5138; as milliseconds, in 1973. */
    private static final double SECONDS_END = 1e11;

    @Override
    public boolean test(JsonNode row) {
        JsonNode value = Rows.at(row, since.field());
        if (value.isMissingNode() || value.isNull()) {
            return false;
        }
        return value.isNumber() ? isNumberSince(value.doubleValue()) : isTextSince(value.asText(""));
    }

    /** Many tell no more than seconds. */
    private Instant from() {
        return since.time().truncatedTo(ChronoUnit.SECONDS);
    }

    private boolean isNumberSince(double number) {
        double ms = number < SECONDS_END ? number * 1_000 : number;
        return ms >= from().toEpochMilli();
    }

    private boolean isTextSince(String said) {
        String text = said.strip();
        if (text.length() <= TEXT_CHARS_MAX) {
            if (NUMBER.matcher(text).matches()) {
                return isNumberSince(Double.parseDouble(text));
            }
            try {
                return isTimeSince(text);
            } catch (DateTimeException e) {
                // Then as texts, which is how most times sort.
            }
        }
        return text.compareTo(from().toString()) >= 0;
    }

    private boolean isTimeSince(String text) {
        if (DAY.matcher(text).matches()) {
            // It may have been changed at any time of the day, and the day may be another one where that was.
            LocalDate day = LocalDate.ofInstant(from(), ZoneOffset.UTC);
            return !LocalDate.parse(text).plusDays(1).isBefore(day);
        }
        String usual = NO_COLON.matcher(text.replace(' ', 'T')).replaceFirst("$1:$2");
        Instant time = switch (TIME.parseBest(usual, OffsetDateTime::from, LocalDateTime::from)) {
            case OffsetDateTime known -> known.toInstant();
            case LocalDateTime local -> local.toInstant(ZoneOffset.UTC);
            default -> throw new DateTimeException("no time");
        };
        return !time.isBefore(from());
    }
}

package com.promptmanage.runner.trigger;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A cron expression of five fields in a time zone.
 *
 * <p>When clocks change: what falls into an hour that is left out fires at its end; what falls into an hour that comes twice
 * fires the first time only, unless the expression fires in every hour: then it fires in both, as the clock shows it. Only local
 * times are given to the library that reads the expression: what changing clocks mean is decided here.
 */
final class Cron {

    private static final CronParser PARSER = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));

    private static final Pattern SIGNED = Pattern.compile("(?:^|[\\s,/-])[-+]\\d");

    private static final Pattern OUTSIDE = Pattern.compile("Value (-?\\d+) not in range \\[(\\d+), (\\d+)]");

    private final ExecutionTime times;

    private final boolean isHourly;

    private final ZoneId zone;

    private Cron(ExecutionTime times, boolean isHourly, ZoneId zone) {
        this.times = times;
        this.isHourly = isHourly;
        this.zone = zone;
    }

    /** @throws IllegalArgumentException that says what is wrong with it */
    static Cron of(String expression, ZoneId zone) {
        String[] fields = expression.strip().split("\\s+", -1);
        if (fields.length != 5) {
            throw new IllegalArgumentException(
                    "has %d fields: minute, hour, day of month, month, day of week are expected"
                            .formatted(fields.length));
        }
        if (SIGNED.matcher(expression).find()) {
            // The library reads past the sign, and the schedule would be another than was meant.
            throw new IllegalArgumentException("has a number with a sign before it");
        }
        boolean isHourly = fields[1].matches("(\\*|0-23)(/1)?");
        return new Cron(ExecutionTime.forCron(parse(expression.strip())), isHourly, zone);
    }

    private static com.cronutils.model.Cron parse(String expression) {
        try {
            return PARSER.parse(expression);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(inWords(e.getMessage()), e);
        }
    }

    /** The library's words, for people, as far as they say which value is wrong. */
    private static String inWords(@Nullable String message) {
        Matcher outside = OUTSIDE.matcher(message == null ? "" : message);
        return outside.find()
                ? "has a %s where %s to %s is expected".formatted(outside.group(1), outside.group(2), outside.group(3))
                : "cannot be read";
    }

    /** The first time after this one; empty if there is none. */
    Optional<Instant> next(Instant after) {
        return isHourly ? nextAsTheClockShows(after) : nextOnce(after);
    }

    /** Each local time once: the first of the two where it comes twice, the end of the gap where it does not come. */
    private Optional<Instant> nextOnce(Instant after) {
        ZoneRules rules = zone.getRules();
        // In the second of two like hours, its local times are over.
        LocalDateTime local = LocalDateTime.ofInstant(after, zone);
        ZoneOffsetTransition overlap = rules.getTransition(local);
        if (overlap != null && overlap.isOverlap() && rules.getOffset(after).equals(overlap.getOffsetAfter())) {
            local = overlap.getDateTimeBefore().minusNanos(1);
        }
        Optional<LocalDateTime> next = nextLocal(local);
        while (next.isPresent()) {
            Instant at = instantOf(next.get(), rules);
            if (at.isAfter(after)) {
                return Optional.of(at);
            }
            next = nextLocal(next.get());
        }
        return Optional.empty();
    }

    private Instant instantOf(LocalDateTime local, ZoneRules rules) {
        ZoneOffsetTransition transition = rules.getTransition(local);
        if (transition != null && transition.isGap()) {
            return transition.getInstant();
        }
        return local.toInstant(transition == null ? rules.getOffset(local) : transition.getOffsetBefore());
    }

    /** Reads the clock as it goes: up to the next change with one offset, from there on with the other. */
    private Optional<Instant> nextAsTheClockShows(Instant after) {
        ZoneRules rules = zone.getRules();
        Instant from = after;
        boolean isInclusive = false;
        while (true) {
            ZoneOffset offset = rules.getOffset(from);
            LocalDateTime local = LocalDateTime.ofEpochSecond(from.getEpochSecond(), from.getNano(), offset);
            Optional<LocalDateTime> next = nextLocal(isInclusive ? local.minusNanos(1) : local);
            if (next.isEmpty()) {
                return Optional.empty();
            }
            Instant at = next.get().toInstant(offset);
            ZoneOffsetTransition change = rules.nextTransition(from);
            if (change == null || at.isBefore(change.getInstant())) {
                return Optional.of(at);
            }
            from = change.getInstant();
            isInclusive = true;
        }
    }

    private Optional<LocalDateTime> nextLocal(LocalDateTime after) {
        return times.nextExecution(after.atZone(ZoneOffset.UTC)).map(next -> next.toLocalDateTime());
    }
}

package com.promptmanage.runner.trigger;

import com.promptmanage.service.http.Faults;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * When a workflow is run by itself. As it is sent and stored; {@link #check} tells what is wrong with it.
 *
 * @param type {@code cron} or {@code interval}
 * @param cron five fields; null for an interval
 * @param intervalMinutes from one time to the next; null for a cron
 * @param timezone an IANA name, which a cron is read in; null for UTC
 * @param missed what is done about times at which nothing could be run: {@code skip} (the default) or {@code last}, which runs
 *     once for all of them
 * @param enabled null for true
 */
public record Schedule(
        @Nullable String type,
        @Nullable String cron,
        @Nullable Integer intervalMinutes,
        @Nullable String timezone,
        @Nullable String missed,
        @Nullable Boolean enabled) {

    private static final int INTERVAL_MINUTES_MAX = 60 * 24 * 366;

    private static final Instant EPOCH = Instant.EPOCH;

    @com.fasterxml.jackson.annotation.JsonIgnore
    public boolean isEnabled() {
        return enabled == null || enabled;
    }

    boolean catchesUp() {
        return "last".equals(missed);
    }

    public void check(Faults faults) {
        if (!"cron".equals(type) && !"interval".equals(type)) {
            faults.add("type", "is %s".formatted(type), "Use cron or interval.");
        }
        if ("interval".equals(type)
                && (intervalMinutes == null || intervalMinutes < 1 || intervalMinutes > INTERVAL_MINUTES_MAX)) {
            faults.add(
                    "intervalMinutes",
                    "is %s".formatted(intervalMinutes),
                    "Send 1 to %d minutes.".formatted(INTERVAL_MINUTES_MAX));
        }
        if (missed != null && !missed.equals("skip") && !missed.equals("last")) {
            faults.add("missed", "is '%s'".formatted(missed), "Use skip or last.");
        }
        try {
            zone();
        } catch (DateTimeException e) {
            faults.add("timezone", "is '%s'".formatted(timezone), "Use an IANA name such as America/New_York.");
            return;
        }
        if ("cron".equals(type)) {
            checkCron(faults);
        }
    }

    private void checkCron(Faults faults) {
        if (cron == null) {
            faults.add("cron", "is missing", "Send five fields, for example 0 9 * * 1-5 for 09:00 on weekdays.");
            return;
        }
        try {
            if (Cron.of(cron, zone()).next(EPOCH).isEmpty()) {
                faults.add(
                        "cron",
                        "'%s' never comes: there is no such day".formatted(cron),
                        "Name a day that its month has.");
            }
        } catch (IllegalArgumentException e) {
            faults.add(
                    "cron",
                    "'%s' %s".formatted(cron, e.getMessage()),
                    "Send minute (0-59), hour (0-23), day of month (1-31), month (1-12) and day of week (0-7), for example 0 9 * * 1-5 for 09:00 on weekdays.");
        }
    }

    /** The first time after this one; empty if there is none. */
    public Optional<Instant> next(Instant after) {
        if ("cron".equals(type) && cron != null) {
            return Cron.of(cron, zone()).next(after);
        }
        // Counted from one fixed moment, so that every process comes to the same times, restarts or not.
        long stepSeconds = Duration.ofMinutes(intervalMinutes == null ? 1 : intervalMinutes)
                .toSeconds();
        long past = Math.floorDiv(after.getEpochSecond(), stepSeconds);
        return Optional.of(EPOCH.plusSeconds((past + 1) * stepSeconds));
    }

    /** The next times, for people to see whether it is what they mean. */
    public List<Instant> preview(Instant after, int count) {
        var times = new ArrayList<Instant>();
        Optional<Instant> next = next(after);
        while (next.isPresent() && times.size() < count) {
            times.add(next.get());
            next = next(next.get());
        }
        return times;
    }

    private ZoneId zone() {
        return ZoneId.of(timezone == null ? "UTC" : timezone);
    }
}

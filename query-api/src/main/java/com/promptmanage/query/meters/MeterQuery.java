package com.promptmanage.query.meters;

import com.promptmanage.query.request.TimeZones;
import com.promptmanage.service.http.Faults;
import com.promptmanage.topics.account.Account;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a meter is asked.
 *
 * @param from inclusive
 * @param to exclusive
 * @param window null for the whole range as one
 * @param subjects none for every one
 * @param groups names, in the order of the meter's own
 * @param filters values of a group, one of which must be there; groups that are not in it are not looked at
 */
record MeterQuery(
        Account account,
        Instant from,
        Instant to,
        @Nullable WindowSize window,
        ZoneId zone,
        List<String> subjects,
        boolean bySubject,
        List<String> groups,
        Map<String, List<String>> filters) {

    private static final Duration RANGE_MAX = Duration.ofDays(800);

    /** Of one minute each: more is an export. */
    private static final long WINDOWS_MAX = 50_000;

    private static final int VALUES_MAX = 100;

    MeterQuery {
        subjects = List.copyOf(subjects);
        groups = List.copyOf(groups);
        filters = Map.copyOf(filters);
    }

    /**
     * Reads the parameters of a request.
     *
     * @param member whose part of the account is meant; null for all
     * @param known the groups that the meter has
     */
    static MeterQuery read(
            MeterParameters asked,
            Account account,
            @Nullable String member,
            List<String> known,
            Instant now,
            Faults faults) {
        Instant to = time(asked, "to", now, faults);
        Instant from = time(asked, "from", to.minus(Duration.ofDays(400)), faults);
        if (!from.isBefore(to)) {
            faults.add("to", "is not after from", "Send a later one.");
        } else if (Duration.between(from, to).compareTo(RANGE_MAX) > 0) {
            faults.add("from", "is too far before to", "Ask for %d days at most.".formatted(RANGE_MAX.toDays()));
        }
        WindowSize window = window(asked.one("windowSize"), faults);
        if (window == WindowSize.MINUTE && Duration.between(from, to).toMinutes() > WINDOWS_MAX) {
            faults.add("windowSize", "makes more than 50000 windows", "Ask for a shorter range, or larger windows.");
        }
        List<String> named = asked.all("subject");
        List<String> subjects = member == null ? named : List.of(member);
        if (subjects.size() > VALUES_MAX) {
            faults.add("subject", "is there more than 100 times", "Send at most 100.");
        }
        List<String> names = asked.all("groupBy");
        return new MeterQuery(
                account,
                from,
                to,
                window,
                zone(asked.one("windowTimeZone"), faults),
                subjects,
                names.contains("subject") || !named.isEmpty(),
                groups(names, known, faults),
                filters(asked, known, faults));
    }

    MeterQuery since(Instant other) {
        return new MeterQuery(account, other, to, window, zone, subjects, bySubject, groups, filters);
    }

    private static List<String> groups(List<String> names, List<String> known, Faults faults) {
        if (names.stream().anyMatch(name -> !name.equals("subject") && !known.contains(name))) {
            unknown("groupBy", known, faults);
        }
        return known.stream().filter(names::contains).toList();
    }

    private static Map<String, List<String>> filters(MeterParameters asked, List<String> known, Faults faults) {
        var filters = new HashMap<String, List<String>>();
        asked.values().forEach((name, values) -> {
            if (name.startsWith("filterGroupBy[") && name.endsWith("]")) {
                String group = name.substring("filterGroupBy[".length(), name.length() - 1);
                if (known.contains(group)) {
                    filters.put(group, List.copyOf(values));
                } else {
                    unknown("filterGroupBy", known, faults);
                }
                if (values.size() > VALUES_MAX) {
                    faults.add("filterGroupBy", "has more than 100 values", "Send at most 100.");
                }
            }
        });
        return filters;
    }

    private static void unknown(String field, List<String> known, Faults faults) {
        var names = new ArrayList<>(List.of("subject"));
        names.addAll(known);
        faults.add(field, "is not known", "Use %s.".formatted(String.join(", ", names)));
    }

    private static @Nullable WindowSize window(@Nullable String text, Faults faults) {
        if (text == null) {
            return null;
        }
        for (WindowSize size : WindowSize.values()) {
            if (size.name().equals(text.toUpperCase(Locale.ROOT))) {
                return size;
            }
        }
        faults.add("windowSize", "is not known", "Use MINUTE, HOUR, DAY or MONTH.");
        return null;
    }

    private static ZoneId zone(@Nullable String name, Faults faults) {
        if (name == null) {
            return TimeZones.UTC;
        }
        return TimeZones.parse(name).orElseGet(() -> {
            faults.add("windowTimeZone", "is not a time zone", TimeZones.REMEDY);
            return TimeZones.UTC;
        });
    }

    static Instant time(MeterParameters asked, String name, Instant otherwise, Faults faults) {
        String text = asked.one(name);
        if (text == null) {
            return otherwise;
        }
        return parse(text).orElseGet(() -> {
            faults.add(name, "is no time", "Send one such as 2026-11-30T12:00:00Z.");
            return otherwise;
        });
    }

    /** A time of RFC 3339 in a year that a calendar of ours has. */
    static Optional<Instant> parse(String text) {
        try {
            OffsetDateTime time = OffsetDateTime.parse(text);
            return time.getYear() >= 1970 && time.getYear() <= 2999 ? Optional.of(time.toInstant()) : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}

package com.promptmanage.query.meters;

import com.promptmanage.query.request.TimeZones;
import com.promptmanage.service.http.Faults;
import com.promptmanage.topics.account.Account;
import io.javalin.http.Context;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a meter is asked.
 *
 * @param from inclusive
 * @param to exclusive
 * @param window null for the whole range as one
 * @param subjects none for every one
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
        Set<Group> groups,
        Map<Group, List<String>> filters) {

    private static final Duration RANGE_MAX = Duration.ofDays(800);

    /** Of one minute each: more is an export. */
    private static final long WINDOWS_MAX = 50_000;

    private static final int VALUES_MAX = 100;

    MeterQuery {
        subjects = List.copyOf(subjects);
        groups = Set.copyOf(groups);
        filters = Map.copyOf(filters);
    }

    static MeterQuery read(Context ctx, Account account, @Nullable String member, Instant now, Faults faults) {
        Instant to = time(ctx, "to", now, faults);
        Instant from = time(ctx, "from", to.minus(Duration.ofDays(400)), faults);
        if (!from.isBefore(to)) {
            faults.add("to", "is not after from", "Send a later one.");
        } else if (Duration.between(from, to).compareTo(RANGE_MAX) > 0) {
            faults.add("from", "is too far before to", "Ask for %d days at most.".formatted(RANGE_MAX.toDays()));
        }
        WindowSize window = window(ctx.queryParam("windowSize"), faults);
        if (window == WindowSize.MINUTE && Duration.between(from, to).toMinutes() > WINDOWS_MAX) {
            faults.add("windowSize", "makes more than 50000 windows", "Ask for a shorter range, or larger windows.");
        }
        List<String> asked = ctx.queryParams("subject");
        List<String> subjects = member == null ? asked : List.of(member);
        if (subjects.size() > VALUES_MAX) {
            faults.add("subject", "is there more than 100 times", "Send at most 100.");
        }
        List<String> names = ctx.queryParams("groupBy");
        return new MeterQuery(
                account,
                from,
                to,
                window,
                zone(ctx, faults),
                subjects,
                names.contains("subject") || !asked.isEmpty(),
                groups(names, faults),
                filters(ctx, faults));
    }

    MeterQuery since(Instant other) {
        return new MeterQuery(account, other, to, window, zone, subjects, bySubject, groups, filters);
    }

    private static Set<Group> groups(List<String> names, Faults faults) {
        Set<Group> groups = EnumSet.noneOf(Group.class);
        names.stream()
                .filter(name -> !name.equals("subject"))
                .forEach(name -> Group.parse(name).ifPresentOrElse(groups::add, () -> unknown("groupBy", faults)));
        return groups;
    }

    private static Map<Group, List<String>> filters(Context ctx, Faults faults) {
        var filters = new EnumMap<Group, List<String>>(Group.class);
        ctx.queryParamMap().forEach((name, values) -> {
            if (name.startsWith("filterGroupBy[") && name.endsWith("]")) {
                Group.parse(name.substring("filterGroupBy[".length(), name.length() - 1))
                        .ifPresentOrElse(group -> filters.put(group, values), () -> unknown(name, faults));
            }
        });
        return filters;
    }

    private static void unknown(String field, Faults faults) {
        faults.add(
                field,
                "is not known",
                "Use subject, "
                        + String.join(
                                ", ",
                                Stream.of(Group.values()).map(Group::value).toList()) + ".");
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

    private static ZoneId zone(Context ctx, Faults faults) {
        String name = ctx.queryParam("windowTimeZone");
        if (name == null) {
            return TimeZones.UTC;
        }
        return TimeZones.parse(name).orElseGet(() -> {
            faults.add("windowTimeZone", "is not a time zone", TimeZones.REMEDY);
            return TimeZones.UTC;
        });
    }

    static Instant time(Context ctx, String name, Instant otherwise, Faults faults) {
        String text = ctx.queryParam(name);
        if (text == null) {
            return otherwise;
        }
        try {
            OffsetDateTime time = OffsetDateTime.parse(text);
            if (time.getYear() >= 1970 && time.getYear() <= 2999) {
                return time.toInstant();
            }
        } catch (DateTimeException e) {
            // Told below, with times that are too far away.
        }
        faults.add(name, "is no time", "Send one such as 2026-11-30T12:00:00Z.");
        return otherwise;
    }
}

package com.promptmanage.query.request;

import java.time.ZoneId;
import java.util.Optional;
import java.util.Set;

/**
 * The time zones a request may name: those of the IANA database. Not any offset: a day that begins at seven minutes past
 * is none that rows of a quarter of an hour add up to.
 */
public final class TimeZones {

    public static final String REMEDY = "Use an IANA name such as Europe/Berlin or UTC.";

    /** By the name that people know, which {@link java.time.ZoneOffset#UTC} does not have. */
    public static final ZoneId UTC = ZoneId.of("UTC");

    private static final Set<String> NAMES = Set.copyOf(ZoneId.getAvailableZoneIds());

    private TimeZones() {}

    public static Optional<ZoneId> parse(String name) {
        return NAMES.contains(name) ? Optional.of(ZoneId.of(name)) : Optional.empty();
    }
}

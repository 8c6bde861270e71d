package com.promptmanage.query.request;

import com.promptmanage.service.http.Faults;
import io.javalin.http.Context;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The time zones a request may name: those of the IANA database. Not any offset: a day that begins at seven minutes past
 * is none that rows of a quarter of an hour add up to.
 */
public final class TimeZones {

    public static final String REMEDY = "Use an IANA name such as Europe/Berlin or UTC.";

    /** By the name that people know, which {@link java.time.ZoneOffset#UTC} does not have. */
    public static final ZoneId UTC = ZoneId.of("UTC");

    private static final Set<String> NAMES = Set.copyOf(ZoneId.getAvailableZoneIds());

    /** Names of the IANA database that Java leaves out, with what that database links them to. */
    private static final Map<String, String> LINKS = Map.of(
            "EST", "America/Panama",
            "MST", "America/Phoenix",
            "HST", "Pacific/Honolulu",
            "ROC", "Asia/Taipei",
            "GMT+0", "Etc/GMT",
            "GMT-0", "Etc/GMT");

    private TimeZones() {}

    /**
     * As the parameter {@code timezone} names it.
     *
     * @param otherwise of a request without the parameter
     * @param faults takes what is wrong with it
     */
    public static ZoneId read(Context ctx, Supplier<ZoneId> otherwise, Faults faults) {
        @Nullable String name = ctx.queryParam("timezone");
        if (name == null) {
            return otherwise.get();
        }
        Optional<ZoneId> zone = parse(name);
        if (zone.isEmpty()) {
            faults.add("timezone", "is not a time zone", REMEDY);
        }
        return zone.orElse(UTC);
    }

    public static Optional<ZoneId> parse(String name) {
        String known = LINKS.getOrDefault(name, name);
        return NAMES.contains(known) ? Optional.of(ZoneId.of(known)) : Optional.empty();
    }
}

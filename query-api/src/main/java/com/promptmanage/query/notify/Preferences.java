package com.promptmanage.query.notify;

import com.promptmanage.topics.budget.Severity;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the channels of one account are used for.
 *
 * @param minimumLevel what matters less is not sent
 * @param types of alerts that are sent
 * @param channels ids of those that are used; null for all
 * @param quietHours null for none
 * @param digest null for each alert by itself
 */
record Preferences(
        Severity minimumLevel,
        Set<AlertType> types,
        @Nullable Set<String> channels,
        @Nullable QuietHours quietHours,
        @Nullable Digest digest) {

    /** Of who has not said anything: everything, at once. */
    static final Preferences DEFAULTS =
            new Preferences(Severity.INFO, EnumSet.allOf(AlertType.class), null, null, null);

    Preferences {
        types = Set.copyOf(types);
        channels = channels == null ? null : Set.copyOf(channels);
    }

    /**
     * As they are with the channels that are left. Where none is left of those that were chosen, all are used: who chose some
     * wants to be told. Who chose none from the beginning does not.
     *
     * @param there ids of all channels of the account
     */
    Preferences among(Set<String> there) {
        if (channels == null || there.containsAll(channels)) {
            return this;
        }
        var left = new HashSet<>(channels);
        left.retainAll(there);
        return new Preferences(minimumLevel, types, left.isEmpty() ? null : left, quietHours, digest);
    }

    /** When what comes at a moment, and goes alone, is sent: then, unless it is quiet. */
    Instant alone(Instant moment) {
        Instant end = quietHours == null ? null : quietHours.endIfQuiet(moment);
        return end == null ? moment : end;
    }

    /** When what comes at a moment, and may go with others, is sent. */
    Instant together(Instant moment) {
        return digest == null ? alone(moment) : digest.next(moment);
    }

    /** A part of each day, over midnight if it ends before it begins. */
    record QuietHours(LocalTime start, LocalTime end, ZoneId zone) {

        QuietHours {
            if (start.equals(end)) {
                throw new IllegalArgumentException("quiet hours that end as they begin are none");
            }
        }

        /** When they end; null if it is not quiet at that moment. */
        @Nullable
        Instant endIfQuiet(Instant moment) {
            ZonedDateTime local = moment.atZone(zone);
            LocalTime time = local.toLocalTime();
            boolean overMidnight = end.isBefore(start);
            boolean quiet = overMidnight
                    ? !time.isBefore(start) || time.isBefore(end)
                    : !time.isBefore(start) && time.isBefore(end);
            return quiet ? endAfter(local) : null;
        }

        /** In the second of two hours that clocks show alike, the end that is still to come is not tomorrow's. */
        private Instant endAfter(ZonedDateTime local) {
            Instant next = nextAt(local, end);
            ZonedDateTime later = local.toLocalDate().atTime(end).atZone(zone).withLaterOffsetAtOverlap();
            return later.isAfter(local) && later.toInstant().isBefore(next) ? later.toInstant() : next;
        }
    }

    /** Once a day, all that came since. */
    record Digest(LocalTime at, ZoneId zone) {

        Instant next(Instant moment) {
            return nextAt(moment.atZone(zone), at);
        }
    }

    /** The first moment after this one at which clocks show that time; on the day they skip it, when they go on. */
    private static Instant nextAt(ZonedDateTime after, LocalTime time) {
        ZonedDateTime today = after.toLocalDate().atTime(time).atZone(after.getZone());
        ZonedDateTime next = today.isAfter(after)
                ? today
                : after.toLocalDate().plusDays(1).atTime(time).atZone(after.getZone());
        return next.toInstant();
    }
}

package com.promptmanage.query.notify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.notify.Preferences.Digest;
import com.promptmanage.query.notify.Preferences.QuietHours;
import com.promptmanage.query.request.Fields;
import com.promptmanage.query.request.TimeZones;
import com.promptmanage.service.http.Faults;
import com.promptmanage.topics.budget.Severity;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Preferences as the API takes, keeps and answers them. */
final class PreferencesJson {

    private static final Set<String> FIELDS = Set.of("minimumLevel", "alertTypes", "channels", "quietHours", "digest");

    private static final int CHANNELS_MAX = 200;

    private PreferencesJson() {}

    /** Adds to the faults what is wrong; what is left out is as if nobody had said anything. */
    static Preferences read(Fields fields, Faults faults) {
        fields.refuseOthersThan(FIELDS);
        Severity minimumLevel = fields.parsed("minimumLevel", Severity::parse, "Use info, warning or critical.")
                .orElse(Severity.INFO);
        var read = new Preferences(
                minimumLevel,
                types(fields),
                channels(fields),
                fields.object("quietHours").flatMap(PreferencesJson::quietHours).orElse(null),
                fields.object("digest").flatMap(PreferencesJson::digest).orElse(null));
        faults.check();
        return read;
    }

    /**
     * As {@link #read(Fields, Faults)}, and what is chosen must be a channel of the account.
     *
     * @param there ids of all channels of the account
     */
    static Preferences read(Fields fields, Set<String> there, Faults faults) {
        fields.node("channels")
                .filter(ids -> ids.isArray() && ids.size() <= CHANNELS_MAX)
                .ifPresent(ids -> refuseOthersThan(there, ids, fields));
        return read(fields, faults);
    }

    private static void refuseOthersThan(Set<String> there, JsonNode ids, Fields fields) {
        for (int i = 0; i < ids.size(); i++) {
            if (!ids.get(i).isTextual() || !there.contains(ids.get(i).textValue())) {
                fields.fault(
                        "channels[%d]".formatted(i),
                        "is not the id of a channel of this account",
                        "Use ids that its list of notification channels shows, or null for all of them.");
            }
        }
    }

    static ObjectNode write(Preferences preferences) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("minimumLevel", preferences.minimumLevel().value());
        var types = json.putArray("alertTypes");
        preferences.types().stream().sorted().map(AlertType::code).forEach(types::add);
        Set<String> chosen = preferences.channels();
        if (chosen == null) {
            json.putNull("channels");
        } else {
            var channels = json.putArray("channels");
            chosen.stream().sorted().forEach(channels::add);
        }
        QuietHours quietHours = preferences.quietHours();
        json.set(
                "quietHours",
                quietHours == null
                        ? null
                        : JsonNodeFactory.instance
                                .objectNode()
                                .put("start", quietHours.start().toString())
                                .put("end", quietHours.end().toString())
                                .put("timezone", quietHours.zone().getId()));
        Digest digest = preferences.digest();
        json.set(
                "digest",
                digest == null
                        ? null
                        : JsonNodeFactory.instance
                                .objectNode()
                                .put("at", digest.at().toString())
                                .put("timezone", digest.zone().getId()));
        return json;
    }

    private static Set<AlertType> types(Fields fields) {
        var types = EnumSet.noneOf(AlertType.class);
        Optional<JsonNode> array = fields.array("alertTypes");
        if (array.isEmpty()) {
            return EnumSet.allOf(AlertType.class);
        }
        int wrong = 0;
        // More wrong ones than there are right ones make the answer long, and help nobody.
        for (int i = 0; i < array.get().size() && wrong < AlertType.values().length; i++) {
            Optional<AlertType> type = AlertType.parse(array.get().get(i).asText());
            type.ifPresent(types::add);
            if (type.isEmpty()) {
                wrong++;
                fields.fault(
                        "alertTypes[%d]".formatted(i),
                        "is not known",
                        "Use some of "
                                + Arrays.stream(AlertType.values())
                                        .map(AlertType::code)
                                        .collect(Collectors.joining(", "))
                                + ".");
            }
        }
        return types;
    }

    private static @Nullable Set<String> channels(Fields fields) {
        Optional<JsonNode> array = fields.array("channels");
        if (array.isEmpty()) {
            return null;
        }
        var channels = new LinkedHashSet<String>();
        if (array.get().size() > CHANNELS_MAX) {
            fields.fault("channels", "has too many entries", "Send at most %d ids.".formatted(CHANNELS_MAX));
            return channels;
        }
        array.get().forEach(id -> channels.add(id.asText()));
        return channels;
    }

    private static Optional<QuietHours> quietHours(Fields fields) {
        fields.refuseOthersThan(Set.of("start", "end", "timezone"));
        Optional<LocalTime> start = time(fields, "start");
        Optional<LocalTime> end = time(fields, "end");
        Optional<ZoneId> zone = zone(fields);
        if (start.isPresent() && start.equals(end)) {
            fields.fault("end", "is the same as start", "Send another time, or quietHours: null for none.");
            return Optional.empty();
        }
        return start.flatMap(from -> end.flatMap(to -> zone.map(in -> new QuietHours(from, to, in))));
    }

    private static Optional<Digest> digest(Fields fields) {
        fields.refuseOthersThan(Set.of("at", "timezone"));
        Optional<LocalTime> at = time(fields, "at");
        Optional<ZoneId> zone = zone(fields);
        return at.flatMap(when -> zone.map(in -> new Digest(when, in)));
    }

    private static Optional<LocalTime> time(Fields fields, String name) {
        fields.missing(name, "Send a time of day such as \"22:00\".");
        return fields.parsed(
                name,
                text -> text.matches("([01]\\d|2[0-3]):[0-5]\\d")
                        ? Optional.of(LocalTime.parse(text))
                        : Optional.<LocalTime>empty(),
                "Send a time of day such as \"22:00\".");
    }

    private static Optional<ZoneId> zone(Fields fields) {
        fields.missing("timezone", TimeZones.REMEDY);
        return fields.parsed("timezone", TimeZones::parse, TimeZones.REMEDY);
    }
}

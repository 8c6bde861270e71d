package com.promptmanage.query.meters;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.request.Fields;
import com.promptmanage.topics.usage.UsageEvent;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is sent to define a meter, or to change one. What is wrong with it is among the faults; it is not to be used then.
 *
 * @param name null for the slug
 * @param fixed what never changes; null when a meter is changed
 */
record MeterForm(
        @Nullable String name,
        @Nullable String description,
        Map<String, String> metadata,
        Map<String, JsonPath> groups,
        @Nullable Fixed fixed) {

    private static final Pattern SLUG = Pattern.compile("[a-z0-9]+(_[a-z0-9]+)*");

    private static final Pattern GROUP = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");

    private static final int SLUG_LENGTH_MAX = 64;

    private static final int TEXT_LENGTH_MAX = 1_024;

    private static final int GROUPS_MAX = 20;

    private static final int METADATA_MAX = 50;

    private static final String OUR_TYPES = "com.promptmanage.";

    private static final String PATH_REMEDY =
            "Send a path of names and places, such as $.bytes or $.items[0]['max size'], of at most 16 steps.";

    /** What a meter keeps for good: with another of these it would be another meter. */
    record Fixed(
            String slug,
            Aggregation aggregation,
            String eventType,
            @Nullable Instant eventFrom,
            @Nullable JsonPath value) {}

    MeterForm {
        metadata = Map.copyOf(metadata);
        groups = Map.copyOf(groups);
    }

    static MeterForm ofNew(Fields fields) {
        fields.refuseOthersThan(Set.of(
                "slug",
                "name",
                "description",
                "metadata",
                "aggregation",
                "eventType",
                "eventFrom",
                "valueProperty",
                "groupBy"));
        return of(fields, fixed(fields));
    }

    static MeterForm ofChange(Fields fields) {
        fields.refuseOthersThan(Set.of("name", "description", "metadata", "groupBy"));
        return of(fields, null);
    }

    private static MeterForm of(Fields fields, @Nullable Fixed fixed) {
        return new MeterForm(
                text(fields, "name"),
                text(fields, "description"),
                members(fields, "metadata", METADATA_MAX, MeterForm::metadata),
                members(fields, "groupBy", GROUPS_MAX, MeterForm::group),
                fixed);
    }

    private static @Nullable Fixed fixed(Fields fields) {
        fields.missing("slug", "Send lower-case letters and digits, with underscores between them.");
        fields.missing("aggregation", "Send SUM, COUNT, UNIQUE_COUNT, AVG, MIN, MAX or LATEST.");
        fields.missing("eventType", "Send the type of the events.");
        Optional<String> slug = fields.text("slug").filter(text -> isSlug(fields, text));
        Optional<Aggregation> aggregation = fields.parsed(
                "aggregation", Aggregation::parse, "Send SUM, COUNT, UNIQUE_COUNT, AVG, MIN, MAX or LATEST.");
        Optional<String> type = fields.id("eventType");
        if (type.isPresent() && type.get().startsWith(OUR_TYPES)) {
            fields.fault(
                    "eventType",
                    type.get().equals(UsageEvent.TYPE) ? "is token usage" : "is ours",
                    "Ask tokens_total, cost or calls, which are there, or name a type of your own.");
        }
        Optional<Instant> from =
                fields.parsed("eventFrom", MeterQuery::parse, "Send one such as 2026-11-30T12:00:00Z.");
        Optional<JsonPath> value = fields.parsed("valueProperty", JsonPath::parse, PATH_REMEDY);
        aggregation.ifPresent(of -> {
            if (of == Aggregation.COUNT && fields.has("valueProperty")) {
                fields.fault("valueProperty", "is there for a count", "Leave it out: a count looks at no value.");
            } else if (of != Aggregation.COUNT) {
                fields.missing("valueProperty", PATH_REMEDY);
            }
        });
        if (slug.isEmpty() || aggregation.isEmpty() || type.isEmpty()) {
            return null;
        }
        return new Fixed(slug.get(), aggregation.get(), type.get(), from.orElse(null), value.orElse(null));
    }

    private static boolean isSlug(Fields fields, String text) {
        if (text.length() > SLUG_LENGTH_MAX || !SLUG.matcher(text).matches()) {
            fields.fault(
                    "slug",
                    "is not of the form that names of meters have",
                    "Send at most 64 lower-case letters and digits, with underscores between them.");
            return false;
        }
        if (TokenMeter.parse(text).isPresent()) {
            fields.fault("slug", "is a meter that is there for everyone", "Choose another.");
            return false;
        }
        return true;
    }

    private static @Nullable String text(Fields fields, String name) {
        Optional<String> text = fields.text(name);
        if (text.isPresent() && (text.get().isBlank() || text.get().length() > TEXT_LENGTH_MAX)) {
            fields.fault(name, "is blank or too long", "Send 1 to 1024 characters.");
        }
        return text.orElse(null);
    }

    /** A member of an object, or why it is none. */
    private sealed interface Member<T> {

        record Right<T>(T value) implements Member<T> {}

        record Wrong<T>(String detail, String remedy) implements Member<T> {}
    }

    private static <T> Map<String, T> members(
            Fields fields, String name, int countMax, Function<Map.Entry<String, JsonNode>, Member<T>> read) {
        var members = new HashMap<String, T>();
        if (fields.object(name).isEmpty()) {
            return members;
        }
        JsonNode object = fields.node(name).orElseThrow();
        if (object.size() > countMax) {
            fields.fault(name, "has more than %d members".formatted(countMax), "Leave some out.");
            return members;
        }
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            switch (read.apply(member)) {
                case Member.Right<T> right -> members.put(member.getKey(), right.value());
                case Member.Wrong<T> wrong -> fields.fault(name, wrong.detail(), wrong.remedy());
            }
        }
        return members;
    }

    private static Member<JsonPath> group(Map.Entry<String, JsonNode> member) {
        String name = member.getKey();
        if (!GROUP.matcher(name).matches() || name.equals("subject")) {
            return new Member.Wrong<>(
                    "has a name that no group can have",
                    "Name groups by letters, digits and underscores; subject is always there.");
        }
        Optional<JsonPath> path =
                member.getValue().isTextual() && canBeKept(member.getValue().textValue())
                        ? JsonPath.parse(member.getValue().textValue())
                        : Optional.empty();
        return path.isPresent()
                ? new Member.Right<>(path.get())
                : new Member.Wrong<>("has no path for " + name, PATH_REMEDY);
    }

    private static Member<String> metadata(Map.Entry<String, JsonNode> member) {
        return member.getValue().isTextual()
                        && canBeKept(member.getKey())
                        && canBeKept(member.getValue().textValue())
                ? new Member.Right<>(member.getValue().textValue())
                : new Member.Wrong<>("has what is no text", "Send texts of at most 1024 characters, by name.");
    }

    private static boolean canBeKept(String text) {
        return text.length() <= TEXT_LENGTH_MAX
                && text.codePoints()
                        .noneMatch(c -> c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE));
    }
}

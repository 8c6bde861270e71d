package com.promptmanage.runner.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.journal.AlertWishes;
import com.promptmanage.runner.journal.WorkflowRow;
import com.promptmanage.runner.journal.WorkflowRow.ExecutionMode;
import com.promptmanage.runner.journal.WorkflowRow.Status;
import com.promptmanage.runner.trigger.TriggerConfig;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.account.Account;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a caller sends to make or change a workflow. What is absent keeps its value, or gets the default.
 *
 * @param teamId whose it shall be; only when it is made
 * @param baseVersion the version that the change was made from; a change from another one is refused
 * @param baseUpdatedAt updatedAt of the workflow that the change was made from; a change from an older one is refused
 * @param note what changed, for the list of versions
 */
record WorkflowForm(
        @Nullable String teamId,
        @Nullable String name,
        @Nullable String description,
        @Nullable JsonNode definition,
        @Nullable String executionMode,
        @Nullable String status,
        @Nullable List<String> tags,
        @Nullable String category,
        @Nullable Integer maxConcurrentRuns,
        @Nullable JsonNode triggerConfig,
        @Nullable JsonNode notifications,
        @Nullable Integer baseVersion,
        @Nullable String baseUpdatedAt,
        @Nullable String note) {

    private static final int NAME_MAX = 200;

    private static final int TEXT_MAX = 10_000;

    private static final int TAGS_MAX = 50;

    static final int TAG_MAX = 100;

    private static final int JSON_CHARS_MAX = 64 << 10;

    WorkflowRow made(String id, Account account, String createdBy, Instant at, Faults faults) {
        // As the database keeps it: whoever changes it next says what it was made at.
        Instant now = at.truncatedTo(ChronoUnit.MICROS);
        if (name == null) {
            faults.add("name", "is missing", "Give the workflow a name of 1 to %d characters.".formatted(NAME_MAX));
        }
        var empty = new WorkflowRow(
                id,
                account,
                createdBy,
                "",
                "",
                null,
                List.of(),
                Status.DRAFT,
                ExecutionMode.MANUAL,
                1,
                1,
                null,
                null,
                now,
                now,
                null);
        return changed(empty, empty.version(), now, faults);
    }

    /** The version, and the time of the last change, are those that the change was made from, as far as they are said. */
    WorkflowRow changed(WorkflowRow before, Faults faults) {
        return changed(
                before,
                baseVersion == null ? before.version() : baseVersion,
                baseUpdatedAt(faults).orElse(before.updatedAt()),
                faults);
    }

    private WorkflowRow changed(WorkflowRow before, int version, Instant updatedAt, Faults faults) {
        text("name", name, 1, NAME_MAX, faults);
        text("description", description, 0, TEXT_MAX, faults);
        text("category", category, 0, NAME_MAX, faults);
        text("note", note, 0, TEXT_MAX, faults);
        tags(faults);
        if (maxConcurrentRuns != null && (maxConcurrentRuns < 1 || maxConcurrentRuns > 1000)) {
            faults.add("maxConcurrentRuns", "is " + maxConcurrentRuns, "Send 1 to 1000.");
        }
        json("triggerConfig", triggerConfig, faults);
        if (triggerConfig != null && triggerConfig.isObject()) {
            faults.addAll(TriggerConfig.faults(triggerConfig));
        }
        json("notifications", notifications, faults);
        if (notifications != null && notifications.isObject()) {
            AlertWishes.check(notifications, faults);
        }
        return new WorkflowRow(
                before.id(),
                before.account(),
                before.createdBy(),
                name == null ? before.name() : name.strip(),
                description == null ? before.description() : description,
                category == null ? before.category() : category,
                tags == null ? before.tags() : tags,
                oneOf("status", status, Status.class, faults).orElse(before.status()),
                oneOf("executionMode", executionMode, ExecutionMode.class, faults)
                        .orElse(before.executionMode()),
                version,
                maxConcurrentRuns == null ? before.maxConcurrentRuns() : maxConcurrentRuns,
                triggerConfig == null ? before.triggerConfig() : stored(triggerConfig),
                notifications == null ? before.notifications() : stored(notifications),
                before.createdAt(),
                updatedAt,
                before.lastExecutedAt());
    }

    private Optional<Instant> baseUpdatedAt(Faults faults) {
        if (baseUpdatedAt == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(baseUpdatedAt));
        } catch (DateTimeException e) {
            faults.add("baseUpdatedAt", "is no time", "Send updatedAt as it was read, with every digit.");
            return Optional.empty();
        }
    }

    static <E extends Enum<E>> Optional<E> oneOf(String field, @Nullable String value, Class<E> type, Faults faults) {
        if (value == null) {
            return Optional.empty();
        }
        Optional<E> found = Arrays.stream(type.getEnumConstants())
                .filter(constant -> constant.name().toLowerCase(Locale.ROOT).equals(value))
                .findFirst();
        if (found.isEmpty()) {
            faults.add(
                    field,
                    "is '%s'".formatted(value),
                    "Use one of %s."
                            .formatted(Arrays.stream(type.getEnumConstants())
                                    .map(constant -> constant.name().toLowerCase(Locale.ROOT))
                                    .collect(Collectors.joining(", "))));
        }
        return found;
    }

    private static void text(String field, @Nullable String value, int min, int max, Faults faults) {
        if (value != null && (value.strip().length() < min || value.length() > max || value.indexOf('\0') >= 0)) {
            faults.add(
                    field,
                    "has %d characters".formatted(value.length()),
                    "Send %d to %d characters, none of them NUL.".formatted(min, max));
        }
    }

    /** Whether a workflow may have it. */
    static boolean isTag(@Nullable String tag) {
        return tag != null && !tag.isBlank() && tag.length() <= TAG_MAX && tag.indexOf('\0') < 0;
    }

    private void tags(Faults faults) {
        if (tags == null) {
            return;
        }
        boolean fine = tags.size() <= TAGS_MAX && tags.stream().allMatch(WorkflowForm::isTag);
        if (!fine) {
            faults.add(
                    "tags",
                    "has a blank or long tag, or too many",
                    "Send at most %d tags of 1 to %d characters.".formatted(TAGS_MAX, TAG_MAX));
        }
    }

    private static void json(String field, @Nullable JsonNode value, Faults faults) {
        if (value != null
                && !value.isNull()
                && (!value.isObject() || value.toString().length() > JSON_CHARS_MAX)) {
            faults.add(field, "is no object, or too large", "Send an object, or null for none.");
        }
    }

    private static @Nullable String stored(JsonNode json) {
        return json.isNull() ? null : new String(Json.bytes(json), java.nio.charset.StandardCharsets.UTF_8);
    }
}

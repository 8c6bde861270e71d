package com.promptmanage.runner.trigger;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.journal.StoredJson;
import com.promptmanage.service.database.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which active workflows wait for which events of their account. Read again every few seconds; for one thread. */
public final class EventFilters {

    private static final Duration READ_EVERY = Duration.ofSeconds(2);

    private final Database database;

    private Map<String, List<Wanted>> byAccount = Map.of();

    private long readNanos = System.nanoTime() - READ_EVERY.toNanos();

    public EventFilters(Database database) {
        this.database = database;
    }

    /**
     * What one workflow waits for.
     *
     * @param eventType the CloudEvents type; empty for any
     * @param filter members of the event's data, those within others after a dot, and the values that they must have
     */
    record Wanted(String workflowId, String eventType, JsonNode filter) {

        /** What a workflow waits for by this config; empty if that is no event, or it cannot be said which. */
        static Optional<Wanted> of(String workflowId, JsonNode config) {
            // A filter that cannot be read must not pass for none: every event would run the workflow.
            return config.path("type").asText().equals(TriggerConfig.EVENT)
                            && TriggerConfig.faults(config).isEmpty()
                    ? Optional.of(
                            new Wanted(workflowId, config.path("eventType").asText(""), config.path("filter")))
                    : Optional.empty();
        }

        boolean matches(JsonNode event) {
            // Its own calls would run it again and again.
            boolean isOwn = event.at("/data/workflowId").asText().equals(workflowId);
            if (isOwn || !(eventType.isEmpty() || event.path("type").asText().equals(eventType))) {
                return false;
            }
            for (Map.Entry<String, JsonNode> one : filter.properties()) {
                JsonNode actual = member(event.path("data"), one.getKey());
                JsonNode expected = one.getValue();
                boolean fits = expected.isArray() ? contains(expected, actual) : isSame(expected, actual);
                if (!fits) {
                    return false;
                }
            }
            return true;
        }

        /** The member of that name, or else, within the one named before the first dot, that of the rest: a tag's name may have dots. */
        private static JsonNode member(JsonNode data, String name) {
            JsonNode within = data;
            String rest = name;
            for (int dot = rest.indexOf('.'); !within.has(rest) && dot >= 0; dot = rest.indexOf('.')) {
                within = within.path(rest.substring(0, dot));
                rest = rest.substring(dot + 1);
            }
            return within.path(rest);
        }

        private static boolean contains(JsonNode list, JsonNode actual) {
            for (JsonNode one : list) {
                if (isSame(one, actual)) {
                    return true;
                }
            }
            return false;
        }

        /** As texts, and numbers however they are written; what is null is no text. */
        private static boolean isSame(JsonNode expected, JsonNode actual) {
            if (!actual.isValueNode() || actual.isNull()) {
                return false;
            }
            return actual.asText().equals(expected.asText())
                    || (hasEnd(expected)
                            && hasEnd(actual)
                            && expected.decimalValue().compareTo(actual.decimalValue()) == 0);
        }

        /** Whether it is a number, and none beyond what a double holds. */
        private static boolean hasEnd(JsonNode value) {
            return value.isNumber() && (!(value.isDouble() || value.isFloat()) || Double.isFinite(value.doubleValue()));
        }
    }

    List<Wanted> of(String account) {
        if (System.nanoTime() - readNanos >= READ_EVERY.toNanos()) {
            byAccount = read();
            readNanos = System.nanoTime();
        }
        return byAccount.getOrDefault(account, List.of());
    }

    private Map<String, List<Wanted>> read() {
        var read = new HashMap<String, List<Wanted>>();
        database.useAsSystem(handle -> handle.createQuery("""
                        SELECT id, account, trigger_config FROM workflows
                        WHERE status = 'active' AND deleted_at IS NULL AND trigger_config IS NOT NULL
                        """)
                .map((row, ctx) -> {
                    JsonNode config = StoredJson.read(row.getString("trigger_config"));
                    String account = row.getString("account");
                    Wanted.of(row.getString("id"), config)
                            .ifPresent(wanted -> read.computeIfAbsent(account, one -> new ArrayList<>())
                                    .add(wanted));
                    return config;
                })
                .list());
        return read;
    }
}

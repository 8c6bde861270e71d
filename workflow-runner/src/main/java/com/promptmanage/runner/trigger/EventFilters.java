package com.promptmanage.runner.trigger;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.journal.StoredJson;
import com.promptmanage.service.database.Database;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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
     * @param filter members of the event's data and the values that they must have
     */
    record Wanted(String workflowId, String eventType, JsonNode filter) {

        boolean matches(JsonNode event) {
            // Its own calls would run it again and again.
            boolean isOwn = event.at("/data/workflowId").asText().equals(workflowId);
            if (isOwn || !(eventType.isEmpty() || event.path("type").asText().equals(eventType))) {
                return false;
            }
            for (Map.Entry<String, JsonNode> one : filter.properties()) {
                JsonNode actual = event.path("data").path(one.getKey());
                JsonNode expected = one.getValue();
                boolean fits = expected.isArray()
                        ? contains(expected, actual)
                        : actual.asText().equals(expected.asText()) && !actual.isMissingNode();
                if (!fits) {
                    return false;
                }
            }
            return true;
        }

        private static boolean contains(JsonNode list, JsonNode actual) {
            for (JsonNode one : list) {
                if (one.asText().equals(actual.asText())) {
                    return !actual.isMissingNode();
                }
            }
            return false;
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
                    if (config.path("type").asText().equals("event")) {
                        read.computeIfAbsent(row.getString("account"), account -> new ArrayList<>())
                                .add(new Wanted(
                                        row.getString("id"),
                                        config.path("eventType").asText(""),
                                        config.path("filter")));
                    }
                    return config;
                })
                .list());
        return read;
    }
}

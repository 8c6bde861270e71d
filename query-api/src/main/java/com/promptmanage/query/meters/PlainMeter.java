package com.promptmanage.query.meters;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A meter that people have defined on events of a type that is not ours.
 *
 * @param value what is added up; null for a count
 * @param eventFrom events before it are left out; null for none
 * @param groups the path to each group's value, by the group's name
 */
record PlainMeter(
        String id,
        String slug,
        String name,
        @Nullable String description,
        Aggregation aggregation,
        String eventType,
        @Nullable Instant eventFrom,
        @Nullable JsonPath value,
        Map<String, JsonPath> groups,
        Map<String, String> metadata,
        Instant createdAt,
        Instant updatedAt)
        implements Meter {

    PlainMeter {
        groups = Map.copyOf(groups);
        metadata = Map.copyOf(metadata);
    }

    @Override
    public List<String> groupNames() {
        return groups.keySet().stream().sorted().toList();
    }

    @Override
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", id);
        json.put("slug", slug);
        json.put("name", name);
        if (description != null) {
            json.put("description", description);
        }
        json.put("aggregation", aggregation.name());
        json.put("eventType", eventType);
        if (eventFrom != null) {
            json.put("eventFrom", eventFrom.toString());
        }
        if (value != null) {
            json.put("valueProperty", value.text());
        }
        json.set("groupBy", groupsJson());
        json.set("metadata", metadataJson());
        json.put("createdAt", createdAt.toString());
        json.put("updatedAt", updatedAt.toString());
        return json;
    }

    ObjectNode groupsJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        groupNames().forEach(group -> json.put(group, path(group).text()));
        return json;
    }

    ObjectNode metadataJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        new TreeMap<>(metadata).forEach(json::put);
        return json;
    }

    /** The path of a group that it has. */
    JsonPath path(String group) {
        JsonPath path = groups.get(group);
        if (path == null) {
            throw new IllegalStateException("the meter %s has no group %s".formatted(slug, group));
        }
        return path;
    }
}

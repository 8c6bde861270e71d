package com.promptmanage.runner.source;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Data sources and syncs as the API writes them. */
final class DataSourceJson {

    private DataSourceJson() {}

    static ObjectNode of(DataSource source) {
        DataSource.Draft draft = source.draft();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", source.id());
        json.put("account", source.account().value());
        json.put("name", draft.name());
        json.put("description", draft.description());
        json.put("type", draft.type());
        json.set("config", draft.config());
        json.put("credentialId", draft.credentialId());
        json.put("status", source.status().value());
        json.put("syncFrequency", draft.frequency().value());
        json.put("syncMode", draft.mode().value());
        json.put("sinceField", draft.sinceField());
        json.put("lastSyncAt", text(source.lastSyncAt()));
        json.put("nextSyncAt", text(source.nextSyncAt()));
        json.put("errorLog", source.errorLog());
        json.put("errorCount", source.errorCount());
        json.put("createdBy", source.createdBy());
        json.put("createdAt", source.createdAt().toString());
        json.put("updatedAt", source.updatedAt().toString());
        return json;
    }

    static ObjectNode of(Sync sync) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", sync.id());
        json.put("dataSourceId", sync.dataSourceId());
        json.put("mode", sync.mode().value());
        json.put("status", sync.status().value());
        json.put("triggeredBy", sync.triggeredBy());
        json.put("startedAt", sync.startedAt().toString());
        json.put("completedAt", text(sync.completedAt()));
        json.put("recordsFetched", sync.counts().fetched());
        json.put("recordsProcessed", sync.counts().processed());
        json.put("recordsFailed", sync.counts().failed());
        json.put("bytesTransferred", sync.counts().bytes());
        json.put("errorMessage", sync.errorMessage());
        json.set("errorDetails", sync.errorDetails());
        return json;
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }
}

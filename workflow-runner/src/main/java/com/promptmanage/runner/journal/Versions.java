package com.promptmanage.runner.journal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.promptmanage.runner.definition.DefinitionJson;
import com.promptmanage.service.database.Database;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** The versions that executions pin. They never change, so they are read once. Safe for use by several threads. */
public final class Versions {

    private static final int CACHED_MAX = 1_000;

    private final Cache<Key, Pinned> cache =
            Caffeine.newBuilder().maximumSize(CACHED_MAX).build();

    private record Key(String workflowId, int version) {}

    /**
     * @param handle that may see the version
     * @throws IllegalStateException if there is no such version
     */
    Pinned get(Handle handle, String workflowId, int version) {
        var key = new Key(workflowId, version);
        Pinned known = cache.getIfPresent(key);
        if (known != null) {
            return known;
        }
        Pinned read = definition(handle, workflowId, version)
                .map(json -> pinned(key, json))
                .orElseThrow(() ->
                        new IllegalStateException("workflow %s has no version %d".formatted(workflowId, version)));
        cache.put(key, read);
        return read;
    }

    /** Makes a version ready, if there is such a one. To do so while a transaction holds locks keeps others waiting for a large one. */
    void prepare(Database database, String workflowId, int version) {
        var key = new Key(workflowId, version);
        if (cache.getIfPresent(key) == null) {
            Optional<String> read = database.asSystem(handle -> definition(handle, workflowId, version));
            read.ifPresent(json -> cache.put(key, pinned(key, json)));
        }
    }

    private static Pinned pinned(Key key, String json) {
        return Pinned.of(
                key.workflowId(),
                key.version(),
                DefinitionJson.read(json.getBytes(StandardCharsets.UTF_8)).definition());
    }

    static Optional<String> definition(Handle handle, String workflowId, int version) {
        return handle.createQuery(
                        "SELECT definition FROM workflow_versions WHERE workflow_id = :workflow AND version = :version")
                .bind("workflow", workflowId)
                .bind("version", version)
                .mapTo(String.class)
                .findOne();
    }
}

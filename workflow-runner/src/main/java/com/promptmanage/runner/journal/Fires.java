package com.promptmanage.runner.journal;

import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** By which key which execution was begun or taken up, so that the same wish once more is no other. */
final class Fires {

    private Fires() {}

    /** The execution of that key; always empty for null. */
    static Optional<String> find(Handle handle, String workflowId, @Nullable String key) {
        if (key == null) {
            return Optional.empty();
        }
        return handle.createQuery("""
                        SELECT execution_id FROM workflow_fires WHERE workflow_id = :workflow AND dedupe_key = :key
                        """)
                .bind("workflow", workflowId)
                .bind("key", key)
                .mapTo(String.class)
                .findOne();
    }

    static void add(Handle handle, String workflowId, String key, String executionId, Instant now) {
        handle.createUpdate("""
                        INSERT INTO workflow_fires (workflow_id, dedupe_key, execution_id, fired_at)
                        VALUES (:workflow, :key, :execution, :now)
                        """)
                .bind("workflow", workflowId)
                .bind("key", key)
                .bind("execution", executionId)
                .bind("now", Change.at(now))
                .execute();
    }
}

package com.promptmanage.runner.journal;

import com.promptmanage.service.id.Ids;
import java.nio.charset.StandardCharsets;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Values too large to stand in a row that is written often: they are kept beside it. */
final class Payloads {

    /** The most that stands in a row itself, bytes. */
    static final int INLINE_BYTES_MAX = 64 << 10;

    private final Ids ids;

    Payloads(Ids ids) {
        this.ids = ids;
    }

    /** Where a value is: here, or under an id. */
    record Place(@Nullable String inline, @Nullable String payloadId) {}

    Place put(Handle handle, String executionId, String json) {
        // A character takes one to three bytes: only what is near the limit is measured.
        if (json.length() <= INLINE_BYTES_MAX / 3) {
            return new Place(json, null);
        }
        int bytes = json.getBytes(StandardCharsets.UTF_8).length;
        if (bytes <= INLINE_BYTES_MAX) {
            return new Place(json, null);
        }
        String id = ids.next("pay");
        handle.createUpdate("""
                        INSERT INTO payloads (id, execution_id, bytes, content)
                        VALUES (:id, :execution, :bytes, :content)
                        """)
                .bind("id", id)
                .bind("execution", executionId)
                .bind("bytes", bytes)
                .bind("content", json)
                .execute();
        return new Place(null, id);
    }
}

package com.promptmanage.query.plain;

import java.time.Instant;

/**
 * An event as it is kept.
 *
 * @param subject whom its producer named, else its user
 * @param dataJson an object that the database can keep
 * @param receivedAt when the broker had it
 * @param position of its record in the partition
 */
record PlainEvent(
        Identity identity,
        Instant time,
        String type,
        String subject,
        String dataJson,
        Instant receivedAt,
        long position) {

    /** What tells it from another. */
    record Identity(String account, String source, String id) {}
}

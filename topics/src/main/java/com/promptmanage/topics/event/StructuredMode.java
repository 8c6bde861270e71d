package com.promptmanage.topics.event;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * CloudEvents' structured mode: the value of a record is the whole event. A header says so, by which the SDKs of CloudEvents tell it
 * from their binary mode.
 */
public final class StructuredMode {

    private static final RecordHeader CONTENT_TYPE = new RecordHeader(
            "content-type", "application/cloudevents+json; charset=utf-8".getBytes(StandardCharsets.UTF_8));

    private StructuredMode() {}

    /** Those of a record, to be added to. */
    public static Headers headers() {
        return new RecordHeaders(List.of(CONTENT_TYPE));
    }
}

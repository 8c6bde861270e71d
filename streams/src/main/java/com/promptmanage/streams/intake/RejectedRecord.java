package com.promptmanage.streams.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * A record that could not be counted, as it goes to {@code usage.rejected}: as it came, with the reason and the place that
 * it came from in headers.
 *
 * <p>It must go there whatever it is. What came packed may be larger than the topic takes, so that is cut, and the header
 * {@code pm-cut} says what it was.
 */
public final class RejectedRecord {

    /** Of key, value and the sender's headers together; the topic takes half a megabyte more. */
    private static final int WHOLE_BYTES_MAX = 3 << 19;

    private static final int KEY_BYTES_MAX = 1024;

    private static final int VALUE_BYTES_MAX = 1 << 20;

    private RejectedRecord() {}

    public static Record<byte[], byte[]> of(Record<byte[], byte[]> record, RecordMetadata from, Rejection rejection) {
        byte @Nullable [] key = record.key();
        byte @Nullable [] value = record.value();
        int headerBytes = bytesOf(record.headers());
        boolean whole = (long) length(key) + length(value) + headerBytes <= WHOLE_BYTES_MAX;
        Headers headers = whole ? new RecordHeaders(record.headers().toArray()) : new RecordHeaders();
        add(headers, "pm-reason", rejection.reason().value());
        add(headers, "pm-detail", rejection.detail());
        add(headers, "pm-topic", from.topic());
        add(headers, "pm-partition", Integer.toString(from.partition()));
        add(headers, "pm-offset", Long.toString(from.offset()));
        if (whole) {
            return new Record<>(key, value, record.timestamp(), headers);
        }
        add(
                headers,
                "pm-cut",
                "key of %d bytes, value of %d, headers of %d".formatted(length(key), length(value), headerBytes));
        return new Record<>(cut(key, KEY_BYTES_MAX), cut(value, VALUE_BYTES_MAX), record.timestamp(), headers);
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(UTF_8));
    }

    private static int bytesOf(Headers headers) {
        int bytes = 0;
        for (Header header : headers) {
            // A name is up to three bytes a character, and both have their length before them.
            bytes += 3 * header.key().length() + length(header.value()) + 10;
        }
        return bytes;
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private static byte @Nullable [] cut(byte @Nullable [] bytes, int max) {
        return bytes == null || bytes.length <= max ? bytes : Arrays.copyOf(bytes, max);
    }
}

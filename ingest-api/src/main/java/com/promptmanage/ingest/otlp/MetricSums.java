package com.promptmanage.ingest.otlp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The sums of one series but for the types of its tokens, which are told together: what is cached is within the input or beside it.
 *
 * @param series what tells it from others, with its start: as many digits as a hash has
 * @param attributes those of one of its points
 * @param resource not to be changed
 * @param sums by type
 */
record MetricSums(
        MetricUsage usage,
        String series,
        long startNanos,
        long endNanos,
        ObjectNode attributes,
        ObjectNode resource,
        Map<String, Long> sums) {

    MetricSums {
        sums = new TreeMap<>(sums);
    }

    /** About what one takes beside its attributes. */
    private static final int SERIES_BYTES = 512;

    /** About what an attribute takes beside its name and its value: what these are kept in, and its place. */
    private static final int ATTRIBUTE_BYTES = 96;

    private static final int VALUE_BYTES = 64;

    /** Of all points of a metric that count tokens; points of one series, time and type that come twice are one. */
    static Collection<MetricSums> of(MetricUsage usage, Metric metric) {
        var found = new LinkedHashMap<String, MetricSums>();
        for (Metric.Point point : metric.points()) {
            String type = point.attributes().path(usage.typeAttribute()).asText();
            if (usage.isCounted(type) && point.sum() != Metric.NO_COUNT) {
                String series = series(usage, metric, point);
                found.computeIfAbsent(
                                series + point.endNanos(),
                                none -> new MetricSums(
                                        usage,
                                        series,
                                        point.startNanos(),
                                        point.endNanos(),
                                        point.attributes(),
                                        metric.resource(),
                                        Map.of()))
                        .sums()
                        .put(type, point.sum());
            }
        }
        return found.values();
    }

    /** About how much memory it holds, its resource with it, of which it may be the only one. */
    long heldBytes() {
        return SERIES_BYTES + heldBytes(attributes) + heldBytes(resource);
    }

    private static long heldBytes(ObjectNode attributes) {
        long bytes = 0;
        for (Map.Entry<String, JsonNode> one : attributes.properties()) {
            bytes += ATTRIBUTE_BYTES + 2L * one.getKey().length() + heldBytes(one.getValue());
        }
        return bytes;
    }

    /** Of a value, or of a list of them. */
    private static long heldBytes(JsonNode value) {
        long bytes = VALUE_BYTES + (value.isTextual() ? 2L * value.textValue().length() : 0);
        for (JsonNode element : value) {
            bytes += heldBytes(element);
        }
        return bytes;
    }

    /** By what the sums since the point before are known again when they are sent again. */
    String deltaId() {
        return "%s/%s/%s".formatted(series, Long.toUnsignedString(endNanos), String.join(",", sums.keySet()));
    }

    /** Never to be changed: what was counted before would be counted again. */
    private static String series(MetricUsage usage, Metric metric, Metric.Point point) {
        MessageDigest digest = sha256();
        add(digest, metric.name());
        addAll(digest, metric.resource(), "");
        addAll(digest, point.attributes(), usage.typeAttribute());
        add(digest, Long.toUnsignedString(point.startNanos()));
        return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    private static void addAll(MessageDigest digest, ObjectNode attributes, String without) {
        var sorted = new TreeMap<String, JsonNode>();
        attributes.properties().forEach(one -> sorted.put(one.getKey(), one.getValue()));
        sorted.remove(without);
        add(digest, Integer.toString(sorted.size()));
        sorted.forEach((name, value) -> {
            add(digest, name);
            // A whole number is the same in both forms of an export.
            add(
                    digest,
                    value.isNumber() ? value.decimalValue().stripTrailingZeros().toString() : value.toString());
        });
    }

    private static void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update((byte) (bytes.length >> 16));
        digest.update((byte) (bytes.length >> 8));
        digest.update((byte) bytes.length);
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}

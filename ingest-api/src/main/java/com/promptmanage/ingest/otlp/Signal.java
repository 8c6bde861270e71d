package com.promptmanage.ingest.otlp;

import java.util.Locale;

/** What an address takes. The names are those of OTLP's JSON and its answers. */
enum Signal {
    TRACES("resourceSpans", "scopeSpans", "spans", "rejectedSpans"),
    LOGS("resourceLogs", "scopeLogs", "logRecords", "rejectedLogRecords"),
    METRICS("resourceMetrics", "scopeMetrics", "metrics", "rejectedDataPoints");

    private final String resources;

    private final String scopes;

    private final String records;

    private final String rejected;

    Signal(String resources, String scopes, String records, String rejected) {
        this.resources = resources;
        this.scopes = scopes;
        this.records = records;
        this.rejected = rejected;
    }

    String resources() {
        return resources;
    }

    String scopes() {
        return scopes;
    }

    String records() {
        return records;
    }

    /** The member of an answer that says how many were not taken. */
    String rejected() {
        return rejected;
    }

    /** As a tag of a meter, and in identities of events: never to be changed. */
    String value() {
        return name().toLowerCase(Locale.ROOT);
    }
}

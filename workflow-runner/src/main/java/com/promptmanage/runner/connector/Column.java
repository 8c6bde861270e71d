package com.promptmanage.runner.connector;

import java.util.Locale;

/** @param isWritable whether a record may be written with it */
public record Column(String name, Kind kind, boolean isWritable) {

    /** What a column holds. Written values are JSON: the connector makes of them what its own type needs. */
    public enum Kind {
        TEXT,
        NUMBER,
        BOOLEAN,
        DATE,
        URL,
        EMAIL,
        /** One of some words. */
        CHOICE,
        /** Some of some words, as a list of texts. */
        CHOICES,
        JSON;

        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

package com.promptmanage.topics;

import java.util.Map;

/**
 * One Kafka topic.
 *
 * @param spread how many partitions it has
 * @param config the topic's own settings, by Kafka's names
 */
public record Topic(String name, Spread spread, Map<String, String> config) {

    /** How a topic's partitions are counted. */
    public enum Spread {
        /** As many as every other topic that feeds the metering: the same account lies in the same partition number. */
        WITH_ACCOUNTS,
        /** One, because its records are few and wanted in one order. */
        SINGLE
    }

    public Topic {
        config = Map.copyOf(config);
    }
}

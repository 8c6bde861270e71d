package com.promptmanage.streams;

import com.promptmanage.streams.execution.ExecutionsSupplier;
import com.promptmanage.topics.Topics;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.Topology;

/**
 * What adds up workflow executions. An application of its own beside the metering: a backlog of executions must not hold up
 * spend and alerts, and they share nothing but the account that keys them.
 */
public final class ExecutionsTopology {

    private static final String EXECUTIONS = "executions";

    private ExecutionsTopology() {}

    public static Topology of(ExecutionsSupplier executions) {
        String source = "read-" + Topics.EXECUTION_EVENTS.name();
        return new Topology()
                .addSource(
                        source,
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer(),
                        Topics.EXECUTION_EVENTS.name())
                .addProcessor(EXECUTIONS, executions, source)
                .addSink(
                        "write-" + Topics.USAGE_REJECTED.name(),
                        Topics.USAGE_REJECTED.name(),
                        new ByteArraySerializer(),
                        new ByteArraySerializer(),
                        EXECUTIONS);
    }
}

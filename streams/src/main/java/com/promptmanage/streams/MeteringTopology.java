package com.promptmanage.streams;

import com.promptmanage.streams.meter.MeterSupplier;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;

/**
 * What the application is made of, in the order of the data. One sub-topology: what must be decided together lies in one
 * partition, so there is nothing to repartition and no table that is not ordered with the stream.
 */
public final class MeteringTopology {

    private static final String METER = "meter";

    private MeteringTopology() {}

    /** @param meter makes the meter of each partition */
    public static Topology of(ProcessorSupplier<byte[], byte[], byte[], byte[]> meter) {
        var topology = new Topology();
        for (var topic : MeterSupplier.READS) {
            topology.addSource(
                    "read-" + topic.name(), new ByteArrayDeserializer(), new ByteArrayDeserializer(), topic.name());
        }
        topology.addProcessor(
                METER,
                meter,
                MeterSupplier.READS.stream()
                        .map(topic -> "read-" + topic.name())
                        .toArray(String[]::new));
        for (var topic : MeterSupplier.WRITES) {
            topology.addSink(
                    MeterSupplier.sink(topic),
                    topic.name(),
                    new ByteArraySerializer(),
                    new ByteArraySerializer(),
                    METER);
        }
        return topology;
    }
}

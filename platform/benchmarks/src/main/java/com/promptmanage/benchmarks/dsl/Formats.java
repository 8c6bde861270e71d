package com.promptmanage.benchmarks.dsl;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.BudgetCodec;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.ModelPriceCodec;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * How records are written inside of the topology.
 *
 * @param events for reading only
 * @param prices for reading only; a price that was read once is not parsed again
 * @param budgets likewise
 */
record Formats(
        Serde<UsageEvent> events,
        Serde<List<ModelPrice>> prices,
        Serde<List<Budget>> budgets,
        Serde<Rated> rated,
        Serde<Sums> sums) {

    /** Jackson, as most would. */
    static Formats json() {
        var mapper = new ObjectMapper();
        return new Formats(
                eventSerde(),
                remembered(ModelPriceCodec::readAll),
                remembered(BudgetCodec::readAll),
                jackson(mapper, Rated.class),
                jackson(mapper, Sums.class));
    }

    /** As small and quick as is sensible. */
    static Formats binary() {
        return new Formats(
                eventSerde(),
                remembered(ModelPriceCodec::readAll),
                remembered(BudgetCodec::readAll),
                Serdes.serdeFrom(
                        (topic, rated) -> rated == null ? null : write(rated),
                        (topic, bytes) -> bytes == null ? null : readRated(bytes)),
                Serdes.serdeFrom(
                        (topic, sums) -> sums == null ? null : write(sums),
                        (topic, bytes) -> bytes == null ? null : readSums(bytes)));
    }

    private static Serde<UsageEvent> eventSerde() {
        return Serdes.serdeFrom(
                (topic, event) -> UsageEventCodec.write(event), (topic, bytes) -> UsageEventCodec.read(bytes));
    }

    private static <T> Serde<T> remembered(Function<byte[], T> reader) {
        Map<ByteBuffer, T> known = new ConcurrentHashMap<>();
        return Serdes.serdeFrom(
                (topic, value) -> {
                    throw new UnsupportedOperationException(topic + " is only read");
                },
                (topic, bytes) -> known.computeIfAbsent(ByteBuffer.wrap(bytes), buffer -> reader.apply(bytes)));
    }

    private static <T> Serde<T> jackson(ObjectMapper mapper, Class<T> type) {
        ObjectWriter writer = mapper.writerFor(type);
        ObjectReader reader = mapper.readerFor(type);
        return Serdes.serdeFrom(
                (topic, value) -> {
                    try {
                        return value == null ? null : writer.writeValueAsBytes(value);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                (topic, bytes) -> {
                    try {
                        return bytes == null ? null : reader.readValue(bytes);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    private static byte[] write(Rated rated) {
        var bytes = new ByteArrayOutputStream(200);
        try (var out = new DataOutputStream(bytes)) {
            for (String text : List.of(
                    rated.id(),
                    rated.account(),
                    rated.userId(),
                    rated.model(),
                    rated.provider(),
                    rated.workflowId(),
                    rated.promptId(),
                    rated.apiKeyId(),
                    rated.executionType())) {
                out.writeUTF(text);
            }
            out.writeLong(rated.timeMs());
            out.writeLong(rated.inputTokens());
            out.writeLong(rated.outputTokens());
            out.writeLong(rated.costNanoUsd());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static Rated readRated(byte[] bytes) {
        try (var in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            return new Rated(
                    in.readUTF(),
                    in.readUTF(),
                    in.readUTF(),
                    in.readUTF(),
                    in.readUTF(),
                    in.readUTF(),
                    in.readUTF(),
                    in.readUTF(),
                    in.readUTF(),
                    in.readLong(),
                    in.readLong(),
                    in.readLong(),
                    in.readLong());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] write(Sums sums) {
        return ByteBuffer.allocate(4 * Long.BYTES)
                .putLong(sums.events())
                .putLong(sums.inputTokens())
                .putLong(sums.outputTokens())
                .putLong(sums.costNanoUsd())
                .array();
    }

    private static Sums readSums(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new Sums(in.getLong(), in.getLong(), in.getLong(), in.getLong());
    }
}

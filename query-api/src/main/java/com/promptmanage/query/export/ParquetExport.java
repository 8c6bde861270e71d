package com.promptmanage.query.export;

import static java.util.Objects.requireNonNull;
import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.timestampType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BOOLEAN;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;
import static org.apache.parquet.schema.Type.Repetition.OPTIONAL;
import static org.apache.parquet.schema.Type.Repetition.REQUIRED;

import com.promptmanage.query.history.UsageEntry;
import com.promptmanage.topics.usage.TokenKind;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;
import org.jspecify.annotations.Nullable;

/**
 * Columns, named as those of CSV; of costs, nanoUSD only. Rows are held until a group of them is full, so that memory is that of
 * one group and of what the footer says of each group before.
 */
final class ParquetExport implements ExportFile {

    /** Of rows in memory; what they take as objects is about twice as much. */
    private static final long GROUP_BYTES = 8L << 20;

    private static final int PAGE_BYTES = 256 << 10;

    private static final List<Column> COLUMNS = Stream.of(
                    Stream.of(
                            new Column(
                                    Types.primitive(INT64, REQUIRED)
                                            .as(timestampType(true, TimeUnit.MILLIS))
                                            .named("time"),
                                    number(entry -> entry.time().toEpochMilli())),
                            text("account", REQUIRED, UsageEntry::account),
                            text("userId", REQUIRED, UsageEntry::userId),
                            text("model", REQUIRED, UsageEntry::model),
                            text("provider", OPTIONAL, UsageEntry::provider),
                            text("executionType", REQUIRED, UsageEntry::executionType),
                            text("promptId", OPTIONAL, UsageEntry::promptId),
                            text("runId", OPTIONAL, UsageEntry::runId),
                            text("workflowId", OPTIONAL, UsageEntry::workflowId),
                            text("executionId", OPTIONAL, UsageEntry::executionId),
                            text("nodeId", OPTIONAL, UsageEntry::nodeId),
                            text("apiKeyId", OPTIONAL, UsageEntry::apiKeyId),
                            text("conversationId", OPTIONAL, UsageEntry::conversationId),
                            text("serviceTier", OPTIONAL, UsageEntry::serviceTier),
                            text("source", REQUIRED, UsageEntry::source),
                            text("id", REQUIRED, UsageEntry::id),
                            numberOrNull("durationMs", UsageEntry::durationMs)),
                    Stream.of(TokenKind.values())
                            .map(kind -> whole(
                                    kind.field() + "Tokens",
                                    entry -> entry.counts().get(kind))),
                    Stream.of(
                            whole("totalTokens", UsageEntry::totalTokens),
                            numberOrNull("costNanoUsd", UsageEntry::costNanoUsd),
                            new Column(
                                    Types.primitive(BOOLEAN, REQUIRED).named("unpriced"),
                                    (entry, field, to) -> field.write(to, () -> to.addBoolean(entry.unpriced()))),
                            text("priceId", OPTIONAL, UsageEntry::priceId),
                            text("tags", REQUIRED, UsageEntry::tags)))
            .flatMap(columns -> columns)
            .toList();

    private static final MessageType SCHEMA =
            new MessageType("usage", COLUMNS.stream().map(Column::type).toList());

    /** Those of {@link #COLUMNS}, made once and not for each of millions of rows. */
    private static final List<Field> FIELDS = IntStream.range(0, COLUMNS.size())
            .mapToObj(i -> new Field(COLUMNS.get(i).type().getName(), i))
            .toList();

    private final ParquetWriter<UsageEntry> writer;

    ParquetExport(OutputStream output) throws IOException {
        this.writer = new Builder(new StreamedFile(output))
                .withRowGroupSize(GROUP_BYTES)
                .withPageSize(PAGE_BYTES)
                .withDictionaryPageSize(PAGE_BYTES)
                .withCompressionCodec(CompressionCodecName.SNAPPY)
                .build();
    }

    @Override
    public void write(UsageEntry entry) throws IOException {
        writer.write(entry);
    }

    @Override
    public void end() throws IOException {
        writer.close();
    }

    /** Where a value belongs in a row. */
    private record Field(String name, int index) {

        void write(RecordConsumer to, Runnable value) {
            to.startField(name, index);
            value.run();
            to.endField(name, index);
        }
    }

    private interface Value {
        void write(UsageEntry entry, Field field, RecordConsumer to);
    }

    private record Column(Type type, Value value) {}

    private static Column text(String name, Type.Repetition repetition, Function<UsageEntry, @Nullable String> value) {
        return new Column(Types.primitive(BINARY, repetition).as(stringType()).named(name), (entry, field, to) -> {
            String text = value.apply(entry);
            if (text != null) {
                field.write(to, () -> to.addBinary(Binary.fromString(text)));
            }
        });
    }

    private static Column whole(String name, ToLongFunction<UsageEntry> value) {
        return new Column(Types.primitive(INT64, REQUIRED).named(name), number(value));
    }

    private static Column numberOrNull(String name, Function<UsageEntry, @Nullable Long> value) {
        return new Column(Types.primitive(INT64, OPTIONAL).named(name), (entry, field, to) -> {
            Long number = value.apply(entry);
            if (number != null) {
                field.write(to, () -> to.addLong(number));
            }
        });
    }

    private static Value number(ToLongFunction<UsageEntry> value) {
        return (entry, field, to) -> field.write(to, () -> to.addLong(value.applyAsLong(entry)));
    }

    // The library names Hadoop's configuration where it asks for the rows' writer; nothing is read from it.
    @SuppressWarnings("deprecation")
    private static final class Builder extends ParquetWriter.Builder<UsageEntry, Builder> {

        Builder(StreamedFile file) {
            super(file);
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        protected WriteSupport<UsageEntry> getWriteSupport(Configuration configuration) {
            return new Rows();
        }
    }

    @SuppressWarnings("deprecation")
    private static final class Rows extends WriteSupport<UsageEntry> {

        private @Nullable RecordConsumer consumer;

        @Override
        public WriteContext init(Configuration configuration) {
            return new WriteContext(SCHEMA, Map.of());
        }

        @Override
        public void prepareForWrite(RecordConsumer recordConsumer) {
            this.consumer = recordConsumer;
        }

        @Override
        public void write(UsageEntry entry) {
            RecordConsumer to = requireNonNull(consumer);
            to.startMessage();
            for (int i = 0; i < COLUMNS.size(); i++) {
                COLUMNS.get(i).value().write(entry, FIELDS.get(i), to);
            }
            to.endMessage();
        }
    }
}

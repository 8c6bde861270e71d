package com.promptmanage.query.export;

import com.promptmanage.query.csv.CsvLine;
import com.promptmanage.query.history.UsageEntry;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.usage.TokenKind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** How an export is written. */
enum ExportFormat {
    /** RFC 4180, with a line of names. */
    CSV("csv", "text/csv;charset=utf-8") {
        @Override
        void begin(OutputStream output) throws IOException {
            output.write(CsvLine.bytes(COLUMNS.stream().map(Column::name).toList()));
        }

        @Override
        void write(OutputStream output, UsageEntry entry, boolean isFirst) throws IOException {
            output.write(CsvLine.bytes(
                    COLUMNS.stream().map(column -> column.of(entry)).toList()));
        }

        @Override
        void end(OutputStream output) {
            // A file of lines ends with its last line.
        }
    },
    /** One array; what ends before its bracket is not whole. */
    JSON("json", "application/json") {
        @Override
        void begin(OutputStream output) throws IOException {
            output.write('[');
        }

        @Override
        void write(OutputStream output, UsageEntry entry, boolean isFirst) throws IOException {
            output.write((isFirst ? "\n" : ",\n").getBytes(StandardCharsets.US_ASCII));
            output.write(Json.bytes(entry));
        }

        @Override
        void end(OutputStream output) throws IOException {
            output.write("\n]\n".getBytes(StandardCharsets.US_ASCII));
        }
    };

    private static final List<Column> COLUMNS = Stream.of(
                    Stream.of(
                            Column.text("time", entry -> entry.time().toString()),
                            Column.text("account", UsageEntry::account),
                            Column.text("userId", UsageEntry::userId),
                            Column.text("model", UsageEntry::model),
                            Column.text("provider", UsageEntry::provider),
                            Column.text("executionType", UsageEntry::executionType),
                            Column.text("promptId", UsageEntry::promptId),
                            Column.text("runId", UsageEntry::runId),
                            Column.text("workflowId", UsageEntry::workflowId),
                            Column.text("executionId", UsageEntry::executionId),
                            Column.text("nodeId", UsageEntry::nodeId),
                            Column.text("apiKeyId", UsageEntry::apiKeyId),
                            Column.text("conversationId", UsageEntry::conversationId),
                            Column.text("serviceTier", UsageEntry::serviceTier),
                            Column.text("source", UsageEntry::source),
                            Column.text("id", UsageEntry::id),
                            Column.number("durationMs", UsageEntry::durationMs)),
                    Stream.of(TokenKind.values())
                            .map(kind -> Column.number(
                                    kind.field() + "Tokens",
                                    entry -> entry.counts().get(kind))),
                    Stream.of(
                            Column.number("totalTokens", UsageEntry::totalTokens),
                            new Column("costUsd", entry -> empty(entry.cost())),
                            Column.number("costNanoUsd", UsageEntry::costNanoUsd),
                            new Column("unpriced", entry -> Boolean.toString(entry.unpriced())),
                            Column.text("priceId", UsageEntry::priceId),
                            Column.text("tags", UsageEntry::tags)))
            .flatMap(columns -> columns)
            .toList();

    private final String code;

    private final String contentType;

    ExportFormat(String code, String contentType) {
        this.code = code;
        this.contentType = contentType;
    }

    /** The name in requests, and the ending of files. */
    String code() {
        return code;
    }

    String contentType() {
        return contentType;
    }

    abstract void begin(OutputStream output) throws IOException;

    abstract void write(OutputStream output, UsageEntry entry, boolean isFirst) throws IOException;

    abstract void end(OutputStream output) throws IOException;

    /** A cell of each line. */
    private record Column(String name, Function<UsageEntry, String> cell) {

        static Column text(String name, Function<UsageEntry, @Nullable Object> value) {
            return new Column(name, entry -> CsvLine.text(value.apply(entry)));
        }

        static Column number(String name, Function<UsageEntry, @Nullable Object> value) {
            return new Column(name, entry -> empty(value.apply(entry)));
        }

        String of(UsageEntry entry) {
            return cell.apply(entry);
        }
    }

    private static String empty(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }
}

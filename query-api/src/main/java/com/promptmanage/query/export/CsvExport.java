package com.promptmanage.query.export;

import com.promptmanage.query.csv.CsvLine;
import com.promptmanage.query.history.UsageEntry;
import com.promptmanage.topics.usage.TokenKind;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A line of names, and a line for each event. */
final class CsvExport implements ExportFile {

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
                            Column.number("costUsd", UsageEntry::cost),
                            Column.number("costNanoUsd", UsageEntry::costNanoUsd),
                            Column.number("unpriced", UsageEntry::unpriced),
                            Column.text("priceId", UsageEntry::priceId),
                            Column.text("tags", UsageEntry::tags)))
            .flatMap(columns -> columns)
            .toList();

    private final OutputStream output;

    CsvExport(OutputStream output) throws IOException {
        this.output = output;
        output.write(CsvLine.bytes(COLUMNS.stream().map(Column::name).toList()));
    }

    @Override
    public void write(UsageEntry entry) throws IOException {
        output.write(CsvLine.bytes(
                COLUMNS.stream().map(column -> column.cell().apply(entry)).toList()));
    }

    @Override
    public void end() {
        // A file of lines ends with its last line.
    }

    /** A cell of each line. */
    private record Column(String name, Function<UsageEntry, String> cell) {

        static Column text(String name, Function<UsageEntry, @Nullable Object> value) {
            return new Column(name, entry -> CsvLine.text(value.apply(entry)));
        }

        /** What we write ourselves, and no spreadsheet runs. */
        static Column number(String name, Function<UsageEntry, @Nullable Object> value) {
            return new Column(name, entry -> {
                Object cell = value.apply(entry);
                return cell == null ? "" : cell.toString();
            });
        }
    }
}

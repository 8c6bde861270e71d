package com.promptmanage.query.export;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;

/** How an export is written. */
enum ExportFormat {
    /** RFC 4180, with a line of names. */
    CSV("csv", "text/csv;charset=utf-8"),
    /** One array; what ends before its bracket is not whole. */
    JSON("json", "application/json"),
    /** Columns; what ends before its footer is not whole. */
    PARQUET("parquet", "application/vnd.apache.parquet");

    private final String code;

    private final String contentType;

    ExportFormat(String code, String contentType) {
        this.code = code;
        this.contentType = contentType;
    }

    static Optional<ExportFormat> parse(String code) {
        return Arrays.stream(values())
                .filter(format -> format.code.equals(code))
                .findFirst();
    }

    /** The name in requests, and the ending of files. */
    String code() {
        return code;
    }

    String contentType() {
        return contentType;
    }

    /** Begins a file. */
    ExportFile begin(OutputStream output) throws IOException {
        return switch (this) {
            case CSV -> new CsvExport(output);
            case JSON -> new JsonExport(output);
            case PARQUET -> new ParquetExport(output);
        };
    }
}

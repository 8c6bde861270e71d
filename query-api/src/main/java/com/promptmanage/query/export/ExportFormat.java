package com.promptmanage.query.export;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;

/** How an export is written. */
enum ExportFormat {
    /** RFC 4180, with a line of names. */
    CSV("csv", "text/csv;charset=utf-8", CsvExport::new),
    /** One array; what ends before its bracket is not whole. */
    JSON("json", "application/json", JsonExport::new),
    /** Columns; what ends before its footer is not whole. */
    PARQUET("parquet", "application/vnd.apache.parquet", ParquetExport::new);

    private final String code;

    private final String contentType;

    private final Opening opening;

    private interface Opening {
        ExportFile on(OutputStream output) throws IOException;
    }

    ExportFormat(String code, String contentType, Opening opening) {
        this.code = code;
        this.contentType = contentType;
        this.opening = opening;
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
        return opening.on(output);
    }
}

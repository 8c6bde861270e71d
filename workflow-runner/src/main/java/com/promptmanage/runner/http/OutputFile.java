package com.promptmanage.runner.http;

import com.promptmanage.service.http.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** A file of outputs that is being written: lines of CSV, or an array of JSON. Without its end it is not whole, and does not look so. */
final class OutputFile {

    private final OutputStream stream;

    private final boolean isCsv;

    private String before = "\n";

    OutputFile(OutputStream stream, boolean isCsv) throws IOException {
        this.stream = stream;
        this.isCsv = isCsv;
        write(isCsv ? OutputRow.line(OutputRow.COLUMNS) : "[");
    }

    void write(OutputRow row) throws IOException {
        if (isCsv) {
            write(OutputRow.line(row.cells()));
        } else {
            write(before);
            stream.write(Json.bytes(row.json()));
            before = ",\n";
        }
    }

    void end() throws IOException {
        if (!isCsv) {
            write("\n]\n");
        }
        stream.flush();
    }

    private void write(String text) throws IOException {
        stream.write(text.getBytes(StandardCharsets.UTF_8));
    }
}

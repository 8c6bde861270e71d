package com.promptmanage.query.export;

import com.promptmanage.query.history.UsageEntry;
import com.promptmanage.service.http.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Events as the API tells them, one in each line of an array. */
final class JsonExport implements ExportFile {

    private final OutputStream output;

    private String before = "\n";

    JsonExport(OutputStream output) throws IOException {
        this.output = output;
        output.write('[');
    }

    @Override
    public void write(UsageEntry entry) throws IOException {
        output.write(before.getBytes(StandardCharsets.US_ASCII));
        output.write(Json.bytes(entry));
        before = ",\n";
    }

    @Override
    public void end() throws IOException {
        output.write("\n]\n".getBytes(StandardCharsets.US_ASCII));
    }
}

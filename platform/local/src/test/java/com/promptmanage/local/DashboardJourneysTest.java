package com.promptmanage.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What people do in the dashboard, done by a browser ({@code query-api/dashboard/journeys}) with the whole product behind it.
 * Needs Chromium, which bin/check installs.
 */
class DashboardJourneysTest {

    private static final Path DASHBOARD = Path.of("../../query-api/dashboard");

    @Test
    void peopleGetWhereTheyWantToGo(@TempDir Path directory) throws Exception {
        var options = Patience.in(directory, Map.of("PM_OUTBOUND_ALLOWED_RANGES", "127.0.0.0/8"));
        try (var stack = LocalStack.start(options)) {
            assertThat(stack.local().baseUrl()).isNotEmpty();
            // Not this process's own streams: by them Maven talks to it.
            Path output = directory.resolve("journeys.log");
            var builder = new ProcessBuilder("npm", "run", "--silent", "journeys")
                    .directory(DASHBOARD.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment()
                    .put("PRODUCT_LOCAL", directory.resolve("local.json").toString());
            Process journeys = builder.start();
            try {
                assertThat(journeys.waitFor(15, TimeUnit.MINUTES))
                        .as(() -> said(output))
                        .isTrue();
                assertThat(journeys.exitValue()).as(() -> said(output)).isZero();
            } finally {
                journeys.descendants().forEach(ProcessHandle::destroyForcibly);
                journeys.destroyForcibly();
            }
        }
    }

    private static String said(Path output) {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

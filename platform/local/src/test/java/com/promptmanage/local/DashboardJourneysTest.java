package com.promptmanage.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
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
        try (var stack = LocalStack.start(LocalStack.Options.in(directory))) {
            assertThat(stack.local().baseUrl()).isNotEmpty();
            var builder = new ProcessBuilder("npm", "run", "--silent", "journeys")
                    .directory(DASHBOARD.toFile())
                    .inheritIO();
            builder.environment()
                    .put("PRODUCT_LOCAL", directory.resolve("local.json").toString());
            Process journeys = builder.start();
            try {
                assertThat(journeys.waitFor(5, TimeUnit.MINUTES)).isTrue();
                assertThat(journeys.exitValue()).isZero();
            } finally {
                journeys.descendants().forEach(ProcessHandle::destroyForcibly);
                journeys.destroyForcibly();
            }
        }
    }
}

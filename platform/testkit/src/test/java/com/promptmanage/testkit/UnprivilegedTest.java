package com.promptmanage.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UnprivilegedTest {

    @TempDir
    Path directory;

    @Test
    void whoeverWeAreTheProgramDoesNotRunAsRoot() throws Exception {
        Process id = new ProcessBuilder(Unprivileged.way().command(List.of("id", "-u"))).start();

        assertThat(new String(id.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip())
                .isNotEqualTo("0");
    }

    @ParameterizedTest
    @EnumSource
    void aServerStartsInEveryWayThatTheMachineAllows(Unprivileged way) {
        assumeTrue(way.works(), "not allowed here");

        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(directory, EmbeddedPostgres.Options.DEFAULT, way)) {
            assertThat(postgres.isRunning()).isTrue();
            postgres.stop();
            postgres.start();
            assertThat(postgres.isRunning()).isTrue();
        }
    }
}

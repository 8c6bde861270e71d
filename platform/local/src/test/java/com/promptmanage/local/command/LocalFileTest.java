package com.promptmanage.local.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFileTest {

    private static final LocalFile LOCAL = new LocalFile(
            "http://127.0.0.1:8080", "127.0.0.1:9092", "jdbc:postgresql://x", "a@b.c", "secret", "pm_x", "t", "u", 42);

    @TempDir
    Path directory;

    @Test
    void tellsWhetherTheProcessThatWroteItStillRuns() throws Exception {
        Process ended = new ProcessBuilder("true").start();
        ended.waitFor();

        assertThat(of(ProcessHandle.current().pid()).hasRunningProcess()).isTrue();
        assertThat(of(ended.pid()).hasRunningProcess()).isFalse();
    }

    private static LocalFile of(long pid) {
        return new LocalFile("http://127.0.0.1:1", "k", "p", "a@b.c", "secret", "pm_x", "t", "u", pid);
    }

    @Test
    void isReadAsItWasWrittenUntilItIsRemoved() throws IOException {
        LOCAL.write(directory);

        assertThat(LocalFile.read(directory)).isEqualTo(LOCAL);

        LocalFile.remove(directory);
        LocalFile.remove(directory);
        assertThatThrownBy(() -> LocalFile.read(directory)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void isForItsOwnerAloneAndLeavesNothingBeside() throws IOException {
        LOCAL.write(directory);
        LOCAL.write(directory);

        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(LocalFile.in(directory));
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(LocalFile.in(directory))))
                .isEqualTo("rw-------");
        assertThat(LOCAL.toString()).doesNotContain("secret", "pm_x");
    }

    @Test
    void saysWhichFileIsNotOurs() throws IOException {
        Files.writeString(LocalFile.in(directory), "{\"baseUrl\": 1, \"colour\": 2}");

        assertThatThrownBy(() -> LocalFile.read(directory))
                .hasMessageContaining(LocalFile.in(directory).toString())
                .hasMessageContaining("is not what bin/up writes");
    }
}

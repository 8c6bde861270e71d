package com.promptmanage.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.local.command.LocalFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FailedStartTest {

    @TempDir
    Path directory;

    /** As when the demo cannot be started. */
    @Test
    void nobodyIsToldThatASystemIsReadyWhoseStartFailedAfterwards() throws Exception {
        var running = new Running();
        var cause = new IllegalStateException("the demo cannot be started");

        LocalStack.tellReady(
                new LocalFile("http://127.0.0.1:1", "k", "p", "a@b.c", "secret", "pm_x", "t", "u", 1),
                directory,
                running);
        assertThat(LocalFile.in(directory)).exists();
        running.closeAfter(cause);

        assertThat(LocalFile.in(directory)).doesNotExist();
        assertThat(cause.getSuppressed()).isEmpty();
    }
}

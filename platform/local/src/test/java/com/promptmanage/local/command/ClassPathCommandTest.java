package com.promptmanage.local.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When {@code bin/classpath} builds: here by a Maven that only notes that it was called, in a directory with nothing to build. */
class ClassPathCommandTest {

    private static final Path COMMAND = Path.of("..", "..", "bin", "classpath");

    @TempDir
    Path directory;

    private Path root = Path.of("");

    private Path jar = Path.of("");

    private Path noted = Path.of("");

    @BeforeEach
    void aCheckoutWithABlankInItsName() throws IOException {
        root = Files.createDirectories(directory.toRealPath().resolve("a checkout"));
        jar = Files.createFile(directory.toRealPath().resolve("library.jar"));
        noted = directory.resolve("builds");
        Files.createDirectories(root.resolve("platform/local/target/classes"));
        Files.createDirectories(root.resolve("bin"));
        Files.createDirectories(directory.resolve("programs"));
        Files.copy(COMMAND, root.resolve("bin/classpath"));
        script(root.resolve("bin/java-home"), "echo /nowhere");
        script(
                directory.resolve("programs/mvn"),
                "echo built >>'%s'; echo '%s' >platform/local/target/dependencies".formatted(noted, jar));
    }

    @Test
    void buildsOnceAndThenKnowsWhatItHasNoted() throws Exception {
        assertThat(classPath()).isEqualTo(root.resolve("platform/local/target/classes") + ":" + jar);
        assertThat(classPath()).isEqualTo(root.resolve("platform/local/target/classes") + ":" + jar);

        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void buildsAnewWhereTheCheckoutWasMoved() throws Exception {
        classPath();
        root = Files.move(root, root.resolveSibling("moved"));

        assertThat(classPath()).startsWith(root.resolve("platform/local/target/classes") + ":");
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void buildsAnewWhereALibraryIsGone() throws Exception {
        classPath();
        Files.delete(jar);

        classPath();
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void buildsAnewWhereTheDiskWasFullWhenItNotedWhatItHadBuilt() throws Exception {
        classPath();
        Files.writeString(
                root.resolve("platform/local/target/classpath"), root.resolve("platform/local/target/cl") + "\n");

        assertThat(classPath()).endsWith(":" + jar);
        assertThat(builds()).isEqualTo(2);
    }

    private long builds() throws IOException {
        return Files.readAllLines(noted).size();
    }

    private String classPath() throws Exception {
        var builder = new ProcessBuilder("bash", root.resolve("bin/classpath").toString())
                .redirectError(directory.resolve("errors").toFile());
        builder.environment()
                .merge("PATH", directory.resolve("programs").toString(), (path, ours) -> ours + ":" + path);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as(Files.readString(directory.resolve("errors")))
                .isZero();
        return said.strip();
    }

    private static void script(Path file, String body) throws IOException {
        Files.writeString(file, "#!/usr/bin/env bash\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }
}

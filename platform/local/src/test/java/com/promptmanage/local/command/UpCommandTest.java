package com.promptmanage.local.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code bin/up} does before it builds and starts anything: here it finds a build that only looks around. */
class UpCommandTest {

    private static final Path UP = Path.of("..", "..", "bin", "up");

    @TempDir
    Path directory;

    private Path data = Path.of("");

    @BeforeEach
    void aBuildThatTellsWhetherTheFileIsThere() throws IOException {
        data = Files.createDirectory(directory.resolve("data"));
        Files.copy(UP, directory.resolve("up"));
        script("java-home", "echo /nowhere");
        script(
                "classpath",
                "[[ -f '%s' ]] && echo 'is there' >&2 || echo 'is gone' >&2; exit 3".formatted(LocalFile.in(data)));
    }

    @Test
    void theFileThatAKilledProductLeftIsGoneBeforeAnythingIsBuilt() throws Exception {
        Process killed = new ProcessBuilder("true").start();
        killed.waitFor();
        ofProcess(killed.pid());

        assertThat(up("--data", data.toString())).isEqualTo("is gone");

        ofProcess(killed.pid());
        assertThat(up("--no-demo", "--data=" + data)).isEqualTo("is gone");
    }

    @Test
    void theFileOfAProductThatRunsStays() throws Exception {
        ofProcess(ProcessHandle.current().pid());

        assertThat(up("--data", data.toString())).isEqualTo("is there");
    }

    @Test
    void aDirectoryWithoutTheFileIsNoProblem() throws Exception {
        assertThat(up("--data", data.resolve("none").toString())).isEqualTo("is gone");
    }

    /** By a Java that says how much heap there may be, and then tells what it is started with. */
    @Test
    void theHeapKeepsToHalfOfWhatItMayBeAndGivesBackTheRest() throws Exception {
        Path jdk = directory.resolve("jdk");
        Files.createDirectories(jdk.resolve("bin"));
        script("jdk/bin/java", """
                if [[ $* == *PrintFlagsFinal* ]]; then
                  echo ' size_t MaxHeapSize = 4000000 {product} {ergonomic}'
                else
                  echo "$*" >&2
                  exit 3
                fi""");
        script("java-home", "echo '%s'".formatted(jdk));
        script("classpath", "echo classes");

        String command = up("--no-demo");

        assertThat(command.split(" "))
                .contains("-XX:+UseZGC", "-XX:SoftMaxHeapSize=2000000", "-XX:ZUncommitDelay=60")
                .noneMatch(argument -> argument.startsWith("-XX:InitialRAMPercentage"))
                .endsWith("-cp", "classes", "com.promptmanage.local.LocalMain", "--no-demo");
    }

    /** What it says on standard error until the build of this test ends it. */
    private String up(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("bash", "up"));
        command.addAll(List.of(arguments));
        Process process =
                new ProcessBuilder(command).directory(directory.toFile()).start();
        String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isEqualTo(3);
        return errors.strip();
    }

    private void ofProcess(long pid) throws IOException {
        new LocalFile("http://127.0.0.1:1", "k", "p", "a@b.c", "secret", "pm_x", "t", "u", pid).write(data);
    }

    private void script(String name, String body) throws IOException {
        Path script = Files.writeString(directory.resolve(name), "#!/usr/bin/env bash\n" + body + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }
}

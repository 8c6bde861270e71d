package com.promptmanage.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How to run a program that refuses to run as root, when we are root.
 *
 * <ol>
 *   <li>Not root: as it is.
 *   <li>In a user namespace of its own ({@code unshare -U}), where it sees itself as nobody and files stay ours. Many
 *       containers forbid it.
 *   <li>As user nobody with the one capability to pass through directories that are closed to it ({@code setpriv}); the
 *       data directory is given to nobody.
 * </ol>
 */
enum Unprivileged {
    AS_WE_ARE(""),
    IN_USER_NAMESPACE("unshare -U"),
    AS_NOBODY("setpriv --reuid=65534 --regid=65534 --clear-groups --securebits=+no_setuid_fixup"
            + " --inh-caps=-all,+dac_override --ambient-caps=-all,+dac_override");

    private final String prefix;

    Unprivileged(String prefix) {
        this.prefix = prefix;
    }

    /** The first way that works here. */
    static Unprivileged way() {
        for (Unprivileged way : values()) {
            if (way.works()) {
                return way;
            }
        }
        throw new IllegalStateException(
                "PostgreSQL does not run as root, and neither unshare -U nor setpriv works here: start as another user");
    }

    List<String> command(List<String> command) {
        return Stream.concat(
                        Pattern.compile(" ").splitAsStream(prefix).filter(word -> !word.isEmpty()), command.stream())
                .toList();
    }

    /** Lets the program own a directory and everything in it, as PostgreSQL demands of its data. */
    void own(Path directory) {
        if (this != AS_NOBODY) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList()) {
                Files.setAttribute(file, "unix:uid", 65534);
                Files.setAttribute(file, "unix:gid", 65534);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot give " + directory + " to nobody", e);
        }
    }

    boolean works() {
        try {
            Process id = new ProcessBuilder(command(List.of("id", "-u")))
                    .redirectErrorStream(true)
                    .start();
            String user = new String(id.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return id.waitFor(2, TimeUnit.MINUTES) && id.exitValue() == 0 && !user.equals("0");
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}

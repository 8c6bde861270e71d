package com.promptmanage.streams.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventIdIndexTest {

    private record Id(long hi, long lo) {}

    @TempDir
    Path temp;

    /** Small tables, so that ids are met again in the table, while it is written, in segments, and while those merge. */
    @ParameterizedTest
    @CsvSource({"1, 3000", "2, 6000", "64, 100000", "1024, 300000", "65536, 400000"})
    void answersAsASetOfAllIdsWould(int recentIdsMax, int calls) {
        Random random = new Random(recentIdsMax);
        Set<Id> oracle = new HashSet<>();
        List<Id> known = new ArrayList<>();
        try (EventIdIndex index = new EventIdIndex(temp.resolve("index"), recentIdsMax)) {
            for (int i = 0; i < calls; i++) {
                Id id = random.nextInt(3) == 0 && !known.isEmpty()
                        ? known.get(random.nextInt(known.size()))
                        : new Id(random.nextLong(), random.nextLong());
                boolean isNew = oracle.add(id);
                if (isNew) {
                    known.add(id);
                }
                if (index.addIfAbsent(id.hi(), id.lo(), i) != isNew) {
                    fail("call %d: %s is %s".formatted(i, id, isNew ? "new" : "a duplicate"));
                }
            }
            assertThat(index.footprint().ids()).isEqualTo(oracle.size());
            assertThat(known).noneMatch(id -> index.addIfAbsent(id.hi(), id.lo(), calls));
        }
    }

    /** Not what a hash gives: few different bits, the extremes, and halves that are equal. */
    @ParameterizedTest
    @ValueSource(ints = {16, 512})
    void answersRightForIdsThatAreNotSpread(int recentIdsMax) {
        long[] halves = new long[60];
        for (int i = 0; i < halves.length; i++) {
            halves[i] = switch (i % 5) {
                case 0 -> i / 5;
                case 1 -> -1L - i / 5;
                case 2 -> Long.MIN_VALUE + i / 5;
                case 3 -> Long.MAX_VALUE - i / 5;
                default -> 1L << i;
            };
        }
        Set<Id> oracle = new HashSet<>();
        try (EventIdIndex index = new EventIdIndex(temp.resolve("index"), recentIdsMax)) {
            for (int round = 0; round < 2; round++) {
                for (long hi : halves) {
                    for (long lo : halves) {
                        assertThat(index.addIfAbsent(hi, lo, round)).isEqualTo(oracle.add(new Id(hi, lo)));
                    }
                }
            }
        }
    }

    @Test
    void remembersTheIdThatIsAllZeros() {
        Random random = new Random(3);
        try (EventIdIndex index = new EventIdIndex(temp.resolve("index"), 16)) {
            assertThat(index.addIfAbsent(0, 0, 1)).isTrue();
            assertThat(index.addIfAbsent(0, 0, 1)).isFalse();
            for (int i = 0; i < 1_000; i++) {
                index.addIfAbsent(random.nextLong(), random.nextLong(), 1);
                assertThat(index.addIfAbsent(0, 0, 1)).isFalse();
            }
        }
    }

    @Test
    void forgetsSegmentsThatAreOlderAsAWholeAndNoYoungerId() {
        Random random = new Random(4);
        List<Id> ids = new ArrayList<>();
        int recentIdsMax = 256;
        int window = 5_000;
        try (EventIdIndex index = new EventIdIndex(temp.resolve("index"), recentIdsMax)) {
            for (int now = 0; now < 30_000; now++) {
                Id id = new Id(random.nextLong(), random.nextLong());
                ids.add(id);
                assertThat(index.addIfAbsent(id.hi(), id.lo(), now)).isTrue();
                if (now % 500 == 499) {
                    index.forgetBefore(now - window);
                    Id oldest = ids.get(Math.max(0, now - window));
                    assertThat(index.addIfAbsent(oldest.hi(), oldest.lo(), now)).isFalse();
                    assertThat(index.footprint().ids()).isBetween((long) Math.min(now, window), window + 2_000L);
                }
            }
            Id longForgotten = ids.get(0);
            assertThat(index.addIfAbsent(longForgotten.hi(), longForgotten.lo(), 30_000))
                    .isTrue();
        }
    }

    @Test
    void forgetsATableThatIsOlderAsAWhole() {
        try (EventIdIndex index = new EventIdIndex(temp.resolve("index"), 1024)) {
            index.addIfAbsent(1, 1, 10);
            index.addIfAbsent(2, 2, 20);

            index.forgetBefore(20);
            assertThat(index.addIfAbsent(1, 1, 20)).isFalse();

            index.forgetBefore(21);
            assertThat(index.footprint().ids()).isZero();
            assertThat(index.addIfAbsent(1, 1, 21)).isTrue();
        }
    }

    @Test
    void aSealedGenerationIsForgottenWhileItIsStillBeingWritten() throws IOException {
        try (EventIdIndex index = new EventIdIndex(temp.resolve("index"), 1024)) {
            for (int i = 0; i < 1_000; i++) {
                index.addIfAbsent(i, i, 10);
            }
            index.sealRecent();
            index.addIfAbsent(-1, -1, 20);

            index.forgetBefore(20);

            assertThat(index.footprint().ids()).isEqualTo(1);
            assertThat(filesIn(temp.resolve("index"))).isEmpty();
            assertThat(index.addIfAbsent(5, 5, 20)).isTrue();
            assertThat(index.addIfAbsent(-1, -1, 20)).isFalse();
        }
    }

    @Test
    void theNumberOfSegmentsStaysBounded() {
        Random random = new Random(5);
        try (EventIdIndex index = new EventIdIndex(temp.resolve("index"), 256)) {
            int most = 0;
            for (int i = 0; i < 200_000; i++) {
                index.addIfAbsent(random.nextLong(), random.nextLong(), i);
                most = Math.max(most, index.footprint().segments());
            }
            assertThat(most).isBetween(12, 20);
            assertThat(index.footprint().ids()).isEqualTo(200_000);
        }
    }

    @Test
    void idsReadAfterARestartMayComeTwice() {
        Random random = new Random(6);
        List<Id> ids = new ArrayList<>();
        try (EventIdIndex index = new EventIdIndex(temp.resolve("index"), 64)) {
            for (int i = 0; i < 5_000; i++) {
                ids.add(new Id(random.nextLong(), random.nextLong()));
            }
            for (int round = 0; round < 2; round++) {
                for (Id id : ids) {
                    index.add(id.hi(), id.lo(), round);
                }
            }
            for (Id id : ids) {
                assertThat(index.addIfAbsent(id.hi(), id.lo(), 2)).isFalse();
            }
        }
    }

    @Test
    void leavesNothingBehind() throws IOException {
        Path directory = temp.resolve("index");
        try (EventIdIndex index = new EventIdIndex(directory, 64)) {
            for (int i = 0; i < 1_000; i++) {
                index.addIfAbsent(i, i, i);
            }
            assertThat(filesIn(directory)).isNotEmpty();
        }
        assertThat(directory).doesNotExist();
    }

    @Test
    void removesWhatAProcessThatWasKilledLeft() throws IOException {
        Path directory = Files.createDirectories(temp.resolve("index"));
        Files.writeString(directory.resolve("00000001.ids"), "left");

        try (EventIdIndex index = new EventIdIndex(directory, 64)) {
            assertThat(filesIn(directory)).isEmpty();
            for (int i = 0; i < 1_000; i++) {
                assertThat(index.addIfAbsent(i, i, i)).isTrue();
            }
        }
    }

    @Test
    void anIdIsNotRememberedWhenAFileCannotBeWritten() throws IOException {
        Path notADirectory = Files.createFile(temp.resolve("file"));
        EventIdIndex index = new EventIdIndex(notADirectory.resolve("index"), 64);
        for (int i = 0; i < 64; i++) {
            assertThat(index.addIfAbsent(i, i, i)).isTrue();
        }

        assertThatThrownBy(() -> index.addIfAbsent(64, 64, 64))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("Cannot write the file of remembered event ids " + notADirectory)
                .hasMessageContaining("Make room");
        assertThatThrownBy(() -> index.addIfAbsent(64, 64, 64))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("failed before");
        assertThat(index.footprint().ids()).isEqualTo(64);
    }

    @Test
    void aFileThatIsCutShortIsNotTakenForOneWithoutTheId() throws IOException {
        Path directory = temp.resolve("index");
        try (EventIdIndex index = new EventIdIndex(directory, 64)) {
            for (int i = 0; i < 64 + 64; i++) {
                index.addIfAbsent(i, i, i);
            }
            for (Path file : filesIn(directory)) {
                Files.write(file, new byte[0]);
            }

            assertThatThrownBy(() -> index.addIfAbsent(5, 5, 200))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("Cannot read remembered event ids");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, (1 << 28) + 1})
    void aTableSizeThatCannotBeIsRefused(int recentIdsMax) {
        assertThatThrownBy(() -> new EventIdIndex(temp, recentIdsMax))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not " + recentIdsMax);
    }

    private static List<Path> filesIn(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}

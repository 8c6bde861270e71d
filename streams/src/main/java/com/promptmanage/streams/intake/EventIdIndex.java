package com.promptmanage.streams.intake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Remembers 128-bit ids exactly, in bounded memory: recent ones in a table on the heap, older ones in sorted files, each
 * behind a filter.
 *
 * <pre>
 *   addIfAbsent ─► recent table ─► frozen table ─► segment n … segment 1     (a filter each; a read only on its "perhaps")
 *                      └─ full: frozen ─ written, sorted ─► segment n+1      (neighbours are merged when there are many)
 * </pre>
 *
 * <p>The table holds at most a sixteenth of all ids, and at most {@code recentIdsMax}, so that many small indexes in one
 * process do not each take what a large one needs. Memory per id: 32 to 64 bytes in the table, 2.1 in a segment.
 *
 * <p>One thread. The files are derived data: they are of use to this object only and are removed with it. When one
 * cannot be written or read, the call throws before the id is remembered, and so does every later one.
 */
public final class EventIdIndex implements AutoCloseable {

    /** The largest table that an array can hold. */
    static final int RECENT_IDS_LIMIT = 1 << 28;

    private static final int RECENT_IDS_MIN = 1 << 18;
    private static final int RECENT_SHARE = 16;

    /** Each costs every new id a look into its filter, so not many; merging costs too, so not too few. */
    private static final int SEGMENTS_MAX = 12;

    /** Written per call while a segment is in the making: done long before the next table is full. */
    private static final int IDS_WRITTEN_PER_CALL = 16;

    private static final String FILE_SUFFIX = ".ids";

    private final Path directory;
    private final int recentIdsMax;
    private final ByteBuffer block = ByteBuffer.allocateDirect(EventIdSegment.BLOCK_BYTES);

    private EventIdTable recent = new EventIdTable();
    private int recentIdsNow;
    private @Nullable Sealing sealing;
    private @Nullable Merging merging;
    /** By age, the oldest first. */
    private final List<EventIdSegment> segments = new ArrayList<>();

    private EventIdFilters filters = new EventIdFilters(List.of());

    private long size;
    private int filesMade;
    private @Nullable RuntimeException failure;

    /** A full table and the segment that it is becoming. */
    private record Sealing(EventIdTable table, EventIdSegmentBuild build) {}

    /** Two neighbours and the segment that will replace them. */
    private record Merging(EventIdSegment older, EventIdSegment younger, EventIdSegmentBuild build) {}

    /**
     * What an index takes up now.
     *
     * @param ids how many ids are remembered
     * @param segments how many files they are in
     * @param fileBytes their size
     * @param heapBytes of the table, the filters and the rest that grows with the ids
     */
    public record Footprint(long ids, int segments, long fileBytes, long heapBytes) {}

    /**
     * An index without ids.
     *
     * @param directory for this index alone; what an earlier one left there is removed
     * @param recentIdsMax most ids in the table; rounded down to a power of two
     */
    public EventIdIndex(Path directory, int recentIdsMax) {
        if (recentIdsMax < 1 || recentIdsMax > RECENT_IDS_LIMIT) {
            throw new IllegalArgumentException(
                    "recentIdsMax must be between 1 and " + RECENT_IDS_LIMIT + ", not " + recentIdsMax);
        }
        this.directory = directory;
        this.recentIdsMax = Integer.highestOneBit(recentIdsMax);
        recentIdsNow = recentIdsFor(0);
        removeLeftovers();
    }

    /**
     * Remembers an id.
     *
     * @param arrivalMs when it arrived; {@link #forgetBefore} speaks of the same time
     * @return false if it was remembered already
     * @throws UncheckedIOException if a file cannot be written or read; the id is not remembered then
     */
    public boolean addIfAbsent(long hi, long lo, long arrivalMs) {
        return add(hi, lo, arrivalMs, false);
    }

    /**
     * Like {@link #addIfAbsent} but faster, for reading very many ids that are known to be new; one that is not is kept
     * twice. Until the reading is over the table may take its largest size, and segments are not merged.
     */
    public void add(long hi, long lo, long arrivalMs) {
        add(hi, lo, arrivalMs, true);
    }

    private boolean add(long hi, long lo, long arrivalMs, boolean knownAbsent) {
        prepare(knownAbsent ? recentIdsMax : recentIdsNow, !knownAbsent);
        int slot = recent.slotFor(hi, lo);
        if (slot == EventIdTable.PRESENT || (!knownAbsent && isOlder(hi, lo))) {
            return false;
        }
        recent.put(slot, hi, lo, arrivalMs);
        size++;
        return true;
    }

    /** Everything that can fail happens here, before an id is remembered: an event must never be lost to a retry. */
    private void prepare(int tableIdsMax, boolean mayMerge) {
        if (failure != null) {
            throw new IllegalStateException("Remembering event ids in " + directory + " failed before", failure);
        }
        if (sealing != null || (mayMerge && (merging != null || segments.size() > SEGMENTS_MAX))) {
            try {
                advance();
            } catch (RuntimeException e) {
                failure = e;
                throw e;
            }
        }
        if (recent.size() >= tableIdsMax) {
            sealRecent();
        }
        recent.makeRoom();
    }

    private boolean isOlder(long hi, long lo) {
        if (sealing != null && sealing.table().contains(hi, lo)) {
            return true;
        }
        for (long rest = filters.perhaps(hi, lo); rest != 0; rest &= rest - 1) {
            if (isIn(segments.get(Long.numberOfTrailingZeros(rest)), hi, lo)) {
                return true;
            }
        }
        return false;
    }

    private boolean isIn(EventIdSegment segment, long hi, long lo) {
        try {
            return segment.contains(hi, lo, block);
        } catch (RuntimeException e) {
            failure = e;
            throw e;
        }
    }

    /**
     * Closes the generation of ids that is in the table, so that it can be forgotten as a whole. Ids are forgotten by
     * segment: a caller that wants them forgotten in time seals as often as the time's grain.
     */
    void sealRecent() {
        if (recent.size() == 0) {
            return;
        }
        EventIdTable full = recent;
        try {
            while (sealing != null || segments.size() == EventIdFilters.FILTERS_MAX) {
                advance();
            }
            sealing = new Sealing(
                    full, new EventIdSegmentBuild(nextFile(), full.inOrder(), full.size(), full.youngestArrivalMs()));
        } catch (RuntimeException e) {
            failure = e;
            throw e;
        }
        recent = new EventIdTable();
        recentIdsNow = recentIdsFor(size);
    }

    /** When the oldest id in the table arrived, {@code Long.MAX_VALUE} if there is none. */
    long oldestRecentArrivalMs() {
        return recent.oldestArrivalMs();
    }

    /** Forgets segments, and the table, of which every id arrived before then. Never a younger id. */
    public void forgetBefore(long arrivalMs) {
        if (merging != null
                && (merging.older().youngestArrivalMs() < arrivalMs
                        || merging.younger().youngestArrivalMs() < arrivalMs)) {
            merging.build().abandon();
            merging = null;
        }
        segments.removeIf(segment -> {
            boolean forgotten = segment.youngestArrivalMs() < arrivalMs;
            if (forgotten) {
                size -= segment.size();
                segment.delete();
            }
            return forgotten;
        });
        segmentsChanged();
        if (sealing != null && sealing.table().youngestArrivalMs() < arrivalMs) {
            size -= sealing.table().size();
            sealing.build().abandon();
            sealing = null;
        }
        if (recent.youngestArrivalMs() < arrivalMs) {
            size -= recent.size();
            recent = new EventIdTable();
        }
        recentIdsNow = recentIdsFor(size);
    }

    public Footprint footprint() {
        long fileBytes = 0;
        long heapBytes = recent.heapBytes();
        for (EventIdSegment segment : segments) {
            fileBytes += segment.fileBytes();
            heapBytes += segment.heapBytes();
        }
        if (sealing != null) {
            heapBytes += sealing.table().heapBytes() + sealing.build().heapBytes();
        }
        if (merging != null) {
            heapBytes += merging.build().heapBytes();
        }
        return new Footprint(size, segments.size(), fileBytes, heapBytes);
    }

    /** Forgets everything and removes the files. */
    @Override
    public void close() {
        failure = new IllegalStateException("closed");
        if (sealing != null) {
            sealing.build().abandon();
            sealing = null;
        }
        if (merging != null) {
            merging.build().abandon();
            merging = null;
        }
        segments.forEach(EventIdSegment::delete);
        segments.clear();
        filters = new EventIdFilters(List.of());
        recent = new EventIdTable();
        size = 0;
        try {
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete the directory of remembered event ids " + directory, e);
        }
    }

    /** A little of the writing that is due: the full table first, then the merge of neighbours. */
    private void advance() {
        if (sealing != null) {
            if (sealing.build().advance(IDS_WRITTEN_PER_CALL)) {
                segments.add(sealing.build().finish());
                sealing = null;
                segmentsChanged();
            }
        } else if (merging == null) {
            merging = smallestNeighbours();
        } else if (merging.build().advance(IDS_WRITTEN_PER_CALL)) {
            EventIdSegment merged = merging.build().finish();
            int at = segments.indexOf(merging.older());
            segments.set(at, merged);
            segments.remove(at + 1);
            size -= merging.older().size() + (long) merging.younger().size() - merged.size();
            segmentsChanged();
            EventIdSegment older = merging.older();
            EventIdSegment younger = merging.younger();
            merging = null;
            older.delete();
            younger.delete();
        }
    }

    private void segmentsChanged() {
        filters =
                new EventIdFilters(segments.stream().map(EventIdSegment::filter).toList());
    }

    private Merging smallestNeighbours() {
        int at = 0;
        for (int i = 1; i + 1 < segments.size(); i++) {
            if (sizeOfPair(i) < sizeOfPair(at)) {
                at = i;
            }
        }
        EventIdSegment older = segments.get(at);
        EventIdSegment younger = segments.get(at + 1);
        return new Merging(
                older,
                younger,
                new EventIdSegmentBuild(
                        nextFile(),
                        EventIdWalk.merged(older.inOrder(), younger.inOrder()),
                        Math.toIntExact(sizeOfPair(at)),
                        Math.max(older.youngestArrivalMs(), younger.youngestArrivalMs())));
    }

    private long sizeOfPair(int at) {
        return (long) segments.get(at).size() + segments.get(at + 1).size();
    }

    private int recentIdsFor(long ids) {
        long share = Math.max(RECENT_IDS_MIN, Long.highestOneBit(ids / RECENT_SHARE));
        return (int) Math.min(share, recentIdsMax);
    }

    private Path nextFile() {
        filesMade++;
        return directory.resolve("%08d%s".formatted(filesMade, FILE_SUFFIX));
    }

    private void removeLeftovers() {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*" + FILE_SUFFIX)) {
            for (Path file : files) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot remove old files of remembered event ids in " + directory, e);
        }
    }
}

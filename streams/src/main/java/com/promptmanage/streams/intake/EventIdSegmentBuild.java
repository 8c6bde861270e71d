package com.promptmanage.streams.intake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * A segment in the making. It is written a few ids at a time, between the look-ups of the one thread that has both to
 * do, so that no event waits for millions of ids to be sorted and written.
 */
final class EventIdSegmentBuild {

    private static final int BUFFER_BYTES = 16 * EventIdSegment.BLOCK_BYTES;

    private final EventIdWalk ids;
    private final Path file;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final EventIdFilter filter;
    private final long[] firstIds;
    private final long youngestArrivalMs;
    private int size;

    /**
     * @param ids must stay as they are until the segment is finished
     * @param idsMax how many there are at most
     */
    EventIdSegmentBuild(Path file, EventIdWalk ids, int idsMax, long youngestArrivalMs) {
        this.ids = ids;
        this.file = file;
        this.youngestArrivalMs = youngestArrivalMs;
        filter = new EventIdFilter(idsMax);
        firstIds = new long
                [2 * Math.toIntExact((idsMax + EventIdSegment.IDS_PER_BLOCK - 1L) / EventIdSegment.IDS_PER_BLOCK)];
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw cannotWrite(e);
        }
    }

    /**
     * Writes up to so many ids.
     *
     * @return whether all are written
     */
    boolean advance(int idsNow) {
        for (int i = 0; i < idsNow; i++) {
            if (!ids.next()) {
                return true;
            }
            write(ids.hi(), ids.lo());
        }
        return false;
    }

    /** To be called once, when {@link #advance} has said that all ids are written. */
    EventIdSegment finish() {
        writeBuffer();
        int blocks = (size + EventIdSegment.IDS_PER_BLOCK - 1) / EventIdSegment.IDS_PER_BLOCK;
        long[] firsts = firstIds.length == 2 * blocks ? firstIds : Arrays.copyOf(firstIds, 2 * blocks);
        return new EventIdSegment(file, channel, size, filter, firsts, youngestArrivalMs);
    }

    void abandon() {
        EventIdSegment.delete(file, channel);
    }

    long heapBytes() {
        return filter.heapBytes() + (long) firstIds.length * Long.BYTES;
    }

    private void write(long hi, long lo) {
        if (size % EventIdSegment.IDS_PER_BLOCK == 0) {
            int block = size / EventIdSegment.IDS_PER_BLOCK;
            firstIds[2 * block] = hi;
            firstIds[2 * block + 1] = lo;
        }
        if (!buffer.hasRemaining()) {
            writeBuffer();
        }
        buffer.putLong(hi).putLong(lo);
        filter.add(hi, lo);
        size++;
    }

    private void writeBuffer() {
        buffer.flip();
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            throw cannotWrite(e);
        }
        buffer.clear();
    }

    private UncheckedIOException cannotWrite(IOException e) {
        return new UncheckedIOException(
                "Cannot write the file of remembered event ids " + file
                        + ". Make room on that disk, or move the state directory to another.",
                e);
    }
}

package com.promptmanage.streams.intake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Older ids: a sorted, immutable file of 16 bytes an id, big-endian, with a filter and every 256th id on the heap.
 *
 * <p>An id that the filter does not rule out costs one positional read of 4 KiB. The file is not mapped, so what the
 * operating system caches of it is not this process's memory. It is derived data and not forced to disk.
 */
final class EventIdSegment {

    static final int ID_BYTES = 2 * Long.BYTES;
    static final int IDS_PER_BLOCK = 256;
    static final int BLOCK_BYTES = IDS_PER_BLOCK * ID_BYTES;

    private final Path file;
    private final FileChannel channel;
    private final int size;
    private final EventIdFilter filter;
    /** The first id of each block, two longs each. */
    private final long[] firstIds;

    private final long youngestArrivalMs;

    EventIdSegment(
            Path file, FileChannel channel, int size, EventIdFilter filter, long[] firstIds, long youngestArrivalMs) {
        this.file = file;
        this.channel = channel;
        this.size = size;
        this.filter = filter;
        this.firstIds = firstIds;
        this.youngestArrivalMs = youngestArrivalMs;
    }

    int size() {
        return size;
    }

    long youngestArrivalMs() {
        return youngestArrivalMs;
    }

    long fileBytes() {
        return (long) size * ID_BYTES;
    }

    long heapBytes() {
        return filter.heapBytes() + (long) firstIds.length * Long.BYTES;
    }

    EventIdFilter filter() {
        return filter;
    }

    /** @param block of {@link #BLOCK_BYTES}; overwritten */
    boolean contains(long hi, long lo, ByteBuffer block) {
        int index = blockOf(hi, lo);
        if (index < 0) {
            return false;
        }
        long firstId = (long) index * IDS_PER_BLOCK;
        int low = 0;
        int high = (int) Math.min(IDS_PER_BLOCK, size - firstId) - 1;
        read(block.clear().limit((high + 1) * ID_BYTES), firstId * ID_BYTES);
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = EventIdWalk.compare(
                    block.getLong(middle * ID_BYTES), block.getLong(middle * ID_BYTES + Long.BYTES), hi, lo);
            if (order == 0) {
                return true;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return false;
    }

    EventIdWalk inOrder() {
        return new Walk();
    }

    /** Closes and removes the file. */
    void delete() {
        delete(file, channel);
    }

    static void delete(Path file, FileChannel channel) {
        try (channel) {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete the file of remembered event ids " + file, e);
        }
    }

    /** The only block that can hold the id: the last that does not begin after it. Negative if all do. */
    private int blockOf(long hi, long lo) {
        int low = 0;
        int high = firstIds.length / 2 - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (EventIdWalk.compare(firstIds[2 * middle], firstIds[2 * middle + 1], hi, lo) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    private void read(ByteBuffer into, long position) {
        try {
            while (into.hasRemaining()) {
                if (channel.read(into, position + into.position()) < 0) {
                    throw new IOException("The file ends at " + channel.size() + " bytes of " + fileBytes());
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read remembered event ids from " + file, e);
        }
    }

    private final class Walk implements EventIdWalk {

        private final ByteBuffer buffer =
                ByteBuffer.allocateDirect(16 * BLOCK_BYTES).limit(0);
        private long position;
        private long hi;
        private long lo;

        @Override
        public boolean next() {
            if (!buffer.hasRemaining()) {
                int bytes = (int) Math.min(buffer.capacity(), fileBytes() - position);
                if (bytes == 0) {
                    return false;
                }
                read(buffer.clear().limit(bytes), position);
                buffer.flip();
                position += bytes;
            }
            hi = buffer.getLong();
            lo = buffer.getLong();
            return true;
        }

        @Override
        public long hi() {
            return hi;
        }

        @Override
        public long lo() {
            return lo;
        }
    }
}

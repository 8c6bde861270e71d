package com.promptmanage.streams.intake;

import com.promptmanage.streams.commit.CommitHookStore;
import com.promptmanage.streams.commit.CommitHookStoreBuilder;
import com.promptmanage.streams.commit.Commits;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which events of one partition were seen within the window.
 *
 * <p>The new ids of a transaction are written as one row when it commits: a changelog record per event would cost more
 * than all other work on it. Look-ups go to an {@link EventIdIndex} that is rebuilt from the rows when it is first
 * needed after a start or rebalance, and thrown away with the transaction that is aborted.
 *
 * <p>Time is the time of arrival, which never goes back here: an id counts as arrived no earlier than the one before
 * it, and no later than the task's wall clock. For the window to be right while old records are read again, the
 * records' timestamps should be the broker's append time.
 *
 * <p>Needs {@code exactly_once_v2}: an event is remembered in the transaction that counts it, or neither happens.
 */
public final class EventIdStore extends CommitHookStore {

    private static final Logger LOGGER = LoggerFactory.getLogger(EventIdStore.class);

    private static final long HOUR_MS = TimeUnit.HOURS.toMillis(1);

    /** Far more than the rows that a commit adds, yet not felt in it. */
    private static final int ROWS_EXPIRED_PER_COMMIT = 64;

    /** Ids go in generations of a part of the window: this many, and one that is being filled. */
    private static final int GENERATIONS = 8;

    private final EventIdSettings settings;
    private @Nullable Seen seen;

    EventIdStore(String name, Commits commits, EventIdSettings settings) {
        super(name, commits);
        this.settings = settings;
    }

    public static StoreBuilder<EventIdStore> builder(String name, Commits commits, EventIdSettings settings) {
        return new CommitHookStoreBuilder<>(name, given -> new EventIdStore(given, commits, settings));
    }

    /**
     * Reads the ids into memory if they are not there yet, else does nothing. A processor that calls this in its own
     * init keeps the wait out of its first transaction.
     */
    public void open() {
        opened();
    }

    /**
     * Remembers an event unless it is remembered.
     *
     * @param account with {@code source} and {@code id}, what makes an event this event
     * @param arrivalMs the record's timestamp
     * @param sourceOffset the record's offset in its topic
     * @return false for a duplicate
     */
    public boolean firstSeen(Text account, Text source, Text id, long arrivalMs, long sourceOffset) {
        Seen ids = opened();
        ids.hash.start().field(account).field(source).field(id).finish();
        return ids.addIfAbsent(arrivalMs, sourceOffset);
    }

    /** What the remembered ids take up now. */
    public EventIdIndex.Footprint footprint() {
        return opened().index.footprint();
    }

    @Override
    protected void writeDirty() {
        if (seen != null) {
            seen.write();
        }
    }

    @Override
    protected void dropHeap() {
        Seen dropped = seen;
        seen = null;
        if (dropped != null) {
            dropped.index.close();
        }
    }

    private Seen opened() {
        Seen ids = seen;
        if (ids == null) {
            ids = new Seen();
            seen = ids;
        }
        return ids;
    }

    /** All that is on the heap, from the first use to the close of the task. */
    private final class Seen {

        private final EventIdIndex index =
                new EventIdIndex(taskDirectory().resolve(name() + "-index"), settings.recentIdsMax());
        private final ByteBuffer chunk = EventIdRows.newChunk();
        private final EventIdHash hash;
        /** Not yet in the rows. */
        private byte @Nullable [] newHashKey;

        private long latestArrivalMs;
        private int chunkHour;
        private long chunkOffset;

        /** No row that is left is older. */
        private int oldestHour;
        /** Where the rows begin that may be due; those before it were deleted, and are slow to walk over. */
        private byte[] oldestRow = EventIdRows.startOfHour(0);

        private Seen() {
            byte @Nullable [] known = newest(EventIdRows.hashKeyRow());
            byte[] hashKey = known == null ? randomKey() : EventIdRows.hashKeyOf(known);
            newHashKey = known == null ? hashKey : null;
            hash = new EventIdHash(hashKey);
            try {
                remember(known != null);
            } catch (RuntimeException e) {
                index.close();
                throw e;
            }
        }

        private boolean addIfAbsent(long arrivalMs, long sourceOffset) {
            latestArrivalMs = Math.max(latestArrivalMs, Math.min(arrivalMs, systemTimeMs()));
            int hour = hourAt(latestArrivalMs);
            if (chunk.remaining() < EventIdRows.ID_BYTES || hour != chunkHour) {
                writeChunk();
            }
            if (!index.addIfAbsent(hash.hi(), hash.lo(), latestArrivalMs)) {
                return false;
            }
            if (chunkIsEmpty()) {
                chunkHour = hour;
                chunkOffset = sourceOffset;
            }
            chunk.putLong(hash.hi()).putLong(hash.lo());
            return true;
        }

        private void write() {
            writeChunk();
            expire();
        }

        private void writeChunk() {
            if (chunkIsEmpty()) {
                return;
            }
            if (newHashKey != null) {
                log(EventIdRows.hashKeyRow(), EventIdRows.hashKeyValue(newHashKey));
                newHashKey = null;
            }
            byte[] value = new byte[chunk.position()];
            chunk.get(0, value);
            log(freeChunkKey(), value);
            chunk.position(1);
        }

        private byte[] freeChunkKey() {
            for (int counter = 0; counter <= EventIdRows.COUNTER_MAX; counter++) {
                byte[] key = EventIdRows.chunkKey(chunkHour, chunkOffset, counter);
                if (newest(key) == null) {
                    return key;
                }
            }
            throw new IllegalStateException("The record at offset " + chunkOffset + " brought too many event ids");
        }

        private boolean chunkIsEmpty() {
            return chunk.position() == 1;
        }

        /** Deletes a bounded number of rows, so that a backlog is worked off over many commits. */
        private void expire() {
            long dueBeforeMs = latestArrivalMs - settings.window().toMillis();
            int firstLiveHour = hourAt(Math.max(0, dueBeforeMs));
            if (firstLiveHour <= oldestHour) {
                return;
            }
            List<byte[]> due = dueRows(firstLiveHour);
            for (byte[] key : due) {
                log(key, null);
                oldestRow = key;
            }
            if (due.size() < ROWS_EXPIRED_PER_COMMIT) {
                oldestHour = firstLiveHour;
                oldestRow = EventIdRows.startOfHour(firstLiveHour);
                index.forgetBefore(dueBeforeMs);
                endGeneration(latestArrivalMs);
            }
        }

        private void endGeneration(long nowMs) {
            if (index.oldestRecentArrivalMs() < nowMs - settings.window().toMillis() / GENERATIONS) {
                index.sealRecent();
            }
        }

        private List<byte[]> dueRows(int firstLiveHour) {
            List<byte[]> due = new ArrayList<>();
            try (KeyValueIterator<Bytes, byte[]> oldest =
                    committedRows().range(Bytes.wrap(oldestRow), Bytes.wrap(EventIdRows.startOfHour(firstLiveHour)))) {
                while (oldest.hasNext() && due.size() < ROWS_EXPIRED_PER_COMMIT) {
                    due.add(oldest.next().key.get());
                }
            }
            return due;
        }

        private void remember(boolean hashKeyIsKnown) {
            long startNanos = System.nanoTime();
            Bytes first = Bytes.wrap(EventIdRows.startOfHour(0));
            Bytes last = Bytes.wrap(EventIdRows.startOfHour(Integer.MAX_VALUE));
            int chunks = 0;
            try (KeyValueIterator<Bytes, byte[]> all = committedRows().range(first, last)) {
                while (all.hasNext()) {
                    KeyValue<Bytes, byte[]> row = all.next();
                    if (!hashKeyIsKnown) {
                        throw new IllegalStateException("Store " + name()
                                + " has event ids but not the key that they were hashed with."
                                + " Its changelog must be compacted, never deleted from.");
                    }
                    remember(row);
                    chunks++;
                }
            }
            LOGGER.atInfo()
                    .addKeyValue("store", name())
                    .addKeyValue("ids", index.footprint().ids())
                    .addKeyValue("rows", chunks)
                    .addKeyValue("millis", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos))
                    .log("event ids read");
        }

        private void remember(KeyValue<Bytes, byte[]> row) {
            long hourMs = EventIdRows.hourOf(row.key.get()) * HOUR_MS;
            endGeneration(hourMs);
            ByteBuffer ids = EventIdRows.idsOf(row.value);
            while (ids.hasRemaining()) {
                index.add(ids.getLong(), ids.getLong(), hourMs + HOUR_MS - 1);
            }
            latestArrivalMs = hourMs;
        }

        private static byte[] randomKey() {
            byte[] key = new byte[EventIdHash.KEY_BYTES];
            new SecureRandom().nextBytes(key);
            return key;
        }

        private static int hourAt(long ms) {
            return Math.toIntExact(ms / HOUR_MS);
        }
    }
}

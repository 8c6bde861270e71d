package com.promptmanage.ingest.otlp;

import java.util.function.LongConsumer;

/** What an export holds beside its body, by those who hold it and told as one. For one thread at a time. */
final class ExportMemory {

    private final LongConsumer room;

    private long eventBytes;

    private long undecidedBytes;

    private long seriesBytes;

    /** @param room is told the sum of all; may end the request */
    ExportMemory(LongConsumer room) {
        this.room = room;
    }

    /** From now on the events that are to be published hold this much. */
    void ofEvents(long bytes) {
        eventBytes = bytes;
        tellRoom();
    }

    /** From now on what may yet turn out not to count, and what tells that, holds this much. */
    void ofUndecided(long bytes) {
        undecidedBytes = bytes;
        tellRoom();
    }

    /** One more series waits to be held against what was told before, and holds this much. */
    void addSeries(long bytes) {
        seriesBytes += bytes;
        tellRoom();
    }

    private void tellRoom() {
        room.accept(eventBytes + undecidedBytes + seriesBytes);
    }
}

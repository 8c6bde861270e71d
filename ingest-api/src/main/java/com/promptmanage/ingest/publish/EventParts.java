package com.promptmanage.ingest.publish;

import com.promptmanage.topics.usage.Receipt;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * The events of one request that may have more of them than fit into memory: published in parts, each when the broker has
 * the one before. A request that fits into one part is published only when it is known to be good; a larger one is looked
 * through to its end before its first part goes out. If the broker goes away between two parts the sender sends all of it
 * again, and what was published already is known by its ids.
 */
public final class EventParts {

    private static final int EVENTS_MAX = 5_000;

    private static final long BYTES_MAX = 4 << 20;

    private final EventPublisher publisher;

    private final LongConsumer room;

    private final Runnable check;

    private final Map<Integer, Long> offsets = new HashMap<>();

    private List<OutgoingEvent> part = new ArrayList<>();

    private long bytes;

    private int count;

    private boolean checked;

    /**
     * @param room is told how many bytes the events of a part hold; may end the request
     * @param check ends the request unless all of it is good; called once, before the first of several parts
     */
    public EventParts(EventPublisher publisher, LongConsumer room, Runnable check) {
        this.publisher = publisher;
        this.room = room;
        this.check = check;
    }

    public void add(OutgoingEvent event) {
        if (part.size() == EVENTS_MAX || bytes + event.heldBytes() > BYTES_MAX) {
            if (!checked) {
                check.run();
                checked = true;
            }
            publish();
        }
        bytes += event.heldBytes();
        room.accept(bytes);
        part.add(event);
        count++;
    }

    /** How many were added. */
    public int count() {
        return count;
    }

    /** Publishes what is left. Call it when the whole request is known to be good. */
    public Receipt finish() {
        if (!part.isEmpty()) {
            publish();
        }
        return new Receipt(offsets);
    }

    private void publish() {
        publisher.publish(part).offsets().forEach((partition, offset) -> offsets.merge(partition, offset, Math::max));
        part = new ArrayList<>();
        bytes = 0;
        room.accept(0);
    }
}

package com.promptmanage.ingest.gateway;

import com.promptmanage.ingest.gateway.ClientAnswer.GoneException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What goes out to the caller of a stream, in its order. The event that says that it is done may be held for a moment: until somebody
 * lets it go, or something else is to go out, or the moment is over. One thread writes; another lets go of what is held in time.
 */
final class EventsOut {

    /** Most of those who tell what was used only then, or end without it, have done so by then. */
    private static final Duration HELD_MAX = Duration.ofMillis(500);

    private final ClientAnswer client;

    private final ReentrantLock lock = new ReentrantLock();

    private final Bytes held = new Bytes(16);

    private @Nullable Thread releasing;

    private boolean isKept;

    /** Whether the provider has said that nothing more comes. */
    private boolean isDone;

    /** Whether the caller went after that. */
    private boolean hasLeft;

    EventsOut(ClientAnswer client) {
        this.client = client;
    }

    /** Behind what is held. */
    void write(Bytes bytes) throws GoneException {
        lock.lock();
        try {
            letGo();
            send(bytes);
        } finally {
            lock.unlock();
        }
    }

    void flush() throws GoneException {
        lock.lock();
        try {
            if (!hasLeft) {
                client.flush();
            }
        } catch (GoneException e) {
            leave(e);
        } finally {
            lock.unlock();
        }
    }

    /** The provider has said that nothing more comes: from here on it is read also if the caller goes. */
    void done() {
        lock.lock();
        try {
            isDone = true;
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #done}, in these bytes, which are held. */
    void hold(Bytes end) {
        lock.lock();
        try {
            isDone = true;
            held.add(end.array(), 0, end.size());
            if (releasing == null) {
                releasing = Thread.ofVirtual().name("gateway-stream-end").start(this::letGoInTime);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Holds what belongs to what is held; false if nothing is. */
    boolean holdsWithIt(Bytes more) {
        lock.lock();
        try {
            if (held.size() == 0) {
                return false;
            }
            held.add(more.array(), 0, more.size());
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** What is held stays so until it is let go, however long that takes. */
    void keep() {
        lock.lock();
        try {
            isKept = true;
        } finally {
            lock.unlock();
        }
    }

    boolean isHolding() {
        lock.lock();
        try {
            return held.size() > 0;
        } finally {
            lock.unlock();
        }
    }

    boolean hasLeft() {
        lock.lock();
        try {
            return hasLeft;
        } finally {
            lock.unlock();
        }
    }

    void letGo() throws GoneException {
        lock.lock();
        try {
            send(held);
            held.clear();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more goes out from here. */
    void close() {
        lock.lock();
        try {
            held.clear();
            if (releasing != null) {
                releasing.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    private void letGoInTime() {
        try {
            Thread.sleep(HELD_MAX);
        } catch (InterruptedException e) {
            return;
        }
        lock.lock();
        try {
            if (held.size() > 0 && !isKept) {
                letGo();
                flush();
            }
        } catch (GoneException e) {
            throw new IllegalStateException("it is done, so that nobody minds", e);
        } finally {
            lock.unlock();
        }
    }

    private void send(Bytes bytes) throws GoneException {
        if (bytes.size() == 0 || hasLeft) {
            return;
        }
        try {
            client.write(bytes.array(), 0, bytes.size());
        } catch (GoneException e) {
            leave(e);
        }
    }

    private void leave(GoneException e) throws GoneException {
        if (!isDone) {
            throw e;
        }
        hasLeft = true;
    }
}

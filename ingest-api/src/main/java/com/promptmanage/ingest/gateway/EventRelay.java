package com.promptmanage.ingest.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Passes server-sent events on as they come, each as soon as it is whole, to the byte. The last one goes out when what the call
 * used is on record. An event that grows large goes out in pieces.
 *
 * <p>Some servers tell what a call used only behind the event that says that it is done, or not at all. So that event is held until
 * what was used is told, or the stream ends, and is on record; but not for long, so as not to keep a caller waiting for what may
 * never come. What comes behind it is read even if the caller goes, as many do.
 */
final class EventRelay {

    private static final int CHUNK_BYTES = 16 << 10;

    private static final int HELD_BYTES_MAX = 64 << 10;

    private static final byte[] DATA = "data:".getBytes(StandardCharsets.US_ASCII);

    private static final String DONE = "[DONE]";

    /** A byte order mark: it may stand before the first line, and is no part of it. */
    private static final byte[] MARK = "\uFEFF".getBytes(StandardCharsets.UTF_8);

    private final Api api;

    private final boolean hidesUsage;

    private final AnswerUsage usage;

    private final MemberScanner scanner;

    private final ClientAnswer client;

    private final EventsOut out;

    private final Runnable beforeLast;

    /** The event that is coming in, as far as it has not gone out. */
    private final Bytes event = new Bytes(1 << 10);

    private final StringBuilder start = new StringBuilder();

    private boolean isInPieces;

    private int lineLength;

    /** How much of the mark has come; all of it, if it can come no more. */
    private int marked;

    private boolean isData;

    private boolean afterReturn;

    private boolean isRecorded;

    /**
     * @param hidesUsage whether the event that tells the usage of a chat was not asked for by the caller
     * @param beforeLast puts on record what the call used; called once, when all of it is known
     */
    EventRelay(Api api, boolean hidesUsage, AnswerUsage usage, ClientAnswer client, Runnable beforeLast) {
        this.api = api;
        this.hidesUsage = hidesUsage;
        this.usage = usage;
        this.scanner = new MemberScanner(api.members(), api.texts(true), usage.text());
        this.client = client;
        this.out = new EventsOut(client);
        this.beforeLast = beforeLast;
    }

    /** @throws ClientAnswer.GoneException if it is the caller who ended it; any other exception is the provider's */
    void relay(InputStream body) throws IOException {
        client.begin();
        client.flush();
        try {
            passAll(body);
        } finally {
            out.close();
        }
    }

    private void passAll(InputStream body) throws IOException {
        try {
            read(body);
        } catch (ClientAnswer.GoneException e) {
            throw e;
        } catch (IOException e) {
            if (out.isHolding()) {
                // It has said that it is done, whatever broke behind that.
                end();
            }
            throw e;
        }
        Map<String, byte[]> found = scanner.found();
        usage.read(found);
        if (isHidden(found)) {
            // The last event may end with the stream, without the blank line that should stand behind it.
            event.clear();
        }
        end();
        pass();
        out.flush();
    }

    private void read(InputStream body) throws IOException {
        var chunk = new byte[CHUNK_BYTES];
        for (int count = body.read(chunk); count >= 0; count = body.read(chunk)) {
            for (int i = 0; i < count; i++) {
                next(chunk[i]);
            }
            if (isInPieces) {
                pass();
            }
            out.flush();
            if (out.hasLeft() && usage.isTold()) {
                // Nobody is there for whom the rest would be.
                break;
            }
        }
    }

    /** What was used is known, as far as it will be. */
    private void end() throws IOException {
        out.keep();
        record();
        out.letGo();
        out.flush();
    }

    /** Whether what went out ends with a whole event. */
    boolean isBetweenEvents() {
        return !isInPieces;
    }

    private void next(byte b) throws IOException {
        event.add(b);
        if (event.size() >= HELD_BYTES_MAX) {
            isInPieces = true;
            pass();
        }
        if (b == '\n' && afterReturn) {
            afterReturn = false;
            if (event.size() == 1) {
                // Of the event before, which is out already, or held: the one that begins here may be hidden.
                passBehind();
            }
            return;
        }
        afterReturn = b == '\r';
        if (isOfMark(b)) {
            return;
        }
        if (b != '\n' && b != '\r') {
            inLine(b);
            return;
        }
        boolean isBlank = lineLength == 0;
        lineLength = 0;
        if (isBlank) {
            endEvent();
        } else if (isData) {
            scanner.feed((byte) '\n');
        }
    }

    private boolean isOfMark(byte b) {
        if (marked < MARK.length && b == MARK[marked]) {
            marked++;
            return true;
        }
        marked = MARK.length;
        return false;
    }

    private void inLine(byte b) {
        if (lineLength < DATA.length) {
            isData = b == DATA[lineLength] && (lineLength == 0 || isData);
        } else if (isData) {
            scanner.feed(b);
            if (start.length() < DONE.length() && b != ' ') {
                start.append((char) b);
            }
        }
        lineLength++;
    }

    private void endEvent() throws IOException {
        Map<String, byte[]> found = scanner.found();
        usage.read(found);
        boolean isHidden = isHidden(found);
        boolean saysDone = DONE.contentEquals(start);
        boolean isLast = (saysDone && usage.isTold())
                || AnswerUsage.json(found, "type")
                        .filter(type -> api.isLast(type.asText()))
                        .isPresent();
        scanner.next();
        start.setLength(0);
        isInPieces = false;
        if (out.isHolding() && usage.isTold()) {
            end();
        }
        if (isHidden) {
            event.clear();
        } else if (saysDone && !usage.isTold()) {
            out.hold(event);
            event.clear();
        } else {
            passWhole(isLast, saysDone);
        }
    }

    private void passWhole(boolean isLast, boolean saysDone) throws IOException {
        if (isLast) {
            out.flush();
            record();
        }
        pass();
        if (saysDone) {
            out.done();
        }
    }

    private boolean isHidden(Map<String, byte[]> found) {
        return hidesUsage && !isInPieces && isUsageOnly(found);
    }

    /** What OpenAI adds for who asks for it: an event with the usage and no choice. */
    private static boolean isUsageOnly(Map<String, byte[]> found) {
        byte[] told = found.get("usage");
        byte[] choices = found.get("choices");
        return told != null
                && told[0] == '{'
                && choices != null
                && new String(choices, StandardCharsets.US_ASCII)
                        .replaceAll("\\s", "")
                        .equals("[]");
    }

    private void record() {
        if (!isRecorded) {
            isRecorded = true;
            beforeLast.run();
        }
    }

    private void pass() throws IOException {
        if (event.size() > 0) {
            out.write(event);
            event.clear();
        }
    }

    private void passBehind() throws IOException {
        if (out.holdsWithIt(event)) {
            event.clear();
        } else {
            pass();
        }
    }
}

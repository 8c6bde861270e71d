package com.promptmanage.ingest.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Passes server-sent events on as they come, each as soon as it is whole, to the byte. The last one goes out when what the call
 * used is on record. An event that grows large goes out in pieces.
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
        this.beforeLast = beforeLast;
    }

    /** @throws ClientAnswer.GoneException if it is the caller who ended it; any other exception is the provider's */
    void relay(InputStream body) throws IOException {
        client.begin();
        client.flush();
        var chunk = new byte[CHUNK_BYTES];
        for (int count = body.read(chunk); count >= 0; count = body.read(chunk)) {
            for (int i = 0; i < count; i++) {
                next(chunk[i]);
            }
            if (isInPieces) {
                pass();
            }
            client.flush();
        }
        Map<String, byte[]> found = scanner.found();
        usage.read(found);
        record();
        if (isHidden(found)) {
            // The last event may end with the stream, without the blank line that should stand behind it.
            event.clear();
        }
        pass();
        client.flush();
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
                // Of the event before, which is out already: the one that begins here may be hidden.
                pass();
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
        boolean isLast = DONE.contentEquals(start)
                || AnswerUsage.json(found, "type")
                        .filter(type -> api.isLast(type.asText()))
                        .isPresent();
        scanner.next();
        start.setLength(0);
        isInPieces = false;
        if (isHidden) {
            event.clear();
            return;
        }
        if (isLast) {
            client.flush();
            record();
        }
        pass();
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
            client.write(event.array(), 0, event.size());
            event.clear();
        }
    }
}

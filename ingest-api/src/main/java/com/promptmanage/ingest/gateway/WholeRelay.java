package com.promptmanage.ingest.gateway;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Passes on an answer that is one document. A short one is gathered, so that its cost can stand in its head; of a longer one,
 * or one that streams, everything goes out as it comes but the last byte, which waits until what the call used is on record.
 */
final class WholeRelay {

    private static final int CHUNK_BYTES_MAX = 16 << 10;

    /** Of an answer that does not say how long it is: most are short. */
    private static final int CHUNK_BYTES_USUAL = 4 << 10;

    private static final int GATHERED_BYTES_MAX = 256 << 10;

    private final AnswerUsage usage;

    private final MemberScanner scanner;

    private final ClientAnswer client;

    private final Runnable beforeLast;

    private ClientAnswer.@Nullable GoneException gone;

    /** @param beforeLast puts on record what the call used; called once, when all of it is known */
    WholeRelay(Api api, AnswerUsage usage, ClientAnswer client, Runnable beforeLast) {
        this.usage = usage;
        this.scanner = new MemberScanner(api.members(), api.texts(false), usage.text());
        this.client = client;
        this.beforeLast = beforeLast;
    }

    /**
     * Reads the answer to its end also when the caller has gone, unless it streams: the call is paid for in any case, and so it is
     * known what it used.
     *
     * @param length of the body, if it is known; else negative
     * @param isStream whether each part matters as it comes
     * @throws ClientAnswer.GoneException if the caller went
     */
    void relay(InputStream body, long length, boolean isStream) throws IOException {
        int room = length < 0 ? CHUNK_BYTES_USUAL : Math.clamp(length, 1, CHUNK_BYTES_MAX);
        var gathered = new Bytes(room);
        var chunk = new byte[room];
        for (int count = body.read(chunk); count >= 0; count = body.read(chunk)) {
            scanner.feed(chunk, 0, count);
            gathered.add(chunk, 0, count);
            if (isStream || gathered.size() > GATHERED_BYTES_MAX || client.hasBegun()) {
                passAllButLast(gathered, length);
            }
            if (isStream) {
                requireClient();
            }
        }
        usage.read(scanner.found());
        beforeLast.run();
        requireClient();
        if (!client.hasBegun()) {
            client.length(gathered.size());
            client.begin();
        }
        client.write(gathered.array(), 0, gathered.size());
        client.flush();
    }

    private void requireClient() throws ClientAnswer.GoneException {
        ClientAnswer.GoneException went = gone;
        if (went != null) {
            usage.read(scanner.found());
            throw went;
        }
    }

    private void passAllButLast(Bytes gathered, long length) {
        int all = gathered.size() - 1;
        byte last = gathered.array()[all];
        write(gathered, all, length);
        gathered.clear();
        gathered.add(last);
    }

    private void write(Bytes gathered, int count, long length) {
        if (gone != null) {
            return;
        }
        try {
            if (!client.hasBegun()) {
                if (length >= 0) {
                    client.length(length);
                }
                client.begin();
            }
            client.write(gathered.array(), 0, count);
            client.flush();
        } catch (ClientAnswer.GoneException e) {
            gone = e;
        }
    }
}

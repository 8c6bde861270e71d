package com.promptmanage.service.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.UncheckedIOException;

/** An answer in a form of its own, to the byte. */
public final class RawAnswer {

    private RawAnswer() {}

    /** @param contentType sent as it is: no charset is added, for there are clients that compare the whole header */
    public static void send(Context ctx, int status, String contentType, byte[] body) {
        ctx.status(status).result(body).contentType(contentType);
        ctx.res().setCharacterEncoding((String) null);
    }

    /** Ends an answer that has begun and cannot be finished: its connection is closed, so that nobody takes it for whole. */
    public static void breakOff(Context ctx) {
        try {
            // The server's own sign for it.
            ctx.res().sendError(-1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

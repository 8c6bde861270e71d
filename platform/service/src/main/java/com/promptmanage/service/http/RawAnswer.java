package com.promptmanage.service.http;

import io.javalin.http.Context;

/** An answer in a form of its own, to the byte. */
public final class RawAnswer {

    private RawAnswer() {}

    /** @param contentType sent as it is: no charset is added, for there are clients that compare the whole header */
    public static void send(Context ctx, int status, String contentType, byte[] body) {
        ctx.status(status).result(body).contentType(contentType);
        ctx.res().setCharacterEncoding((String) null);
    }

    /**
     * Ends an answer that has begun and cannot be finished: its connection is closed once its handler returns, so that nobody takes
     * it for whole. Nothing more is to be written, and what it is written to is not to be closed.
     */
    public static void breakOff(Context ctx) {
        BrokenAnswers.add(ctx.req());
    }
}

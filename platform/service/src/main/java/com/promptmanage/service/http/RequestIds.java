package com.promptmanage.service.http;

import io.javalin.http.Context;
import java.security.SecureRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Each request has an id: the caller's {@code X-Request-Id} if it is harmless to repeat, else one of ours. */
final class RequestIds {

    static final String HEADER = "X-Request-Id";

    private static final String ATTRIBUTE = "promptmanage.requestId";

    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._-]{8,64}");

    /** Odd, so that no number comes twice: 2⁶⁴ divided by the golden ratio, so that they look nothing like a count. */
    private static final long STEP = 0x9e3779b97f4a7c15L;

    /** Tells this process from others. */
    private static final long PROCESS;

    private static final AtomicLong NUMBERS;

    static {
        var random = new SecureRandom();
        PROCESS = random.nextLong();
        NUMBERS = new AtomicLong(random.nextLong());
    }

    private RequestIds() {}

    static String of(Context ctx) {
        String known = ctx.attribute(ATTRIBUTE);
        if (known != null) {
            return known;
        }
        String id = of(ctx.header(HEADER));
        ctx.attribute(ATTRIBUTE, id);
        return id;
    }

    /** @param sent by the caller */
    static String of(@Nullable String sent) {
        return sent != null && HARMLESS.matcher(sent).matches() ? sent : next();
    }

    /** Unlike any other, and no secret: it is read in logs, and opens nothing. */
    private static String next() {
        return new UUID(PROCESS, NUMBERS.getAndAdd(STEP)).toString();
    }
}

package com.promptmanage.service.http;

import io.javalin.http.Context;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Each request has an id: the caller's {@code X-Request-Id} if it is harmless to repeat, else one of ours. */
final class RequestIds {

    static final String HEADER = "X-Request-Id";

    private static final String ATTRIBUTE = "promptmanage.requestId";

    private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._-]{8,64}");

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
        return sent != null && HARMLESS.matcher(sent).matches()
                ? sent
                : UUID.randomUUID().toString();
    }
}

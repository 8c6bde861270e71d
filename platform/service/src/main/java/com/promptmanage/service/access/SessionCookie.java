package com.promptmanage.service.access;

import io.javalin.http.Context;
import java.util.Optional;

/**
 * The session's token as a cookie, for browsers: no script can read it, and no other site's request carries it. Its value is
 * the token that programs send as {@code Authorization: Bearer}.
 */
final class SessionCookie {

    static final String NAME = "pm_session";

    private final boolean alwaysSecure;

    SessionCookie(boolean alwaysSecure) {
        this.alwaysSecure = alwaysSecure;
    }

    static Optional<String> token(Context ctx) {
        return Optional.ofNullable(ctx.cookie(NAME));
    }

    void give(Context ctx, String token) {
        set(ctx, token, Sessions.LIFETIME.toSeconds());
    }

    void takeAway(Context ctx) {
        set(ctx, "", 0);
    }

    private void set(Context ctx, String value, long seconds) {
        ctx.res()
                .addHeader(
                        "Set-Cookie",
                        "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s"
                                .formatted(NAME, value, seconds, alwaysSecure || isHttps(ctx) ? "; Secure" : ""));
    }

    /** A proxy may say so falsely, and a caller too; but then it is only their own cookie that does not come back. */
    private static boolean isHttps(Context ctx) {
        return ctx.req().isSecure() || "https".equalsIgnoreCase(ctx.header("X-Forwarded-Proto"));
    }
}

package com.promptmanage.service.access;

import io.javalin.http.Context;
import java.time.Duration;
import java.util.Optional;

/**
 * The session's token as a cookie, for browsers: no script can read it, and no other site's request carries it. Its value is
 * the token that programs send as {@code Authorization: Bearer}.
 */
final class SessionCookie {

    static final String NAME = "pm_session";

    private static final String BROWSER_NAME = "pm_sign_in";

    private static final String BROWSER_PREFIX = "pmb_";

    private final boolean alwaysSecure;

    SessionCookie(boolean alwaysSecure) {
        this.alwaysSecure = alwaysSecure;
    }

    static Optional<String> token(Context ctx) {
        return Optional.ofNullable(ctx.cookie(NAME));
    }

    void give(Context ctx, String token) {
        set(ctx, NAME, token, "/", Sessions.LIFETIME, "Strict");
    }

    void takeAway(Context ctx) {
        set(ctx, NAME, "", "/", Duration.ZERO, "Strict");
    }

    /**
     * By what a browser is known again that was sent to an issuer: coming back from another site, it carries no cookie that
     * is {@code Strict}. The same for all attempts of a browser, which may make several at once.
     */
    String markBrowser(Context ctx) {
        String mark = browser(ctx).orElseGet(() -> Secrets.make(BROWSER_PREFIX));
        set(ctx, BROWSER_NAME, mark, IssuerRoutes.PATH, PendingSignIns.LIFETIME, "Lax");
        return mark;
    }

    static Optional<String> browser(Context ctx) {
        return Optional.ofNullable(ctx.cookie(BROWSER_NAME)).filter(mark -> Secrets.isWhole(BROWSER_PREFIX, mark));
    }

    private void set(Context ctx, String name, String value, String path, Duration age, String sameSite) {
        ctx.res()
                .addHeader(
                        "Set-Cookie",
                        "%s=%s; Path=%s; Max-Age=%d; HttpOnly; SameSite=%s%s"
                                .formatted(
                                        name,
                                        value,
                                        path,
                                        age.toSeconds(),
                                        sameSite,
                                        alwaysSecure || isHttps(ctx) ? "; Secure" : ""));
    }

    /** A proxy may say so falsely, and a caller too; but then it is only their own cookie that does not come back. */
    private static boolean isHttps(Context ctx) {
        return ctx.req().isSecure() || "https".equalsIgnoreCase(ctx.header("X-Forwarded-Proto"));
    }
}

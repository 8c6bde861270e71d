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

    /** Over https. Browsers take one of such a name from this very host alone: no other of the same domain can put its own here. */
    static final String SECURE_NAME = "__Host-pm_session";

    private static final String BROWSER_NAME = "pm_sign_in";

    private static final String BROWSER_PREFIX = "pmb_";

    private final boolean alwaysSecure;

    SessionCookie(boolean alwaysSecure) {
        this.alwaysSecure = alwaysSecure;
    }

    /** One of https also counts where a proxy does not tell that it was asked by https. */
    Optional<String> token(Context ctx) {
        Optional<String> secure = Optional.ofNullable(ctx.cookie(SECURE_NAME));
        return isSecure(ctx) ? secure : Optional.ofNullable(ctx.cookie(NAME)).or(() -> secure);
    }

    void give(Context ctx, String token) {
        set(ctx, name(ctx), token, "/", Sessions.LIFETIME, "Strict");
    }

    void takeAway(Context ctx) {
        set(ctx, name(ctx), "", "/", Duration.ZERO, "Strict");
    }

    private String name(Context ctx) {
        return isSecure(ctx) ? SECURE_NAME : NAME;
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
                                        name, value, path, age.toSeconds(), sameSite, isSecure(ctx) ? "; Secure" : ""));
    }

    /** A proxy may say so falsely, and a caller too; but then it is only their own cookie that does not come back. */
    private boolean isSecure(Context ctx) {
        return alwaysSecure || ctx.req().isSecure() || "https".equalsIgnoreCase(ctx.header("X-Forwarded-Proto"));
    }
}

package com.promptmanage.service.access;

import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.UnavailableException;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who sends a request, by its {@code Authorization} header: {@code Bearer} with an API key or a session's token.
 * Without that header the session's cookie counts, and then only from our own pages if something may change, and from none that
 * is shown to someone else.
 */
public final class Authentication {

    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private static final String AUTHORIZATION = "Authorization";

    private static final String ATTRIBUTE = "promptmanage.caller";

    private final ApiKeys keys;

    private final Sessions sessions;

    private final SessionCookie cookie;

    private final BrowserRequests browsers;

    private final ClientAddresses addresses;

    Authentication(
            ApiKeys keys,
            Sessions sessions,
            SessionCookie cookie,
            BrowserRequests browsers,
            ClientAddresses addresses) {
        this.keys = keys;
        this.sessions = sessions;
        this.cookie = cookie;
        this.browsers = browsers;
        this.addresses = addresses;
    }

    /** @throws ProblemException 401 unless the request says who sends it */
    public Caller caller(Context ctx) {
        return remembered(ctx, false);
    }

    /** As {@link #caller}, and takes {@code Basic} too, with an API key as the password and any user name. */
    public Caller callerAlsoByBasic(Context ctx) {
        return remembered(ctx, true);
    }

    /** As {@link #caller}, and takes an API key in a header of this name, where other services' SDKs put theirs. */
    public Caller callerAlsoBy(Context ctx, String headerName) {
        @Nullable String secret = ctx.header(headerName);
        if (secret == null || secret.isBlank() || headerName.equalsIgnoreCase(AUTHORIZATION)) {
            return caller(ctx);
        }
        Caller known = ctx.attribute(ATTRIBUTE);
        if (known != null) {
            return known;
        }
        Caller caller = keys.caller(secret.strip()).orElseThrow(Authentication::notValid);
        ctx.attribute(ATTRIBUTE, caller);
        return caller;
    }

    /**
     * Whether an answer that goes on for minutes is still its caller's to read: meanwhile a key or a session may have been revoked,
     * and a person shown out of a team.
     *
     * @param isAllowed by what the caller may now; may end with a {@link ProblemException} as well as say no
     * @return true also while the database does not say: nobody is cut off for that
     */
    public boolean isStillAllowed(Context ctx, Predicate<Caller> isAllowed) {
        ctx.req().removeAttribute(ATTRIBUTE);
        try {
            return isAllowed.test(caller(ctx));
        } catch (ProblemException e) {
            return false;
        } catch (UnavailableException e) {
            return true;
        }
    }

    /** Who is calling, as the audit log tells it. */
    public Actor actor(Context ctx) {
        @Nullable String agent = ctx.header("User-Agent");
        String address = addresses.of(ctx);
        return switch (caller(ctx)) {
            case Caller.Person person -> new Actor("person", person.userId(), person.name(), address, agent);
            case Caller.Key key -> new Actor("key", key.keyId(), "API key " + key.keyId(), address, agent);
        };
    }

    private Caller remembered(Context ctx, boolean basic) {
        Caller known = ctx.attribute(ATTRIBUTE);
        if (known != null) {
            return known;
        }
        @Nullable String header = ctx.header(AUTHORIZATION);
        Caller caller = header == null || header.isBlank() ? byCookie(ctx) : byHeader(header, basic);
        ctx.attribute(ATTRIBUTE, caller);
        return caller;
    }

    private Caller byCookie(Context ctx) {
        String token = cookie.token(ctx)
                .orElseThrow(() -> ProblemException.unauthenticated(
                        "Send 'Authorization: Bearer' with an API key or a session's token."));
        Caller.Person person = sessions.caller(token)
                .orElseThrow(() -> ProblemException.unauthenticated("The session has ended. Sign in again."));
        browsers.requireOwnPage(ctx);
        BrowserRequests.requireShownTo(ctx, person);
        return person;
    }

    private Caller byHeader(String header, boolean basic) {
        String[] parts = BLANKS.split(header.strip(), 2);
        String credentials = parts.length == 2 ? parts[1] : "";
        Optional<? extends Caller> caller = switch (parts[0].toLowerCase(Locale.ROOT)) {
            case "bearer" -> byBearer(credentials);
            case "basic" -> basic ? keys.caller(passwordOf(credentials)) : Optional.empty();
            default -> Optional.empty();
        };
        return caller.<Caller>map(found -> found).orElseThrow(Authentication::notValid);
    }

    /** One answer for all that is wrong: unknown, expired and revoked are for the owner to look up, not for a guesser. */
    private static ProblemException notValid() {
        return ProblemException.unauthenticated(
                "This key or token is not valid: it may be mistyped, expired or revoked.");
    }

    private Optional<? extends Caller> byBearer(String secret) {
        return secret.startsWith(Secrets.SESSION_PREFIX) ? sessions.caller(secret) : keys.caller(secret);
    }

    private static String passwordOf(String credentials) {
        try {
            String pair = new String(Base64.getDecoder().decode(credentials), StandardCharsets.UTF_8);
            return pair.substring(pair.indexOf(':') + 1);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}

package com.promptmanage.service.access;

import com.promptmanage.service.http.Problem.Kind;
import com.promptmanage.service.http.ProblemException;
import io.javalin.http.Context;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells requests that our own pages send from those that a foreign page makes a browser send along with our cookie, and those of a
 * page that is still shown to someone from those of one that another has signed in beside.
 *
 * <p>Every browser of today says in {@code Sec-Fetch-Site} where a request comes from, and no page can forge it; where it
 * is left out (plain http that is not loopback), {@code Origin} comes with every request that may change something. So no
 * token has to be handed out and sent back, and a client has nothing to forget.
 */
final class BrowserRequests {

    /** The id of whom a page is shown to. All tabs of a browser have one cookie: it is that of who signed in last in any of them. */
    static final String PERSON = "Prompt-Manage-Person";

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    private final Optional<URI> publicUrl;

    BrowserRequests(Optional<URI> publicUrl) {
        this.publicUrl = publicUrl;
    }

    /**
     * For a request whose only proof is a cookie.
     *
     * @throws ProblemException 403 if it may change something and does not say that it comes from our own page
     */
    void requireOwnPage(Context ctx) {
        if (!SAFE.contains(ctx.req().getMethod()) && origin(ctx) != Origin.OURS) {
            throw ProblemException.forbidden(
                    "A request that changes something and carries the session as a cookie must come from a page of this address (Sec-Fetch-Site: same-origin, or an Origin that equals Host). Programs send 'Authorization: Bearer' instead.");
        }
    }

    /**
     * For a request whose only proof is a cookie.
     *
     * @throws ProblemException 409 {@code other_person} if it says that it is of a page that is shown to someone else
     */
    static void requireShownTo(Context ctx, Caller.Person person) {
        @Nullable String shownTo = ctx.header(PERSON);
        if (shownTo != null && !shownTo.equals(person.userId())) {
            throw new ProblemException(
                    Kind.OTHER_PERSON,
                    "%1$s has signed in in this browser, and this page is shown to someone else. Load it again to go on as %1$s."
                            .formatted(person.name()));
        }
    }

    /**
     * For a request that would give the browser a cookie.
     *
     * @throws ProblemException 403 if a foreign page sends it: it could sign people in as someone else without their notice
     */
    void refuseForeignPage(Context ctx) {
        if (origin(ctx) == Origin.FOREIGN) {
            throw ProblemException.forbidden("This cannot be sent from a page of another address.");
        }
    }

    /** Whether the browser says that a page of ours has led it here. */
    boolean isFromOwnPage(Context ctx) {
        return origin(ctx) == Origin.OURS;
    }

    private enum Origin {
        OURS,
        FOREIGN,
        /** No browser of today, or no browser. */
        UNSAID
    }

    private Origin origin(Context ctx) {
        @Nullable String site = ctx.header("Sec-Fetch-Site");
        if (site != null) {
            return site.equals("same-origin") ? Origin.OURS : Origin.FOREIGN;
        }
        @Nullable String origin = ctx.header("Origin");
        if (origin == null) {
            return Origin.UNSAID;
        }
        return isOwn(origin, ctx.header("Host")) ? Origin.OURS : Origin.FOREIGN;
    }

    private boolean isOwn(String origin, @Nullable String host) {
        try {
            URI from = URI.create(origin.toLowerCase(Locale.ROOT));
            @Nullable String authority = from.getAuthority();
            return authority != null
                    && (authority.equalsIgnoreCase(host)
                            || publicUrl
                                    .filter(url -> authority.equalsIgnoreCase(url.getAuthority())
                                            && url.getScheme().equalsIgnoreCase(from.getScheme()))
                                    .isPresent());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}

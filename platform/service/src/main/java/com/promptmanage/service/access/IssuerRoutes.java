package com.promptmanage.service.access;

import com.promptmanage.service.access.PendingSignIns.Back;
import com.promptmanage.service.access.PendingSignIns.Pending;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.oidc.Attempt;
import com.promptmanage.service.oidc.Identity;
import com.promptmanage.service.oidc.IssuerException;
import com.promptmanage.service.oidc.OidcIssuer;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /api/auth/issuers}: signing in elsewhere. A browser goes and comes back by itself, so what goes wrong is told on the page
 * to sign in and not as JSON.
 */
final class IssuerRoutes implements Routes {

    static final String PATH = "/api/auth/issuers";

    private static final Logger LOGGER = LoggerFactory.getLogger(IssuerRoutes.class);

    /** An address of ours: with two slashes, or a backslash that browsers take for one, it would be another's. */
    private static final Pattern OWN = Pattern.compile("/(?:[A-Za-z0-9._~%-][A-Za-z0-9._~%!$&'()*+,;=:@?/-]{0,1999})?");

    private final List<OidcIssuer> issuers;

    private final boolean signUpIsOpen;

    private final Browsers browsers;

    private final PendingSignIns pending;

    private final Identities identities;

    /** What is asked about a browser. */
    record Browsers(SessionCookie cookie, BrowserRequests requests, Sessions sessions, ClientAddresses addresses) {}

    /** @param signUpIsOpen whether whoever comes may make themselves an account with a password, besides */
    IssuerRoutes(
            List<OidcIssuer> issuers,
            boolean signUpIsOpen,
            Browsers browsers,
            PendingSignIns pending,
            Identities identities) {
        this.issuers = List.copyOf(issuers);
        this.signUpIsOpen = signUpIsOpen;
        this.browsers = browsers;
        this.pending = pending;
        this.identities = identities;
    }

    private record Listed(String id, String name) {}

    private record ListAnswer(
            List<Listed> issuers, boolean signUp, @Nullable String nextCursor) {}

    /** What an operator tells the issuer. */
    static URI callback(URI publicUrl, String issuerId) {
        return URI.create("%s%s/%s/callback".formatted(publicUrl, PATH, issuerId));
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get(PATH, this::list);
        routes.get(PATH + "/{issuerId}/start", this::start);
        routes.get(PATH + "/{issuerId}/callback", this::comeBack);
    }

    private void list(Context ctx) {
        ctx.json(new ListAnswer(
                issuers.stream()
                        .map(issuer -> new Listed(
                                issuer.settings().id(), issuer.settings().name()))
                        .toList(),
                signUpIsOpen,
                null));
    }

    private void start(Context ctx) {
        OidcIssuer issuer = issuer(ctx);
        @Nullable String then = ctx.queryParam("then");
        String target = then != null && OWN.matcher(then).matches() ? then : "/";
        Attempt attempt = Attempt.make();
        URI there;
        try {
            there = issuer.signInAt(attempt);
        } catch (IssuerException e) {
            fail(ctx, issuer, e);
            return;
        }
        boolean isKept = pending.keep(
                issuer.settings().id(),
                browsers.cookie().markBrowser(ctx),
                browsers.addresses().of(ctx),
                new Pending(attempt, target, signedIn(ctx), isAfresh(ctx)));
        if (isKept) {
            go(ctx, there.toString());
        } else {
            fail(ctx, "too_many_sign_ins");
        }
    }

    /** Another site's link carries no such cookie: so nobody is led here with a session that they do not know of. */
    private Optional<String> signedIn(Context ctx) {
        return browsers.cookie().token(ctx).flatMap(browsers.sessions()::caller).map(Caller.Person::userId);
    }

    /** It sets an account aside, so that no other site may ask for it. */
    private boolean isAfresh(Context ctx) {
        return "true".equals(ctx.queryParam("afresh")) && browsers.requests().isFromOwnPage(ctx);
    }

    private void comeBack(Context ctx) {
        OidcIssuer issuer = issuer(ctx);
        Optional<String> browser = SessionCookie.browser(ctx);
        @Nullable String state = ctx.queryParam("state");
        Optional<Back> back = browser.isEmpty() || state == null
                ? Optional.empty()
                : pending.take(issuer.settings().id(), browser.get(), state);
        if (back.isEmpty()) {
            fail(ctx, "sign_in_expired");
            return;
        }
        Pending sent = back.get().sent();
        Identity identity;
        try {
            identity = issuer.identify(ctx.queryParamMap(), sent.attempt());
        } catch (IssuerException e) {
            fail(ctx, issuer, e);
            return;
        }
        var coming = new Identities.Coming(issuer.settings().signUp(), sent.signedIn(), sent.afresh(), from(ctx));
        switch (identities.signIn(identity, coming)) {
            case Identities.Outcome.In in -> {
                pending.cameBack(browsers.addresses().of(ctx), back.get().startedAt());
                browsers.cookie().give(ctx, in.signedIn().token());
                go(ctx, sent.target());
            }
            // The page offers to go there again.
            case Identities.Outcome.Out out
            when out.problem().equals(Identities.UNPROVEN) ->
                fail(
                        ctx,
                        "%s&issuer=%s"
                                .formatted(out.problem(), issuer.settings().id()));
            case Identities.Outcome.Out out -> fail(ctx, out.problem());
        }
    }

    private OidcIssuer issuer(Context ctx) {
        String id = ctx.pathParam("issuerId");
        return issuers.stream()
                .filter(issuer -> issuer.settings().id().equals(id))
                .findFirst()
                .orElseThrow(() -> ProblemException.notFound("Nobody signs in by such an issuer here."));
    }

    private Actor from(Context ctx) {
        return new Actor("person", "", "", browsers.addresses().of(ctx), ctx.header("User-Agent"));
    }

    private static void fail(Context ctx, OidcIssuer issuer, IssuerException e) {
        LOGGER.atWarn()
                .addKeyValue("issuer", issuer.settings().id())
                .addKeyValue("cause", e.getMessage())
                .log("someone was not signed in by an issuer");
        fail(
                ctx,
                switch (e.kind()) {
                    case AWAY -> "issuer_away";
                    case REFUSED -> "issuer_refused";
                    case UNPROVEN -> "sign_in_unproven";
                });
    }

    private static void fail(Context ctx, String problem) {
        go(ctx, "/sign-in?problem=" + problem);
    }

    private static void go(Context ctx, String address) {
        ctx.redirect(address, HttpStatus.SEE_OTHER);
    }
}

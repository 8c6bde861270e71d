package com.promptmanage.service.oidc;

import com.nimbusds.jose.jwk.JWKSet;
import com.promptmanage.service.oidc.IssuerException.Kind;
import java.net.URI;
import java.text.ParseException;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * The keys by which an issuer signs. Fetched again when they are old, and when a signature is by none of them, for then the
 * issuer may have changed them; but not at every such signature, which anyone can send.
 */
final class IssuerKeys {

    private final IssuerCalls calls;

    private final Clock clock;

    private @Nullable Place last;

    /** An issuer may move its keys. */
    private record Place(URI uri, Remembered<JWKSet> keys) {}

    IssuerKeys(IssuerCalls calls, Clock clock) {
        this.calls = calls;
        this.clock = clock;
    }

    JWKSet at(URI uri) throws IssuerException {
        return of(uri).get(() -> fetch(uri));
    }

    /** Others than those, if there may be. */
    JWKSet newerAt(URI uri, JWKSet tried) throws IssuerException {
        return of(uri).newerThan(tried, () -> fetch(uri));
    }

    private synchronized Remembered<JWKSet> of(URI uri) {
        Place known = last;
        if (known == null || !known.uri().equals(uri)) {
            known = new Place(uri, new Remembered<>(clock, IssuerCalls.CALL_MAX));
            last = known;
        }
        return known.keys();
    }

    private JWKSet fetch(URI uri) throws IssuerException {
        try {
            return JWKSet.parse(calls.text(uri));
        } catch (ParseException e) {
            throw new IssuerException(Kind.AWAY, "%s holds no keys".formatted(uri), e);
        }
    }
}

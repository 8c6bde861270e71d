package com.promptmanage.service.oidc;

import com.nimbusds.jose.jwk.JWKSet;
import com.promptmanage.service.oidc.IssuerException.Kind;
import java.net.URI;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The keys by which an issuer signs. Fetched again when they are old, and when a signature is by none of them, for then the
 * issuer may have changed them; but not at every such signature, which anyone can send.
 */
final class IssuerKeys {

    static final Duration FRESH = Duration.ofHours(1);

    static final Duration PAUSE = Duration.ofSeconds(10);

    private final IssuerCalls calls;

    private final Clock clock;

    private @Nullable Fetched last;

    private record Fetched(URI from, JWKSet keys, Instant at) {}

    IssuerKeys(IssuerCalls calls, Clock clock) {
        this.calls = calls;
        this.clock = clock;
    }

    synchronized JWKSet at(URI uri) throws IssuerException {
        Fetched known = last;
        if (known != null
                && known.from().equals(uri)
                && clock.instant().isBefore(known.at().plus(FRESH))) {
            return known.keys();
        }
        return fetch(uri);
    }

    /** Others than those, if there may be. */
    synchronized JWKSet newerAt(URI uri, JWKSet tried) throws IssuerException {
        Fetched known = last;
        if (known != null
                && known.keys().equals(tried)
                && !clock.instant().isBefore(known.at().plus(PAUSE))) {
            return fetch(uri);
        }
        return at(uri);
    }

    private JWKSet fetch(URI uri) throws IssuerException {
        try {
            JWKSet keys = JWKSet.parse(calls.text(uri));
            last = new Fetched(uri, keys, clock.instant());
            return keys;
        } catch (ParseException e) {
            throw new IssuerException(Kind.AWAY, "%s holds no keys".formatted(uri), e);
        }
    }
}

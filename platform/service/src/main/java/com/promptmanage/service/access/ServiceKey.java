package com.promptmanage.service.access;

import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.topics.account.Account;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key by which a process asks the query API about every account: it may only read. Each process makes its own, which nobody
 * else ever holds, replaces it each day and revokes it at the end; what a lost process leaves behind expires. Safe for use by
 * several threads.
 */
public final class ServiceKey implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(ServiceKey.class);

    private static final Duration GOOD_FOR = Duration.ofDays(2);

    private static final Duration REPLACED_AFTER = Duration.ofDays(1);

    /** While the database is away, those who wait for a key must not wait for it one after the other. */
    private static final Duration TRIED_AGAIN_AFTER = Duration.ofSeconds(1);

    private final ApiKeys keys;

    private final String service;

    private final Clock clock;

    private volatile @Nullable Current current;

    private @Nullable Failed failed;

    private boolean isClosed;

    private record Current(ApiKeys.Created key, Instant madeAt) {}

    private record Failed(UnavailableException cause, Instant at) {}

    /** @param service whose key it is: {@code ingest-api} */
    public ServiceKey(ApiKeys keys, String service, Clock clock) {
        this.keys = keys;
        this.service = service;
        this.clock = clock;
    }

    /** Without waiting for anyone; empty if there is none yet, or it is time for another. */
    public Optional<String> atHand() {
        Current known = current;
        return known != null && clock.instant().isBefore(known.madeAt().plus(REPLACED_AFTER))
                ? Optional.of(known.key().secret())
                : Optional.empty();
    }

    /** @throws UnavailableException if there is none and the database is away, or this is closed */
    public synchronized String secret() {
        return atHand().orElseGet(this::another);
    }

    private String another() {
        if (isClosed) {
            // Nobody would revoke it.
            throw new UnavailableException(
                    "This process is stopping", TRIED_AGAIN_AFTER, new IllegalStateException("the key is given up"));
        }
        Instant now = clock.instant();
        Failed before = failed;
        if (before != null && now.isBefore(before.at().plus(TRIED_AGAIN_AFTER))) {
            throw before.cause();
        }
        Current known = current;
        try {
            ApiKeys.Created made = keys.create(
                    Scope.EVERYONE,
                    NewKey.of(service, Account.user(service))
                            .withScopes(Set.of(KeyScope.QUERY))
                            .withRole(Role.ADMIN)
                            .speakingForOthers()
                            .expiringAt(now.plus(GOOD_FOR)));
            current = new Current(made, now);
            failed = null;
            if (known != null) {
                revoke(known);
            }
            return made.secret();
        } catch (UnavailableException e) {
            failed = new Failed(e, clock.instant());
            throw e;
        }
    }

    /** It is not accepted any more, whoever revoked it: the next is a new one. */
    public synchronized void refused() {
        current = null;
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        Current last = current;
        current = null;
        if (last != null) {
            revoke(last);
        }
    }

    private void revoke(Current old) {
        try {
            keys.revoke(Scope.EVERYONE, old.key().id());
        } catch (UnavailableException e) {
            LOGGER.atWarn().addKeyValue("keyId", old.key().id()).log("a key is not revoked, and left to expire");
        }
    }
}

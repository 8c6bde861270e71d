package com.promptmanage.runner.budget;

import com.promptmanage.service.access.ApiKeys;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.access.Role;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.topics.account.Account;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key by which a process asks the budgets of every account: it may only read. Each process makes its own, which nobody else
 * ever holds, replaces it each day and revokes it at the end; what a lost process leaves behind expires. Safe for use by several
 * threads.
 */
final class BudgetKey implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(BudgetKey.class);

    private static final Account HOLDER = Account.user("workflow-runner");

    private static final Duration GOOD_FOR = Duration.ofDays(2);

    private static final Duration REPLACED_AFTER = Duration.ofDays(1);

    private final ApiKeys keys;

    private final Clock clock;

    private @Nullable Current current;

    private record Current(ApiKeys.Created key, Instant madeAt) {}

    BudgetKey(ApiKeys keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /** @throws UnavailableException if there is none yet and the database is away */
    synchronized String secret() {
        Instant now = clock.instant();
        Current known = current;
        if (known != null && now.isBefore(known.madeAt().plus(REPLACED_AFTER))) {
            return known.key().secret();
        }
        ApiKeys.Created made = keys.create(
                Scope.EVERYONE,
                NewKey.of("workflow runner", HOLDER)
                        .withScopes(Set.of(KeyScope.QUERY))
                        .withRole(Role.ADMIN)
                        .speakingForOthers()
                        .expiringAt(now.plus(GOOD_FOR)));
        current = new Current(made, now);
        if (known != null) {
            revoke(known);
        }
        return made.secret();
    }

    /** It is not accepted any more, whoever revoked it: the next is a new one. */
    synchronized void refused() {
        current = null;
    }

    @Override
    public synchronized void close() {
        if (current != null) {
            revoke(current);
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

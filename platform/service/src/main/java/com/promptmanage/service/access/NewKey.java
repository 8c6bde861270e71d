package com.promptmanage.service.access;

import com.promptmanage.topics.account.Account;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A key to be made.
 *
 * @param role what it may in its team at most
 * @param createdBy a user id
 */
public record NewKey(
        String name,
        Account account,
        Set<KeyScope> scopes,
        boolean maySpeakForOthers,
        Role role,
        Optional<Instant> expiresAt,
        Optional<String> createdBy) {

    public NewKey {
        scopes = Set.copyOf(scopes);
    }

    /** With all scopes, for good, bound to its account, as an owner has it. */
    public static NewKey of(String name, Account account) {
        return new NewKey(name, account, KeyScope.ALL, false, Role.OWNER, Optional.empty(), Optional.empty());
    }

    public NewKey withScopes(Set<KeyScope> other) {
        return new NewKey(name, account, other, maySpeakForOthers, role, expiresAt, createdBy);
    }

    public NewKey speakingForOthers() {
        return new NewKey(name, account, scopes, true, role, expiresAt, createdBy);
    }

    public NewKey expiringAt(Instant time) {
        return new NewKey(name, account, scopes, maySpeakForOthers, role, Optional.of(time), createdBy);
    }

    public NewKey withRole(Role other) {
        return new NewKey(name, account, scopes, maySpeakForOthers, other, expiresAt, createdBy);
    }

    public NewKey madeBy(String userId) {
        return new NewKey(name, account, scopes, maySpeakForOthers, role, expiresAt, Optional.of(userId));
    }
}

package com.promptmanage.service.access;

import com.promptmanage.service.database.Scope;
import com.promptmanage.topics.account.Account;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Who is calling. What they may do is {@link Permissions}' to say. */
public sealed interface Caller {

    /**
     * Someone who signed in.
     *
     * @param roles by team id; deleted teams are not in it
     * @param operator whether they run the installation
     */
    record Person(String userId, String email, String name, String sessionId, Map<String, Role> roles, boolean operator)
            implements Caller {

        public Person {
            roles = Map.copyOf(roles);
        }

        /** Someone who does not run the installation. */
        public Person(String userId, String email, String name, String sessionId, Map<String, Role> roles) {
            this(userId, email, name, sessionId, roles, false);
        }

        @Override
        public Set<Account> accounts() {
            return Stream.concat(
                            Stream.of(Account.user(userId)),
                            roles.keySet().stream().map(Account::team))
                    .collect(Collectors.toUnmodifiableSet());
        }

        @Override
        public Optional<String> person() {
            return Optional.of(userId);
        }
    }

    /**
     * An application with an API key.
     *
     * @param account what the key is bound to
     * @param maySpeakForOthers whether it may name other accounts and users than its own. Such keys are for what an
     *     operator trusts with every account: a gateway, a migration
     * @param role what it may in its team at most: as much as who made it
     */
    record Key(String keyId, Account account, Set<KeyScope> scopes, boolean maySpeakForOthers, Role role)
            implements Caller {

        public Key {
            scopes = Set.copyOf(scopes);
        }

        /** That may whatever its scopes say. */
        public Key(String keyId, Account account, Set<KeyScope> scopes, boolean maySpeakForOthers) {
            this(keyId, account, scopes, maySpeakForOthers, Role.OWNER);
        }

        @Override
        public Set<Account> accounts() {
            return Set.of(account);
        }

        @Override
        public Optional<String> person() {
            return account.isTeam() ? Optional.empty() : Optional.of(account.id());
        }
    }

    /** The accounts that are the caller's own. */
    Set<Account> accounts();

    /** The user id, if the caller is a person or a person's key. */
    Optional<String> person();

    /** For transactions that work with the caller's own accounts. */
    default Scope scope() {
        return scope(accounts());
    }

    /** For transactions that work with this one account, which {@link Permissions} allowed before. */
    default Scope scope(Account allowed) {
        return scope(Set.of(allowed));
    }

    private Scope scope(Set<Account> allowed) {
        return new Scope.Tenant(
                person().orElse(""), allowed.stream().map(Account::value).collect(Collectors.toSet()));
    }
}

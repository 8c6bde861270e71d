package com.promptmanage.ingest.admission;

import com.promptmanage.ingest.normalize.Excerpt;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.topics.account.Account;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whose spend an event is.
 *
 * @param userId who made the call: as the event says; else its end user, if a team pays; else whom the key belongs to; a
 *     team's key without any of these stands for itself
 * @param endUser whom the event's subject names, if that is not the account
 */
public record Payer(
        Account account, String userId, @Nullable String endUser) {

    /** The team's id if a team pays. */
    public @Nullable String teamId() {
        return account.isTeam() ? account.id() : null;
    }

    /**
     * Finds the payer. The account is what the event's data names, else what its subject names, else the key's or the
     * person's own. A user who is named alone, by a key that may not speak for others, is a user of the key's account.
     */
    public static Payer of(Caller caller, Named named) {
        Optional<Account> subject = Optional.ofNullable(named.subject()).flatMap(Account::parse);
        String team = first(named.teamId(), subject.filter(Account::isTeam));
        String user = first(named.userId(), subject.filter(account -> !account.isTeam()));
        Account account = team == null ? withoutTeam(caller, user) : Account.team(team);
        String stranger = subject.isPresent() ? null : named.subject();
        String found = user == null && account.isTeam() && !(caller instanceof Caller.Person) ? stranger : user;
        String userId = found == null ? fallback(caller, account) : found;
        String endUser = subject.filter(other -> !other.isTeam() && !other.equals(account))
                .map(Account::id)
                .orElse(stranger);
        return new Payer(account, userId, endUser);
    }

    /**
     * Finds the payer of what a tool reports that knows nothing of our accounts. What it calls a team is one of ours only if
     * the caller may send for that; else the call is the caller's own. What it calls a user is a user within the account, and
     * never one that pays: it may be anybody in front of the application.
     */
    public static Payer ofLabels(Caller caller, @Nullable String team, @Nullable String user) {
        Account own = switch (caller) {
            case Caller.Person person -> Account.user(person.userId());
            case Caller.Key key -> key.account();
        };
        Account named = team == null ? own : Account.team(team);
        Account account = named.equals(own) || isLabelOf(caller, named) ? named : own;
        String userId =
                user == null || caller instanceof Caller.Person || !account.isTeam() ? fallback(caller, account) : user;
        return new Payer(account, userId, user == null || user.equals(userId) ? null : user);
    }

    private static boolean isLabelOf(Caller caller, Account team) {
        return switch (caller) {
            case Caller.Person person -> Permissions.mayIngest(person, team, person.userId());
            case Caller.Key key -> key.maySpeakForOthers();
        };
    }

    /** Whether the caller may send this payer's usage. */
    public boolean isAllowedFor(Caller caller) {
        return Permissions.mayIngest(caller, account, userId);
    }

    /** What a caller is told who may not. The same whether the payer exists or not. */
    public String refusal() {
        return "This key or session may not send usage of user '%s' for %s: use a key that is bound to it or may speak for others"
                .formatted(Excerpt.of(userId), Excerpt.of(account.value()));
    }

    private static Account withoutTeam(Caller caller, @Nullable String user) {
        return switch (caller) {
            case Caller.Person person -> Account.user(person.userId());
            case Caller.Key key -> user != null && key.maySpeakForOthers() ? Account.user(user) : key.account();
        };
    }

    private static String fallback(Caller caller, Account account) {
        return switch (caller) {
            case Caller.Person person -> person.userId();
            case Caller.Key key -> {
                if (!account.isTeam()) {
                    yield account.id();
                }
                yield key.account().isTeam() ? key.keyId() : key.account().id();
            }
        };
    }

    private static @Nullable String first(@Nullable String id, Optional<Account> account) {
        return id != null ? id : account.map(Account::id).orElse(null);
    }
}

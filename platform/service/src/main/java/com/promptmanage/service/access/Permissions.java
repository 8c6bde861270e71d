package com.promptmanage.service.access;

import com.promptmanage.service.http.ProblemException;
import com.promptmanage.topics.account.Account;

/** What a caller may do. The one place where it is decided; {@link Action} is the table it is decided by. */
public final class Permissions {

    private Permissions() {}

    public static boolean may(Caller caller, Action action, Account account) {
        return switch (caller) {
            case Caller.Person person -> mayPerson(person, action, account);
            case Caller.Key key ->
                key.scopes().contains(action.scope())
                        && action.isFor(key.role())
                        && (key.account().equals(account) || key.maySpeakForOthers());
        };
    }

    /** Whether the caller acts for whoever runs the installation: may set tiers, and make keys that speak for others. */
    public static boolean mayOperate(Caller caller) {
        return switch (caller) {
            case Caller.Person person -> person.operator();
            case Caller.Key key -> key.maySpeakForOthers() && key.scopes().contains(KeyScope.MANAGE);
        };
    }

    /** @throws ProblemException 403 unless {@link #mayOperate} */
    public static void requireOperator(Caller caller) {
        if (!mayOperate(caller)) {
            throw ProblemException.forbidden("This is for whoever runs the installation.");
        }
    }

    /** Whether usage may be sent for the account, said to be this user's. */
    public static boolean mayIngest(Caller caller, Account account, String userId) {
        return may(caller, Action.INGEST, account)
                && switch (caller) {
                    // A member cannot charge a colleague.
                    case Caller.Person person -> person.userId().equals(userId);
                    // A team's key sends what the team's members use; a person's key only that person's.
                    case Caller.Key key ->
                        key.maySpeakForOthers()
                                || key.account().isTeam()
                                || key.account().id().equals(userId);
                };
    }

    /** Whether the account's whole usage may be seen. */
    public static boolean mayQuery(Caller caller, Account account) {
        return may(caller, Action.VIEW_USAGE, account);
    }

    /** Whether this member's part of the account's usage may be seen: their own by each member. */
    public static boolean mayQuery(Caller caller, Account account, String userId) {
        return mayQuery(caller, account)
                || (may(caller, Action.VIEW, account)
                        && caller.person().filter(userId::equals).isPresent());
    }

    /**
     * Refuses unless it is allowed.
     *
     * @throws ProblemException 403 if the caller belongs to the account but may not do this; 404 if not, for a stranger
     *     must not learn that the account exists
     */
    public static void require(Caller caller, Action action, Account account) {
        if (!may(caller, action, account)) {
            throw refusal(caller, account);
        }
    }

    /** As {@link #require}, for {@link #mayQuery(Caller, Account)}. */
    public static void requireQuery(Caller caller, Account account) {
        require(caller, Action.VIEW_USAGE, account);
    }

    /** As {@link #require}, for {@link #mayQuery(Caller, Account, String)}. */
    public static void requireQuery(Caller caller, Account account, String userId) {
        if (!mayQuery(caller, account, userId)) {
            throw refusal(caller, account);
        }
    }

    private static ProblemException refusal(Caller caller, Account account) {
        return caller.accounts().contains(account)
                ? ProblemException.forbidden("Your role, or the scopes of your key, do not allow this for " + account)
                : ProblemException.notFound("There is no " + account + " that you may see");
    }

    private static boolean mayPerson(Caller.Person person, Action action, Account account) {
        if (account.isTeam()) {
            Role role = person.roles().get(account.id());
            return role != null && action.isFor(role);
        }
        return account.id().equals(person.userId());
    }
}

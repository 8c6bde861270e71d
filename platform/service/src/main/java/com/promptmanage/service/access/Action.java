package com.promptmanage.service.access;

/**
 * What can be done in an account: the least of a team's roles that may, and which scope a key needs for it. The product's matrix
 * of permissions, in one place. On their own account ({@code user:<id>}) a person may do all of it.
 */
public enum Action {
    /** Send usage that belongs to the account. */
    INGEST(KeyScope.INGEST, Role.VIEWER),
    /** See the team, its members, and what each has spent themselves. */
    VIEW(KeyScope.QUERY, Role.VIEWER),
    /** See what the whole team and each member spends, its budgets and alerts. */
    VIEW_USAGE(KeyScope.QUERY, Role.ADMIN),
    EXPORT_USAGE(KeyScope.QUERY, Role.OWNER),
    VIEW_AUDIT_LOG(KeyScope.MANAGE, Role.ADMIN),
    /** Create and change prompts, workflows, data sources. */
    EDIT_CONTENT(KeyScope.MANAGE, Role.EDITOR),
    MANAGE_BUDGETS(KeyScope.MANAGE, Role.ADMIN),
    MANAGE_KEYS(KeyScope.MANAGE, Role.ADMIN),
    MANAGE_MEMBERS(KeyScope.MANAGE, Role.ADMIN),
    MANAGE_SETTINGS(KeyScope.MANAGE, Role.ADMIN),
    TRANSFER_OWNERSHIP(KeyScope.MANAGE, Role.OWNER),
    DELETE_TEAM(KeyScope.MANAGE, Role.OWNER);

    private final KeyScope scope;

    private final Role least;

    Action(KeyScope scope, Role least) {
        this.scope = scope;
        this.least = least;
    }

    KeyScope scope() {
        return scope;
    }

    boolean isFor(Role role) {
        return role.compareTo(least) <= 0;
    }
}

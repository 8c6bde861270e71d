package com.promptmanage.service.database;

import java.util.Set;

/** Whose rows a transaction may see and change. */
public sealed interface Scope {

    /**
     * A caller's.
     *
     * @param userId the person, or empty for an application
     * @param accounts {@code team:<id>} and {@code user:<id>}
     */
    record Tenant(String userId, Set<String> accounts) implements Scope {

        public Tenant {
            accounts = Set.copyOf(accounts);
        }
    }

    /**
     * Everyone's: for a service's own work, such as relaying the outbox or finding out who is calling. Never for what a
     * caller asked to see.
     *
     * <p>It is a role of its own ({@code pm_system}) that a transaction takes on by {@code SET LOCAL ROLE} and that ends
     * with it. A setting that policies look at would do as well, but then each policy would carry its own way around
     * itself; this way a tenant's policies say only what tenants may, and the database's catalogue shows who may pass.
     * Our role does not inherit from it, so a transaction that forgets to say what it is sees nothing. It does not guard
     * against SQL that a caller smuggles in: there the rule is that no SQL is ever put together from a request.
     */
    record Everyone() implements Scope {}

    Scope EVERYONE = new Everyone();
}

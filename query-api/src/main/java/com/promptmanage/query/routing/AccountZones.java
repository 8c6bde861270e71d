package com.promptmanage.query.routing;

import com.promptmanage.query.request.TimeZones;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.LastKnown;
import com.promptmanage.topics.account.Account;
import java.time.Duration;
import java.time.ZoneId;

/** The time zone that an account's days are told in unless a query names another: a team's own, else UTC. */
public final class AccountZones {

    private static final Duration KEPT = Duration.ofSeconds(10);

    private final Database database;

    private final LastKnown<Account, ZoneId> zones;

    public AccountZones(Database database) {
        this.database = database;
        this.zones = new LastKnown<>(KEPT, database.waits());
    }

    /** @param caller who may see the account */
    public ZoneId of(Account account, Caller caller) {
        return account.isTeam() ? zones.get(account, () -> read(account, caller)) : TimeZones.UTC;
    }

    private ZoneId read(Account team, Caller caller) {
        return database.inTransaction(
                caller.scope(team),
                handle -> handle.createQuery("SELECT timezone FROM teams WHERE id = :id")
                        .bind("id", team.id())
                        .mapTo(String.class)
                        .findOne()
                        .flatMap(TimeZones::parse)
                        .orElse(TimeZones.UTC));
    }
}

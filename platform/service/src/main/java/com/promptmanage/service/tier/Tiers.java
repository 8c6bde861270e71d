package com.promptmanage.service.tier;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.promptmanage.service.database.Database;
import com.promptmanage.topics.account.Account;
import java.time.Duration;
import org.jdbi.v3.core.Handle;

/** Which tier an account is in, and what it may use. A changed tier counts within {@link #KEPT} everywhere. */
public final class Tiers {

    static final Duration KEPT = Duration.ofSeconds(5);

    private static final int ACCOUNTS_MAX = 100_000;

    private final Database database;

    private final boolean enforced;

    private final Cache<Account, Tier> known = Caffeine.newBuilder()
            .maximumSize(ACCOUNTS_MAX)
            .expireAfterWrite(KEPT)
            .build();

    /** @param enforced whether tiers' limits hold */
    public Tiers(Database database, boolean enforced) {
        this.database = database;
        this.enforced = enforced;
    }

    public boolean areEnforced() {
        return enforced;
    }

    /** What the account may use: everything, unless tiers are enforced. */
    public Features featuresOf(Account account) {
        return enforced ? tierOf(account).features() : Features.ALL;
    }

    /** What a tier's accounts may use: everything, unless tiers are enforced. */
    public Features featuresOf(Tier tier) {
        return enforced ? tier.features() : Features.ALL;
    }

    /** Of an account that nobody has made, the least. */
    public Tier tierOf(Account account) {
        return known.get(account, one -> database.asSystem(handle -> read(handle, one)));
    }

    /** After a change made here. */
    public void forget(Account account) {
        known.invalidate(account);
    }

    private static Tier read(Handle handle, Account account) {
        return handle.createQuery(
                        account.isTeam()
                                ? "SELECT tier FROM teams WHERE id = :id"
                                : "SELECT tier FROM users WHERE id = :id")
                .bind("id", account.id())
                .mapTo(String.class)
                .findOne()
                .flatMap(Tier::parse)
                .orElse(Tier.FREE);
    }
}

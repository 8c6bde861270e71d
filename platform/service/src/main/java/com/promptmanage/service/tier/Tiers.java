package com.promptmanage.service.tier;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.LastKnown;
import com.promptmanage.topics.account.Account;
import java.time.Duration;
import org.jdbi.v3.core.Handle;

/** Which tier an account is in, and what it may use. A changed tier counts within {@link #KEPT} everywhere. */
public final class Tiers {

    static final Duration KEPT = Duration.ofSeconds(5);

    private final Database database;

    private final boolean enforced;

    private final LastKnown<Account, Tier> known;

    /** @param enforced whether tiers' limits hold; if not, everyone has everything */
    public Tiers(Database database, boolean enforced) {
        this.database = database;
        this.enforced = enforced;
        this.known = new LastKnown<>(KEPT, database.waits());
    }

    /** If not, everyone has everything. */
    public boolean isEnforced() {
        return enforced;
    }

    /**
     * Costs no query if it was asked a moment ago, nor where tiers are not enforced. While the database is away, it is as it was.
     *
     * @throws com.promptmanage.service.http.UnavailableException if it was never asked before
     */
    public AccountTier of(Account account) {
        return enforced
                ? of(known.get(account, () -> database.asSystem(handle -> read(handle, account))))
                : of(Tier.FREE);
    }

    /** As it stands in the caller's transaction, which may see the account. */
    public AccountTier of(Handle handle, Account account) {
        return enforced ? of(read(handle, account)) : of(Tier.FREE);
    }

    /** What a tier's accounts may use. */
    public AccountTier of(Tier tier) {
        return new AccountTier(tier, enforced ? tier.features() : Features.ALL);
    }

    /** After a change made here. */
    public void forget(Account account) {
        known.forget(account);
    }

    /** An account that nobody has made is in the least. */
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

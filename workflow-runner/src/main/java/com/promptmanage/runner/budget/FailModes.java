package com.promptmanage.runner.budget;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.promptmanage.service.database.Database;
import com.promptmanage.topics.account.Account;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;

/**
 * What an account's budgets want done while they cannot be asked, as they said when they last could: kept, so that a process
 * that starts while they are away knows it too. An account that was never asked about lets calls through.
 */
final class FailModes {

    private final Database database;

    private final Clock clock;

    /** So that an unchanged answer is not written at each call. */
    private final Cache<Account, Boolean> written = Caffeine.newBuilder()
            .maximumSize(10_000)
            .expireAfterWrite(Duration.ofMinutes(10))
            .build();

    FailModes(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    void remember(Account account, boolean isClosed) {
        Boolean known = written.getIfPresent(account);
        if (known != null && known == isClosed) {
            return;
        }
        database.useAsSystem(handle -> handle.createUpdate("""
                        INSERT INTO budget_fail_modes (account, is_closed, checked_at) VALUES (:account, :closed, :now)
                        ON CONFLICT (account) DO UPDATE
                        SET is_closed = excluded.is_closed, checked_at = excluded.checked_at
                        """)
                .bind("account", account.value())
                .bind("closed", isClosed)
                .bind("now", clock.instant().atOffset(ZoneOffset.UTC))
                .execute());
        written.put(account, isClosed);
    }

    boolean isClosed(Account account) {
        return database.asSystem(
                handle -> handle.createQuery("SELECT is_closed FROM budget_fail_modes WHERE account = :account")
                        .bind("account", account.value())
                        .mapTo(Boolean.class)
                        .findOne()
                        .orElse(false));
    }
}

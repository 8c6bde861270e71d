package com.promptmanage.ingest.otlp;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.LastKnown;
import com.promptmanage.service.database.Waits;
import com.promptmanage.topics.account.Account;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The members that this process has seen, an account at a time, so that the calls of an export cost one query at most. A change of
 * members works within {@link #FRESH}. That usage is taken is worth more than whose it is: while the database is away or stands
 * still, who was known last is known, else nobody; and it never fails.
 *
 * <p>Safe for use by several threads.
 */
final class KnownMembers implements Members {

    static final Duration FRESH = Duration.ofSeconds(5);

    /** For so long after the database did not answer nobody waits for it. */
    static final Duration QUIET = Duration.ofSeconds(2);

    /** Of one account. The address of whoever joined after them stays an address. */
    private static final int MEMBERS_MAX = 20_000;

    /** Members of all accounts together, and each account once more: some 100 bytes each. */
    private static final long KEPT_MAX = 400_000;

    private static final Logger LOGGER = LoggerFactory.getLogger(KnownMembers.class);

    private final Members directory;

    private final LongSupplier nanoClock;

    private final LastKnown<Account, Map<String, String>> known;

    private final AtomicLong quietUntilNanos;

    /**
     * @param directory is asked, and fails if it cannot tell
     * @param fresh after this time it is asked again
     */
    KnownMembers(Members directory, Duration fresh, Waits waits, LongSupplier nanoClock) {
        this.directory = directory;
        this.nanoClock = nanoClock;
        this.known = new LastKnown<>(fresh, waits, KEPT_MAX, (account, members) -> 1 + members.size());
        this.quietUntilNanos = new AtomicLong(nanoClock.getAsLong());
    }

    static KnownMembers in(Database database) {
        return new KnownMembers(account -> read(database, account), FRESH, database.waits(), System::nanoTime);
    }

    @Override
    public Map<String, String> of(Account account) {
        if (nanoClock.getAsLong() - quietUntilNanos.get() < 0) {
            return lastOf(account);
        }
        try {
            return known.get(account, () -> directory.of(account));
        } catch (RuntimeException e) {
            quietUntilNanos.set(nanoClock.getAsLong() + QUIET.toNanos());
            LOGGER.atWarn()
                    .addKeyValue("cause", e.toString())
                    .log("cannot read who is in an account: developers are known by their addresses");
            return lastOf(account);
        }
    }

    private Map<String, String> lastOf(Account account) {
        return known.last(account).orElse(Map.of());
    }

    private static Map<String, String> read(Database database, Account account) {
        return database.asSystem(
                handle -> account.isTeam() ? ofTeam(handle, account.id()) : alone(handle, account.id()));
    }

    private static Map<String, String> ofTeam(Handle handle, String teamId) {
        return handle
                .createQuery("""
                        SELECT users.email, users.id
                        FROM team_members JOIN users ON users.id = team_members.user_id
                        WHERE team_members.team_id = :team
                        ORDER BY team_members.joined_at, users.id LIMIT :limit
                        """)
                .bind("team", teamId)
                .bind("limit", MEMBERS_MAX)
                .map((row, ctx) -> Map.entry(row.getString("email"), row.getString("id")))
                .stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** A person's own account has one member. */
    private static Map<String, String> alone(Handle handle, String userId) {
        return handle.createQuery("SELECT email, id FROM users WHERE id = :user")
                .bind("user", userId)
                .map((row, ctx) -> Map.of(row.getString("email"), row.getString("id")))
                .findOne()
                .orElse(Map.of());
    }
}

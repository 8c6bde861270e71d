package com.promptmanage.query.anomaly;

import com.promptmanage.query.anomaly.UnusualHours.Unusual;
import com.promptmanage.query.notify.Notices;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.Metering;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.streams.read.SpendQuery.Step;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.alert.Notice;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Severity;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.money.ShownUsd;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks, once a minute, at the accounts that have spent something since it last looked, and tells of each hour of the last day
 * that is far above the account's own history. An account is looked at by the process that holds its state; which hours were
 * told is in the database, so that each is told once whoever looks, and a process that comes back finds what it missed.
 *
 * <p>Threads: one of its own does everything.
 */
public final class AnomalyWatch implements AutoCloseable {

    /** The type of the alert, as preferences know it. */
    static final String TYPE = "anomaly";

    private static final Logger LOGGER = LoggerFactory.getLogger(AnomalyWatch.class);

    private static final Duration EVERY = Duration.ofMinutes(1);

    /** How long after its beginning an hour is still told of. */
    private static final Duration JUDGED_FOR = Duration.ofHours(24);

    private static final DateTimeFormatter HOUR = DateTimeFormatter.ofPattern("EEEE, d MMMM, HH:mm", Locale.ENGLISH);

    private final Database database;

    private final Metering metering;

    private final Clock clock;

    private final CountDownLatch closed = new CountDownLatch(1);

    /** What the accounts had spent when they were last looked at, nanoUSD. */
    private Map<Account, Long> seen = Map.of();

    AnomalyWatch(Database database, Metering metering, Clock clock) {
        this.database = database;
        this.metering = metering;
        this.clock = clock;
    }

    public static AnomalyWatch start(Database database, Metering metering, Clock clock) {
        var watch = new AnomalyWatch(database, metering, clock);
        Thread.ofVirtual().name("anomaly-watch").start(watch::run);
        return watch;
    }

    private void run() {
        try {
            while (!closed.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    look();
                } catch (RuntimeException | StackOverflowError | LinkageError e) {
                    LOGGER.atWarn().addKeyValue("cause", e.toString()).log("unusual hours are not looked for just now");
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks once. */
    void look() {
        Instant now = clock.instant();
        var looked = new HashMap<Account, Long>();
        spentLately(now).forEach((account, spent) -> {
            boolean isNew = !spent.equals(seen.get(account));
            if (!isNew) {
                looked.put(account, spent);
            } else if (metering.owner(account) instanceof Metering.Place.Here(var reads)) {
                if (isLookedAt(reads, account, now)) {
                    looked.put(account, spent);
                }
            }
        });
        seen = looked;
    }

    /** One that cannot be judged keeps nobody else from being told; it is looked at again with the next round. */
    private boolean isLookedAt(AccountReads reads, Account account, Instant now) {
        try {
            List<Notice> notices = notices(reads, account, now);
            if (!notices.isEmpty()) {
                database.useAsSystem(handle -> Notices.tell(handle, notices, now));
            }
            return true;
        } catch (UnavailableException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            LOGGER.atWarn()
                    .addKeyValue("account", account.value())
                    .addKeyValue("cause", e.toString())
                    .log("unusual hours of an account are not looked for just now");
            return false;
        }
    }

    /** By the totals of the history, which come after the ledger: what is in them, the ledger has. */
    private Map<Account, Long> spentLately(Instant now) {
        return database.asSystem(handle -> handle
                .createQuery("""
                        SELECT account, sum(cost_nano_usd)::bigint AS cost FROM rated_totals
                        WHERE day >= :since GROUP BY account HAVING sum(cost_nano_usd) >= :floor
                        """)
                .bind("since", now.minus(JUDGED_FOR).atOffset(ZoneOffset.UTC).toLocalDate())
                .bind("floor", UnusualHours.FLOOR)
                .map((row, ctx) -> Map.entry(new Account(row.getString("account")), row.getLong("cost")))
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    private static List<Notice> notices(AccountReads reads, Account account, Instant now) {
        ZoneId zone = reads.settings(account).zone();
        ZonedDateTime first = now.minus(JUDGED_FOR).atZone(zone).truncatedTo(ChronoUnit.HOURS);
        Map<Long, Long> judged = hours(reads, account, zone, first.toInstant(), now);
        if (judged.values().stream().noneMatch(spent -> spent >= UnusualHours.FLOOR)) {
            return List.of();
        }
        LocalDate since = first.toLocalDate().minusDays(UnusualHours.HISTORY_DAYS);
        Map<Long, Long> all =
                hours(reads, account, zone, since.atStartOfDay(zone).toInstant(), now);
        return UnusualHours.find(all, zone, first.toInstant().toEpochMilli()).stream()
                .map(unusual -> notice(account, zone, unusual))
                .toList();
    }

    private static Map<Long, Long> hours(AccountReads reads, Account account, ZoneId zone, Instant from, Instant to) {
        return reads
                .spend(new SpendQuery(
                        account, Dimension.ACCOUNT, null, from.toEpochMilli(), to.toEpochMilli(), zone, Step.HOUR))
                .stream()
                .collect(Collectors.toMap(
                        SpendEntry::startMs, entry -> entry.spend().costNanoUsd(), Long::sum));
    }

    private static Notice notice(Account account, ZoneId zone, Unusual unusual) {
        Instant start = Instant.ofEpochMilli(unusual.startMs());
        String spent = ShownUsd.of(unusual.spent());
        var about = new LinkedHashMap<String, Object>();
        about.put("hour", start.toString());
        about.put("timezone", zone.getId());
        about.put("spentUsd", new NanoUsd(unusual.spent()).toUsd());
        about.put("spentNanoUsd", unusual.spent());
        about.put("usualUsd", new NanoUsd(unusual.usual()).toUsd());
        about.put("usualNanoUsd", unusual.usual());
        return new Notice(
                Notices.id(TYPE, account.value(), start.toString()),
                TYPE,
                account,
                Severity.WARNING,
                "Unusual spend: %s in one hour".formatted(spent),
                "In the hour from %s (%s), %s was spent. %s"
                        .formatted(HOUR.format(start.atZone(zone)), zone.getId(), spent, usually(unusual.usual())),
                start,
                about);
    }

    /** @param usual nanoUSD */
    private static String usually(long usual) {
        return usual == 0
                ? "On at least half of the last %d days, nothing was spent at that hour."
                        .formatted(UnusualHours.HISTORY_DAYS)
                : "Usually about %s is spent at that hour: the median of the last %d days."
                        .formatted(ShownUsd.of(usual), UnusualHours.HISTORY_DAYS);
    }

    @Override
    public void close() {
        closed.countDown();
    }
}

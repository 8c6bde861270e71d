package com.promptmanage.query.report;

import com.promptmanage.query.report.DueReports.Candidate;
import com.promptmanage.query.report.DueReports.Lease;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.service.mail.Mail;
import com.promptmanage.service.mail.MailException;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.service.mail.Sent;
import com.promptmanage.service.tier.Tiers;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.Metering;
import com.promptmanage.topics.account.Account;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Sends the reports that are due, each by the process that holds its account's state.
 *
 * <p>A report is sent, and then recorded. Who dies in between has sent what is sent again when its lease ends: this one
 * report, under the same message id.
 *
 * <p>Threads: one of its own does everything.
 */
public final class ReportSender implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(ReportSender.class);

    private static final Duration LOOK = Duration.ofSeconds(20);

    private static final Duration LEASE = Duration.ofMinutes(5);

    /** How long the mail server is tried for. */
    private static final Duration TRIED_FOR = Duration.ofHours(24);

    private static final Duration PAUSE = Duration.ofMinutes(2);

    private static final Duration PAUSE_MAX = Duration.ofHours(1);

    /** What cannot be made takes a reading of the ledger each time, and seldom mends itself within minutes. */
    private static final Duration UNMADE_PAUSE = Duration.ofMinutes(5);

    private static final Duration UNMADE_PAUSE_MAX = Duration.ofHours(4);

    /** For whose it is; what it was, is in the log. */
    private static final String UNMADE = "The report could not be made, by a fault that is none of yours";

    private final Database database;

    private final DueReports queue;

    private final Metering metering;

    private final Mailer mailer;

    private final Tiers tiers;

    private final MeterRegistry meters;

    private final Clock clock;

    private final CountDownLatch closed = new CountDownLatch(1);

    ReportSender(Database database, Metering metering, Mailer mailer, Tiers tiers, MeterRegistry meters, Clock clock) {
        this.database = database;
        this.queue = new DueReports(database);
        this.metering = metering;
        this.mailer = mailer;
        this.tiers = tiers;
        this.meters = meters;
        this.clock = clock;
    }

    /** Begins to send. */
    public static ReportSender start(
            Database database, Metering metering, Mailer mailer, Tiers tiers, MeterRegistry meters, Clock clock) {
        var sender = new ReportSender(database, metering, mailer, tiers, meters, clock);
        Thread.ofVirtual().name("reports").start(sender::run);
        return sender;
    }

    private void run() {
        try {
            do {
                try {
                    sendDue();
                } catch (RuntimeException | StackOverflowError | LinkageError e) {
                    LOGGER.atWarn().addKeyValue("cause", e.toString()).log("reports are not sent just now");
                }
            } while (!closed.await(LOOK.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Sends what is due by now. */
    void sendDue() {
        for (Candidate candidate : queue.due(clock.instant())) {
            if (closed.getCount() == 0) {
                return;
            }
            if (metering.owner(candidate.account()) instanceof Metering.Place.Here(var reads)) {
                Instant now = clock.instant();
                queue.take(candidate, now, now.plus(LEASE)).ifPresent(lease -> send(lease, reads));
            }
        }
    }

    private void send(Lease lease, AccountReads reads) {
        Account account = lease.schedule().account();
        if (!tiers.of(account).features().reports()) {
            finish(lease, "the account's tier has no reports");
        } else if (queue.isDone(lease)) {
            finish(lease, null);
        } else {
            makeAndSend(lease, reads);
        }
    }

    private void makeAndSend(Lease lease, AccountReads reads) {
        Sent sent;
        try {
            sent = mailer.sendExceptToNobody(mail(lease, UsageReport.write(reads, of(lease), clock.instant())));
        } catch (MailException e) {
            failed(lease, e);
            return;
        } catch (UnavailableException e) {
            // Nothing can be recorded now. When the lease ends it is tried as if for the first time.
            throw e;
        } catch (RuntimeException | StackOverflowError | LinkageError e) {
            // Errors too, for a text may be such that a library does not come to an end of it: nobody else's is to
            // wait.
            notMade(lease, e);
            return;
        }
        finish(lease, sent.refused().isEmpty() ? null : sent.problem());
    }

    /** It is tried less and less often, until the next period's report takes its turn. */
    private void notMade(Lease lease, Throwable e) {
        Instant now = clock.instant();
        Instant nextDue = lease.nextDueAt();
        count("not_made");
        // The same each time: once is enough to find it by.
        LOGGER.atLevel(lease.attempts() == 0 ? Level.ERROR : Level.DEBUG)
                .setCause(e)
                .addKeyValue("reportId", lease.schedule().id())
                .log("a report cannot be made");
        if (lease.attempts() > 0 && !nextDue.isAfter(now)) {
            finish(lease, UNMADE);
            return;
        }
        Instant again = now.plus(unmadePause(lease));
        queue.retry(lease, UNMADE, null, again.isAfter(nextDue) && nextDue.isAfter(now) ? nextDue : again);
    }

    /** Twice as long after each attempt. */
    private static Duration unmadePause(Lease lease) {
        return shorter(UNMADE_PAUSE.multipliedBy(1L << Math.min(lease.attempts(), 10)), UNMADE_PAUSE_MAX);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void failed(Lease lease, MailException e) {
        Instant now = clock.instant();
        Instant known = lease.mailedSince();
        Instant since = known == null ? now : known;
        boolean isOver = since.plus(TRIED_FOR).isBefore(now);
        String said = String.valueOf(e.getMessage());
        if (e.isPermanent() || isOver) {
            finish(lease, said);
        } else {
            // Twice as long after each attempt, of those alone that came as far as to the mail server.
            Duration pause = shorter(Duration.between(since, now).plus(PAUSE), PAUSE_MAX);
            queue.retry(lease, said, since, now.plus(pause));
            count("retry");
            LOGGER.atWarn()
                    .addKeyValue("reportId", lease.schedule().id())
                    .addKeyValue("cause", said)
                    .log("a report is not sent yet");
        }
    }

    private void finish(Lease lease, @Nullable String problem) {
        queue.finish(lease, problem, clock.instant());
        count(problem == null ? "sent" : "failed");
        if (problem != null) {
            LOGGER.atWarn()
                    .addKeyValue("reportId", lease.schedule().id())
                    .addKeyValue("cause", problem)
                    .log("a report is not sent");
        }
    }

    private UsageReport.Of of(Lease lease) {
        LocalDate first = lease.schedule().nextPeriod();
        return new UsageReport.Of(
                lease.schedule().account(),
                lease.accountName(),
                first,
                lease.schedule().wanted().frequency().endOf(first).minusDays(1),
                lease.zone(),
                names(database, lease.schedule().account()));
    }

    static Mail mail(Lease lease, Report report) {
        Schedule schedule = lease.schedule();
        String id = "%s.%s.%s"
                .formatted(schedule.id(), schedule.wanted().frequency().code(), schedule.nextPeriod());
        return new Mail(
                id.replaceAll("[^A-Za-z0-9._-]", "_"),
                schedule.wanted().to(),
                "%s: %s".formatted(schedule.wanted().name(), report.period()),
                ReportText.of(report),
                ReportHtml.of(report),
                Map.of(),
                List.of(new Mail.Attachment(
                        "usage-%s.pdf".formatted(schedule.nextPeriod()), "application/pdf", ReportPdf.of(report))));
    }

    /** Of a team's members, by their ids. */
    static Map<String, String> names(Database database, Account account) {
        return account.isTeam()
                ? database.asSystem(handle -> handle
                        .createQuery("""
                                SELECT u.id, u.name FROM team_members m JOIN users u ON u.id = m.user_id
                                WHERE m.team_id = :team
                                """)
                        .bind("team", account.id())
                        .map((row, ctx) -> Map.entry(row.getString("id"), row.getString("name")))
                        .stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)))
                : Map.of();
    }

    private void count(String outcome) {
        Counter.builder("reports.mails")
                .description("Attempts to send a report")
                .tag("outcome", outcome)
                .register(meters)
                .increment();
    }

    @Override
    public void close() {
        closed.countDown();
    }
}

package com.promptmanage.query.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.http.TestRoutes;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.mail.MailSettings;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.Metering.Place;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.FailingClock;
import com.promptmanage.topics.account.Account;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reports that cannot be made. */
class UnmadeReportsTest {

    private static final Account ACME = Account.team("acme");

    private static final String REPORTS = "/api/teams/acme/reports";

    /** Of the week in which it is set. */
    private static final Instant DUE = Instant.parse("2026-11-30T13:00:00Z");

    private static final int NOBODY_LISTENS = 1;

    private static final String WEEKLY = """
            {"name":"Costs","frequency":"weekly","at":"13:00","timezone":"UTC","to":["cfo@example.com"]}""";

    private final GreenMail mails = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

    private final TestApi api = TestApi.start(
            Instant.parse("2026-11-25T12:00:00Z"),
            parts -> Reports.start(
                            parts.database(),
                            parts.access(),
                            parts.metering(),
                            Optional.empty(),
                            new SimpleMeterRegistry(),
                            parts.clock())
                    .routes(TestRoutes.routing(parts)));

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    /** Keys do not end while the test lets a week go by. */
    private final String admin = api.key(ACME, KeyScope.QUERY, KeyScope.MANAGE);

    @BeforeEach
    void start() {
        mails.start();
        api.team("acme", "UTC");
    }

    @AfterEach
    void stop() {
        api.close();
        mails.stop();
    }

    @Test
    void aReportThatCannotBeMadeIsTriedLessAndLessOftenUntilTheNextOneIsDue() {
        String one = REPORTS + "/" + create();
        api.metering().place(ACME, new Place.Here(broken()));

        api.clock().set(DUE);
        int attempts = 0;
        for (int minutes : List.of(5, 10, 20, 40, 80, 160, 240, 240)) {
            sender().sendDue();
            sender().sendDue();
            JsonNode waiting = api.get(admin, one).json();
            attempts++;
            assertThat(waiting.path("attempts").intValue()).isEqualTo(attempts);
            assertThat(waiting.path("problem").textValue()).contains("could not be made");
            assertThat(waiting.path("dueAt").textValue())
                    .isEqualTo(api.clock()
                            .instant()
                            .plus(minutes, ChronoUnit.MINUTES)
                            .toString());
            api.clock().advance(Duration.ofMinutes(minutes));
        }
        Instant next = DUE.plus(Duration.ofDays(7));
        api.clock().set(next.minus(Duration.ofHours(1)));
        sender().sendDue();
        assertThat(api.get(admin, one).json().path("dueAt").textValue()).isEqualTo(next.toString());
        api.clock().set(next);
        sender().sendDue();

        JsonNode over = api.get(admin, one).json();
        assertThat(over.at("/deliveries/0/status").textValue()).isEqualTo("failed");
        assertThat(over.at("/deliveries/0/problem").textValue()).contains("could not be made");
        assertThat(over.at("/deliveries/0/attempts").intValue()).isEqualTo(attempts + 2);
        assertThat(over.at("/nextPeriod/start").textValue()).isEqualTo("2026-11-30");
        assertThat(over.path("attempts").intValue()).isZero();
        assertThat(over.path("problem").isNull()).isTrue();
        assertThat(meters.get("reports.mails")
                        .tag("outcome", "not_made")
                        .counter()
                        .count())
                .isEqualTo(attempts + 2);

        api.metering().place(ACME, new Place.Here(api.metering().reads()));
        sender().sendDue();
        assertThat(mails.getReceivedMessages()).hasSize(1);
    }

    @Test
    void aReportThatCannotBeMadeHoldsUpNoOther() {
        create();
        api.user("ida");
        String hers = api.key(Account.user("ida"), KeyScope.QUERY, KeyScope.MANAGE);
        assertThat(api.post(hers, "/api/users/me/reports", WEEKLY.replace("13:00", "14:00"))
                        .status())
                .isEqualTo(201);
        api.metering().place(ACME, new Place.Here(broken()));
        api.clock().set(DUE.plus(Duration.ofHours(2)));

        sender().sendDue();

        assertThat(mails.getReceivedMessages()).hasSize(1);
    }

    @Test
    void aReportThatALibraryDoesNotComeToAnEndOfHoldsUpNoOther() {
        String one = REPORTS + "/" + create();
        api.user("ida");
        String hers = api.key(Account.user("ida"), KeyScope.QUERY, KeyScope.MANAGE);
        assertThat(api.post(hers, "/api/users/me/reports", WEEKLY.replace("13:00", "14:00"))
                        .status())
                .isEqualTo(201);
        api.metering().place(ACME, new Place.Here(failing(StackOverflowError::new)));
        api.clock().set(DUE.plus(Duration.ofHours(2)));

        sender().sendDue();

        assertThat(api.get(admin, one).json().path("problem").textValue()).contains("could not be made");
        assertThat(mails.getReceivedMessages()).hasSize(1);
    }

    /** It looks again after twenty seconds. */
    @Test
    void reportsAreSentAfterAnErrorThatTheThreadOutlives() throws Exception {
        create();
        api.clock().set(DUE);
        var clock = new FailingClock(api.clock(), "reports", new StackOverflowError());

        try (var sender = ReportSender.start(
                api.database(),
                api.metering(),
                mailer(mails.getSmtp().getPort()),
                api.access().tiers(),
                meters,
                clock)) {
            Await.until(() -> assertThat(mails.getReceivedMessages()).hasSize(1));
            assertThat(sender).isNotNull();
        }
        assertThat(clock.left()).isZero();
    }

    /** However long it could not be made: the mail server is away for the first time. */
    @Test
    void aReportThatIsMadeInTheEndHasAllTheTriesOfItsMail() {
        String one = REPORTS + "/" + create();
        api.metering().place(ACME, new Place.Here(broken()));
        api.clock().set(DUE);
        for (int i = 0; i < 12; i++) {
            sender().sendDue();
            api.clock().advance(Duration.ofHours(4));
        }
        api.metering().place(ACME, new Place.Here(api.metering().reads()));

        for (int minutes : List.of(2, 4, 8, 16, 32, 60, 60)) {
            sender(NOBODY_LISTENS).sendDue();
            JsonNode waiting = api.get(admin, one).json();
            assertThat(waiting.path("deliveries")).isEmpty();
            assertThat(waiting.path("problem").textValue()).doesNotContain("could not be made");
            assertThat(waiting.path("dueAt").textValue())
                    .isEqualTo(api.clock()
                            .instant()
                            .plus(minutes, ChronoUnit.MINUTES)
                            .toString());
            api.clock().advance(Duration.ofMinutes(minutes));
        }
        sender().sendDue();
        assertThat(mails.getReceivedMessages()).hasSize(1);
    }

    @Test
    void aMailThatNobodyTakesForADayIsGivenUp() {
        String one = REPORTS + "/" + create();
        api.clock().set(DUE);
        sender(NOBODY_LISTENS).sendDue();
        api.clock().advance(Duration.ofHours(24));
        sender(NOBODY_LISTENS).sendDue();
        assertThat(api.get(admin, one).json().path("deliveries")).isEmpty();
        api.clock().advance(Duration.ofHours(1));
        sender(NOBODY_LISTENS).sendDue();

        assertThat(api.get(admin, one).json().at("/deliveries/0/status").textValue())
                .isEqualTo("failed");
    }

    /** As where a store cannot be read. */
    private static AccountReads broken() {
        return failing(() -> new IllegalStateException("not a store"));
    }

    private static AccountReads failing(Supplier<Throwable> failure) {
        InvocationHandler fails = (proxy, method, arguments) -> {
            throw failure.get();
        };
        return (AccountReads)
                Proxy.newProxyInstance(AccountReads.class.getClassLoader(), new Class<?>[] {AccountReads.class}, fails);
    }

    private String create() {
        var answer = api.post(admin, REPORTS, WEEKLY);
        assertThat(answer.status()).isEqualTo(201);
        return answer.json().path("id").textValue();
    }

    private ReportSender sender() {
        return sender(mails.getSmtp().getPort());
    }

    private ReportSender sender(int port) {
        return new ReportSender(
                api.database(), api.metering(), mailer(port), api.access().tiers(), meters, api.clock());
    }

    private Mailer mailer(int port) {
        return new Mailer(
                new MailSettings(
                        "127.0.0.1",
                        port,
                        MailSettings.Security.NONE,
                        Optional.empty(),
                        "Prompt Manage <pm@example.com>",
                        Duration.ofSeconds(60)),
                api.clock());
    }
}

package com.promptmanage.query.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.http.TestRoutes;
import com.promptmanage.query.notify.MailCatcher;
import com.promptmanage.query.report.DueReports.Lease;
import com.promptmanage.service.access.AccessSettings;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.database.RowSecurity;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.mail.MailSettings;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.service.operations.OpenApi;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReportsTest {

    private static final String REPORTS = "/api/teams/acme/reports";

    /** A Wednesday. */
    private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");

    /** Monday, eight in New York. */
    private static final Instant DUE = Instant.parse("2026-11-30T13:00:00Z");

    private static final String WEEKLY = """
            {"name":"Team & costs","frequency":"weekly","at":"08:00","to":["cfo@example.com","ops@example.com"]}""";

    private final GreenMail mails = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

    private final TestApi api = TestApi.start(NOW, ReportsTest::routes);

    private String admin = "";

    private static List<Routes> routes(TestApi.Parts parts) {
        return Reports.start(
                        parts.database(),
                        parts.access(),
                        parts.metering(),
                        Optional.empty(),
                        new SimpleMeterRegistry(),
                        parts.clock())
                .routes(TestRoutes.routing(parts));
    }

    @BeforeEach
    void start() {
        mails.start();
        api.team("acme", "America/New_York");
        // Sessions end while the test lets weeks go by.
        admin = api.key(Account.team("acme"), KeyScope.QUERY, KeyScope.MANAGE);
        api.metering().reads().price("gpt-4o", call -> call.tokens().total() * 2_500);
        api.metering().reads().price("cheap", call -> 12_345);
        // Of the week before, of this one (two in New York, the last on Sunday night) and of the next.
        add("acme-owner", "2026-11-23T04:59:00Z", 7_000_000);
        add("acme-owner", "2026-11-23T05:00:00Z", 1_000_000);
        add("acme-viewer", "2026-11-30T04:59:00Z", 3_000_000);
        add("acme-viewer", "2026-11-30T05:00:00Z", 5_000_000);
        add("someone", "2026-11-26T12:00:00Z", "of-no-price", 10);
        add("someone", "2026-11-27T12:00:00Z", "cheap", 3);
        api.metering().commit();
    }

    @AfterEach
    void stop() {
        api.close();
        mails.stop();
    }

    @Test
    void eachPeriodIsReportedOnceThoughProcessesComeAndGo() throws Exception {
        JsonNode created = create();
        assertThat(created.at("/nextPeriod/start").textValue()).isEqualTo("2026-11-23");
        assertThat(created.at("/nextPeriod/end").textValue()).isEqualTo("2026-11-29");
        assertThat(created.path("timezone").textValue()).isEqualTo("America/New_York");
        assertThat(created.path("dueAt").textValue()).isEqualTo(DUE.toString());

        api.clock().set(DUE.minusSeconds(1));
        sender().sendDue();
        assertThat(mails.getReceivedMessages()).isEmpty();

        api.clock().set(DUE);
        sender().sendDue();
        sender().sendDue();
        sender().sendDue();
        assertThat(mails.getReceivedMessages())
                .as("one message to two addresses")
                .hasSize(2)
                .extracting(MimeMessage::getMessageID)
                .containsOnly("<%s.weekly.2026-11-23@example.com>".formatted(id(created)));

        api.clock().set(DUE.plus(Duration.ofDays(6)));
        sender().sendDue();
        assertThat(mails.getReceivedMessages()).hasSize(2);
        api.clock().set(DUE.plus(Duration.ofDays(7)));
        sender().sendDue();
        assertThat(mails.getReceivedMessages()).hasSize(4);

        JsonNode now = api.get(admin, REPORTS + "/" + id(created)).json();
        assertThat(now.at("/nextPeriod/start").textValue()).isEqualTo("2026-12-07");
        assertThat(now.path("deliveries").findValuesAsText("periodStart")).containsExactly("2026-11-30", "2026-11-23");
        assertThat(now.path("deliveries").findValuesAsText("status")).containsOnly("sent");
    }

    @Test
    void processesThatFindTheSameReportsDueAtTheSameMomentSendEachOnce() throws Exception {
        for (int i = 0; i < 3; i++) {
            create();
        }
        api.clock().set(DUE);
        int processes = 3;
        var together = new CyclicBarrier(processes);
        Callable<Void> process = () -> {
            ReportSender sender = sender();
            together.await(3, TimeUnit.MINUTES);
            sender.sendDue();
            return null;
        };

        try (var threads = Executors.newFixedThreadPool(processes)) {
            for (Future<Void> ended : threads.invokeAll(Collections.nCopies(processes, process))) {
                ended.get();
            }
        }

        assertThat(mails.getReceivedMessages())
                .as("three messages to two addresses")
                .hasSize(6);
        assertThat(Stream.of(mails.getReceivedMessages()).map(ReportsTest::idOf).distinct())
                .hasSize(3);
    }

    @Test
    void theMailSaysWhatTheLedgerSaysAsTextAsHtmlAndAsPdf() throws Exception {
        create();
        api.clock().set(DUE);

        sender().sendDue();

        MimeMessage mail = mails.getReceivedMessages()[0];
        assertThat(mail.getSubject())
                .isEqualTo("Team & costs: 23 November 2026 to 29 November 2026 (America/New_York)");
        var parts = (MimeMultipart) mail.getContent();
        var words = (MimeMultipart) parts.getBodyPart(0).getContent();
        assertThat(words.getBodyPart(0).getContent().toString())
                .contains("Usage of Team acme", "Spend: $10.00 (-43% against the time before)")
                .contains("2026-11-23  $2.50", "2026-11-29  $7.50", "2026-11-26  $0.00")
                .contains("acme-viewer  1  3,000,000  $7.50  75%")
                .contains("someone  2  13  $0.0000123  0%", "2026-11-27  $0.0000123", "to the nanoUSD")
                .doesNotContain("0.000012345")
                .contains("1 runs used a model that has no price");
        assertThat(words.getBodyPart(1).getContent().toString())
                .contains("<svg", "<rect", "$7.50", "Usage of Team acme", "2026-11-27: $0.000012345")
                .doesNotContain("<script", "src=");
        try (InputStream content = parts.getBodyPart(1).getInputStream();
                var pdf = Loader.loadPDF(content.readAllBytes())) {
            assertThat(parts.getBodyPart(1).getFileName()).isEqualTo("usage-2026-11-23.pdf");
            assertThat(new PDFTextStripper().getText(pdf))
                    .contains("Usage of Team acme", "$10.00", "By model", "gpt-4o", "By member", "acme-viewer")
                    .contains("$0.0000123", Report.ROUNDED);
        }
    }

    @Test
    void namesInOtherScriptsCanBeReadInThePdf() throws Exception {
        var table = new Report.Table("By team", List.of("Team"), List.of(List.of("Отдел продаж"), List.of("研究")));
        var report = new Report("Wydział Łódź", "November", List.of(), List.of(), List.of(table), List.of());

        try (var pdf = Loader.loadPDF(ReportPdf.of(report))) {
            assertThat(new PDFTextStripper().getText(pdf)).contains("Wydział Łódź", "November", "Отдел продаж", "??");
        }
    }

    @Test
    void whatIsWrittenFromRightToLeftIsSetSo() throws Exception {
        var table = new Report.Table("By team", List.of("Team"), List.of(List.of("מכירות")));
        var report = new Report("Usage", "November", List.of(), List.of(), List.of(table), List.of());

        try (var pdf = Loader.loadPDF(ReportPdf.of(report))) {
            // Whoever takes it for the order of a page turns it round once more.
            assertThat(new PDFTextStripper().getText(pdf)).contains("מכירות");
        }
    }

    @Test
    void eachPageOfALongTableHasItsHeadAndWhatIsCutSaysSo() throws Exception {
        List<List<String>> rows = IntStream.rangeClosed(1, 150)
                .mapToObj(i -> List.of("m%d-%s".formatted(i, "x".repeat(200)), "%,d".formatted(Long.MAX_VALUE)))
                .toList();
        var table = new Report.Table("By model", List.of("Model", "Tokens"), rows);
        var report = new Report("Usage", "November", List.of(), List.of(), List.of(table), List.of());

        try (var pdf = Loader.loadPDF(ReportPdf.of(report))) {
            assertThat(pdf.getNumberOfPages()).isGreaterThan(2);
            for (int page = 1; page <= pdf.getNumberOfPages(); page++) {
                var reader = new PDFTextStripper();
                reader.setStartPage(page);
                reader.setEndPage(page);
                assertThat(reader.getText(pdf)).contains("Model Tokens", "xxx…", "9,223,372,036,8", "…");
            }
        }
    }

    @Test
    void whoDiesBetweenSendingAndRecordingRepeatsThatOneReport() throws Exception {
        create();
        api.clock().set(DUE);
        var queue = new DueReports(api.database());
        Lease lease = queue.take(queue.due(DUE).getFirst(), DUE, DUE.plus(5, ChronoUnit.MINUTES))
                .orElseThrow();
        Report report = new Report("t", "p", List.of(), List.of(), List.of(), List.of());
        mailer(mails.getSmtp().getPort()).send(ReportSender.mail(lease, report));

        sender().sendDue();
        assertThat(mails.getReceivedMessages())
                .as("someone is at it, for all that anyone knows")
                .hasSize(2);

        api.clock().set(DUE.plus(6, ChronoUnit.MINUTES));
        sender().sendDue();
        assertThat(mails.getReceivedMessages())
                .hasSize(4)
                .extracting(MimeMessage::getMessageID)
                .hasSameElementsAs(List.of(mails.getReceivedMessages()[0].getMessageID()));
        queue.finish(lease, "too late", DUE);
        JsonNode list = api.get(admin, REPORTS).json().at("/reports/0");
        assertThat(list.at("/nextPeriod/start").textValue()).isEqualTo("2026-11-30");
    }

    @Test
    void aReportWaitsForAMailServerThatIsAwayAndIsGivenUpAfterADay() {
        JsonNode created = create();
        api.clock().set(DUE);
        int port = mails.getSmtp().getPort();
        mails.stop();

        sender(port).sendDue();
        sender(port).sendDue();
        JsonNode waiting = api.get(admin, REPORTS + "/" + id(created)).json();
        assertThat(waiting.at("/nextPeriod/start").textValue()).isEqualTo("2026-11-23");
        assertThat(waiting.path("dueAt").textValue())
                .isEqualTo(DUE.plus(2, ChronoUnit.MINUTES).toString());

        api.clock().set(DUE.plus(25, ChronoUnit.HOURS));
        sender(port).sendDue();
        JsonNode over = api.get(admin, REPORTS + "/" + id(created)).json();
        assertThat(over.at("/nextPeriod/start").textValue()).isEqualTo("2026-11-30");
        assertThat(over.at("/deliveries/0/status").textValue()).isEqualTo("failed");
        assertThat(over.at("/deliveries/0/problem").textValue()).contains("does not answer");
    }

    @Test
    void anAddressThatIsRefusedIsNamedAndKeepsTheReportFromNobodyElse() throws Exception {
        String id =
                id(api.post(admin, REPORTS, WEEKLY.replace("ops@", "nobody@")).json());
        api.clock().set(DUE);
        try (var choosy = new MailCatcher()) {
            sender(choosy.port()).sendDue();
            sender(choosy.port()).sendDue();

            assertThat(choosy.mails()).hasSize(1);
            assertThat(choosy.mails().getFirst())
                    .contains("RCPT TO:<cfo@example.com>")
                    .doesNotContain("nobody@");
        }
        JsonNode report = api.get(admin, REPORTS + "/" + id).json();
        assertThat(report.at("/nextPeriod/start").textValue()).isEqualTo("2026-11-30");
        assertThat(report.at("/deliveries/0/problem").textValue())
                .isEqualTo("the mail server refused nobody@example.com with code 550; the other one has it");
    }

    @Test
    void aTierWithoutReportsHasNoPreviewEither() {
        try (TestApi limited =
                TestApi.start(NOW, AccessSettings.DEFAULTS.withTiersEnforced(true), ReportsTest::routes)) {
            limited.team("acme", "America/New_York");
            String manager = limited.key(Account.team("acme"), KeyScope.QUERY, KeyScope.MANAGE);
            tier(limited, "enterprise");
            String one =
                    REPORTS + "/" + id(limited.post(manager, REPORTS, WEEKLY).json());
            tier(limited, "free");

            var refused = limited.get(manager, one + "/preview");

            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.json().at("/limit/name").textValue()).isEqualTo("reports");
        }
    }

    private static void tier(TestApi api, String tier) {
        api.database().useAsSystem(handle -> handle.execute("UPDATE teams SET tier = ? WHERE id = 'acme'", tier));
        api.access().tiers().forget(Account.team("acme"));
    }

    @Test
    void reportsAreSetByThoseWhoManageTheTeamAndShowWhatTheySend() {
        JsonNode created = create();
        String one = REPORTS + "/" + id(created);

        assertThat(api.text(admin, one + "/preview")).contains("16 November 2026 to 22 November 2026", "$17.50");
        assertThat(api.text(admin, one + "/preview?format=pdf")).startsWith("%PDF");
        assertThat(api.get(api.signIn("acme-viewer"), REPORTS).status()).isEqualTo(403);
        api.user("eve");
        assertThat(api.get(api.signIn("eve"), one).status()).isEqualTo(404);
        assertThat(api.get(api.signIn("eve"), "/api/users/me/reports").json().path("reports"))
                .isEmpty();
        assertThat(api.post(
                                admin,
                                REPORTS,
                                "{\"frequency\":\"hourly\",\"at\":\"7\",\"timezone\":\"Mars\",\"to\":[\"x\"],\"extra\":1}")
                        .json()
                        .path("errors")
                        .findValuesAsText("field"))
                .containsExactlyInAnyOrder("extra", "name", "frequency", "at", "timezone", "to[0]");

        JsonNode changed = api.put(admin, one, """
                        {"name":"Every day","frequency":"daily","timezone":"Asia/Kathmandu","to":["cfo@example.com"]}""").json();
        assertThat(changed.at("/nextPeriod/start").textValue()).isEqualTo("2026-11-25");
        assertThat(changed.path("dueAt").textValue()).isEqualTo("2026-11-26T01:15:00Z");
        assertThat(api.delete(admin, one).status()).isEqualTo(204);
        assertThat(api.get(admin, one).status()).isEqualTo(404);
        assertThat(RowSecurity.problems(api.database())).isEmpty();
    }

    @Test
    void everyRouteIsDescribed() {
        assertThat(OpenApi.of("reports", "test", List.of(Reports.OPEN_API)).differencesFrom(api.server()))
                .isEmpty();
        assertThat(OpenApi.of("reports", "test", List.of(OpenApi.ACCESS, Reports.OPEN_API, OpenApi.OPERATIONS))
                        .danglingReferences())
                .isEmpty();
    }

    private static String idOf(MimeMessage mail) {
        try {
            return mail.getMessageID();
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonNode create() {
        var answer = api.post(admin, REPORTS, WEEKLY);
        assertThat(answer.status()).isEqualTo(201);
        return answer.json();
    }

    private static String id(JsonNode report) {
        return report.path("id").textValue();
    }

    private ReportSender sender() {
        return sender(mails.getSmtp().getPort());
    }

    /** As in a process that has just begun. */
    private ReportSender sender(int port) {
        return new ReportSender(
                api.database(),
                api.metering(),
                mailer(port),
                api.access().tiers(),
                new SimpleMeterRegistry(),
                api.clock());
    }

    private Mailer mailer(int port) {
        return new Mailer(
                new MailSettings(
                        "127.0.0.1",
                        port,
                        MailSettings.Security.NONE,
                        Optional.empty(),
                        "Prompt Manage <pm@example.com>",
                        Duration.ofSeconds(30)),
                api.clock());
    }

    private void add(String user, String at, long tokens) {
        add(user, at, "gpt-4o", tokens);
    }

    private void add(String user, String at, String model, long tokens) {
        api.metering().add(TokenUsage.of(user, "acme", model, TokenCounts.ofInputOutput(tokens, 0)), Instant.parse(at));
    }
}

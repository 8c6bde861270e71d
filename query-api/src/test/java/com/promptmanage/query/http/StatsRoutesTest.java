package com.promptmanage.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.query.metering.InMemoryMetering;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.usage.Receipt;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.TokenUsage;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StatsRoutesTest {

    private static final String STATS = "/api/token-tracking/stats";

    private static final Account ACME = Account.team("acme");

    /** Before all that is asked for. */
    private static final Instant LONG_AGO = Instant.parse("2025-01-01T00:00:00Z");

    private final TestApi api = TestApi.start(Instant.parse("2026-11-16T12:00:00Z"), TestRoutes::of);

    private String acme = "";

    @BeforeAll
    void fill() {
        api.team("acme", "UTC");
        api.team("rival", "UTC");
        api.team("kathmandu", "Asia/Kathmandu");
        api.user("solo");
        acme = api.key(ACME, KeyScope.QUERY);
        api.metering().reads().price("gpt-4o-mini", StatsRoutesTest::mini);
        add("acme", "acme-owner", "gpt-4o-mini", "2026-11-03T10:00:00Z", TokenCounts.ofInputOutput(1_000, 500));
        add("acme", "acme-viewer", "gpt-4o-mini", "2026-11-16T11:00:00Z", TokenCounts.ofInputOutput(2_000, 0));
        add("acme", "acme-viewer", "of-no-price", "2026-11-16T11:00:00Z", TokenCounts.ofInputOutput(7, 0));
        add("acme", "acme-owner", "gpt-4o-mini", "2026-10-10T10:00:00Z", TokenCounts.ofInputOutput(10_000, 0));
        add("kathmandu", "kathmandu-owner", "gpt-4o-mini", "2026-11-09T18:15:00Z", TokenCounts.ofInputOutput(100, 0));
        add(null, "solo", "gpt-4o-mini", "2026-11-16T11:00:00Z", TokenCounts.ofInputOutput(40, 0));
        api.metering().commit();
    }

    @AfterAll
    void stop() {
        api.close();
    }

    @Test
    void aPartOfAnAccountIsSeenByDay() {
        JsonNode model = api.get(acme, STATS + "?teamId=acme&model=of-no-price").json();
        assertThat(model.at("/summary/totalTokens").longValue()).isEqualTo(7);
        assertThat(model.at("/summary/unpricedRuns").longValue()).isEqualTo(1);
        assertThat(model.at("/trends/15/tokens").longValue()).isEqualTo(7);
        assertThat(model.has("topPrompts")).isFalse();
        assertThat(model.get("source").textValue()).isEqualTo("ledger");
        assertThat(api.get(acme, STATS + "?teamId=acme&tag=prod")
                        .json()
                        .at("/errors/0/field")
                        .textValue())
                .isEqualTo("tag");
        assertThat(api.get(acme, STATS + "?teamId=acme&tag=colour:red")
                        .json()
                        .get("code")
                        .textValue())
                .isEqualTo("unsupported_group_by");
    }

    /** In this period nobody has, but in those before, which are asked for too. */
    @Test
    void aTagThatABudgetLimitsIsSeenThoughNothingIsSpentOfItYet() {
        Account labelled = Account.team("labelled");
        api.team("labelled", "UTC");
        String key = api.key(labelled, KeyScope.QUERY);
        api.metering()
                .budgets(
                        labelled,
                        List.of(new Budget(
                                "each",
                                "Each project",
                                labelled,
                                Dimension.ofTag("project"),
                                Budget.EACH,
                                new Limit.Spend(new NanoUsd(1_000)),
                                Period.of(Period.Unit.MONTH, ZoneOffset.UTC),
                                Budget.DEFAULT_THRESHOLDS,
                                Budget.Enforcement.ALERT_ONLY,
                                Budget.FailMode.OPEN,
                                1)));

        assertThat(api.get(key, STATS + "?groupBy=tag:project").status()).isEqualTo(200);
        assertThat(api.get(key, STATS + "?tag=project:x").status()).isEqualTo(200);
        assertThat(api.get(key, STATS + "?groupBy=tag:stage").status()).isEqualTo(400);
    }

    @Test
    void withoutAPeriodItIsTheCurrentMonthOfTheWholeTeam() {
        JsonNode stats = api.get(acme, STATS + "?teamId=acme").json();

        JsonNode summary = stats.get("summary");
        assertThat(summary.get("totalRuns").longValue()).isEqualTo(3);
        assertThat(summary.get("totalTokens").longValue()).isEqualTo(3_507);
        // 1,000 × 150 + 500 × 600 + 2,000 × 150
        assertThat(summary.get("totalCostNanoUsd").longValue()).isEqualTo(750_000);
        assertThat(summary.get("totalCost").textValue()).isEqualTo("0.00075");
        assertThat(summary.get("avgCostPerRun").textValue()).isEqualTo("0.00025");
        assertThat(summary.get("avgCostPerRunNanoUsd").longValue()).isEqualTo(250_000);
        assertThat(summary.get("unpricedRuns").longValue()).isEqualTo(1);
        assertThat(summary.at("/tokens/input").longValue()).isEqualTo(3_007);
        assertThat(summary.at("/tokens/output").longValue()).isEqualTo(500);
        assertThat(summary.get("tokens").size()).isEqualTo(TokenKind.COUNT);
        assertThat(stats.at("/previous/totalCostNanoUsd").longValue()).isEqualTo(1_500_000);
        assertThat(stats.at("/previous/range/start").textValue()).isEqualTo("2026-10-01T00:00:00Z");
        assertThat(stats.get("asOf").textValue()).isEqualTo("2026-11-16T12:00:00Z");
        assertThat(stats.get("trends").size()).isEqualTo(16);
        assertThat(stats.at("/trends/2/date").textValue()).isEqualTo("2026-11-03");
        assertThat(stats.at("/trends/2/cost").textValue()).isEqualTo("0.00045");
    }

    @Test
    void theBreakdownIsByWhatWasAskedAndSumsToTheTotal() {
        JsonNode stats = api.get(acme, STATS + "?teamId=acme&groupBy=user").json();

        assertThat(stats.get("breakdown").size()).isEqualTo(2);
        assertThat(stats.at("/breakdown/0/category").textValue()).isEqualTo("acme-owner");
        assertThat(stats.at("/breakdown/0/percentage").decimalValue()).isEqualByComparingTo("60");
        assertThat(stats.at("/breakdown/1/percentage").decimalValue()).isEqualByComparingTo("40");
        assertThat(stats.at("/breakdown/0/unpricedRuns").longValue()).isZero();
        assertThat(stats.at("/breakdown/1/unpricedRuns").longValue()).isEqualTo(1);
        assertThat(sum(stats.get("breakdown"))).isEqualTo(750_000);
        assertThat(sum(stats.get("trends"))).isEqualTo(750_000);
    }

    @Test
    void aDayEndsWhereTheZoneSaysItDoes() {
        String owner = api.signIn("kathmandu-owner");

        assertThat(dayOfSpend(api.get(owner, STATS + "?teamId=kathmandu").json()))
                .as("18:15 UTC is midnight in Kathmandu, which is the team's own zone")
                .isEqualTo("2026-11-10");
        assertThat(dayOfSpend(
                        api.get(owner, STATS + "?teamId=kathmandu&timezone=UTC").json()))
                .isEqualTo("2026-11-09");
        assertThat(api.get(owner, STATS + "?teamId=kathmandu&startDate=2026-11-10&endDate=2026-11-10")
                        .json()
                        .at("/summary/totalRuns")
                        .longValue())
                .isEqualTo(1);
        assertThat(api.get(owner, STATS + "?teamId=kathmandu&startDate=2026-11-09&endDate=2026-11-09")
                        .json()
                        .at("/summary/totalRuns")
                        .longValue())
                .isZero();
    }

    @Test
    void rangesOfDatesIncludeTheLastDayAndRangesOfTimesExcludeTheEnd() {
        assertThat(runs("startDate=2026-11-03&endDate=2026-11-03")).isEqualTo(1);
        assertThat(runs("startDate=2026-11-03T00:00:00Z&endDate=2026-11-03T10:00:00Z"))
                .isZero();
        assertThat(runs("startDate=2026-11-03T11:00:00%2B01:00&endDate=2026-11-03T10:15:00Z"))
                .isEqualTo(1);
        assertThat(runs("startDate=2026-10-01")).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource({
        // From summer time to winter time: the clock is set back an hour more than it is set forward.
        "2025-10-20, 2026-11-23, 200",
        "2025-10-20, 2026-11-24, 400",
        // From winter time to summer time.
        "2025-03-01, 2026-04-04, 200",
        "2025-03-01, 2026-04-05, 400",
        "2025-10-20T00:00:00Z, 2026-11-24T00:00:00Z, 200",
        "2025-10-20T00:00:00Z, 2026-11-24T02:00:00Z, 400",
    })
    void fourHundredDaysAreThoseOfTheCalendarWhateverItsClockDoes(String first, String last, int status) {
        String range = "?teamId=acme&timezone=Europe/Berlin&startDate=%s&endDate=%s".formatted(first, last);

        assertThat(api.get(acme, STATS + range).status()).isEqualTo(status);
    }

    @Test
    void theRangeOfTheAnswerIsWhatWasCountedToTheQuarterOfAnHour() {
        Answer answer = api.get(
                acme, STATS + "?teamId=acme&startDate=2026-11-03T09:07:00Z&endDate=2026-11-03T10:10:00Z&timezone=EST");

        assertThat(answer.json().at("/range/start").asText()).isEqualTo("2026-11-03T09:00:00Z");
        assertThat(answer.json().at("/range/end").asText()).isEqualTo("2026-11-03T10:15:00Z");
        assertThat(answer.json().at("/range/timezone").asText()).isEqualTo("America/Panama");
    }

    @Test
    void eachPeriodIsTheCurrentOneOfItsUnit() {
        assertThat(runs("period=day")).isEqualTo(2);
        assertThat(runs("period=week")).isEqualTo(2);
        assertThat(runs("period=month")).isEqualTo(3);
        assertThat(runs("period=year")).isEqualTo(4);
    }

    @Test
    void aMembersPartIsOneDimension() {
        JsonNode stats = api.get(acme, STATS + "?teamId=acme&userId=acme-viewer&groupBy=user")
                .json();

        assertThat(stats.at("/summary/totalCostNanoUsd").longValue()).isEqualTo(300_000);
        assertThat(stats.has("topPrompts")).isFalse();
        assertThat(stats.get("source").textValue()).isEqualTo("ledger");
    }

    @Test
    void withoutATeamItIsTheCallersOwnAccount() {
        assertThat(api.get(api.signIn("solo"), STATS)
                        .json()
                        .at("/summary/totalCostNanoUsd")
                        .longValue())
                .isEqualTo(6_000);
        assertThat(api.get(acme, STATS).json().at("/summary/totalRuns").longValue())
                .as("the key is the team's")
                .isEqualTo(3);
        assertThat(api.get(acme, STATS + "?userId=acme-owner")
                        .json()
                        .at("/summary/totalRuns")
                        .longValue())
                .as("and so is the user that it names")
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "acme-owner, 200",
        "acme-admin, 200",
        "acme-editor, 403",
        "acme-viewer, 403",
        "rival-owner, 404",
        "solo, 404",
    })
    void onlyWhoMayAnswersForTheWholeTeam(String user, int status) {
        assertThat(api.get(api.signIn(user), STATS + "?teamId=acme").status()).isEqualTo(status);
    }

    @Test
    void everyMemberSeesTheirOwnPart() {
        assertThat(api.get(api.signIn("acme-viewer"), STATS + "?teamId=acme&userId=acme-viewer")
                        .status())
                .isEqualTo(200);
        assertThat(api.get(api.signIn("acme-viewer"), STATS + "?teamId=acme&userId=acme-owner")
                        .status())
                .isEqualTo(403);
        assertThat(api.get(api.signIn("rival-owner"), STATS + "?userId=solo").status())
                .isEqualTo(404);
    }

    @Test
    void keysNeedTheScopeAndStayInTheirAccount() {
        assertThat(api.get("", STATS).status()).isEqualTo(401);
        assertThat(api.get("Bearer pm_nonsense", STATS).status()).isEqualTo(401);
        assertThat(api.get(api.key(ACME, KeyScope.INGEST, KeyScope.MANAGE), STATS + "?teamId=acme")
                        .status())
                .isEqualTo(403);
        assertThat(api.get(acme, STATS + "?teamId=rival").status()).isEqualTo(404);
        assertThat(api.get(api.key(NewKey.of("gateway", ACME).speakingForOthers()), STATS + "?userId=solo")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void everyFaultIsToldAtOnce() {
        Answer answer = api.get(acme, STATS + "?groupBy=colour&timezone=Mars/Olympus&period=fortnight");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("code").textValue()).isEqualTo("invalid_request");
        assertThat(StreamSupport.stream(answer.json().get("errors").spliterator(), false)
                        .map(error -> error.get("field").textValue()))
                .containsExactlyInAnyOrder("groupBy", "timezone", "period");
    }

    @Test
    void whatIsSentTwiceIsNamedAndNotTakenForItsFirst() {
        Answer answer = api.get(acme, STATS + "?teamId=acme&period=month&teamId=rival&period=day");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("errors"))
                .extracting(error -> error.get("field").textValue())
                .containsExactly("period", "teamId");
    }

    @ParameterizedTest
    @CsvSource({
        "startDate=tomorrow",
        "startDate=2026-11-16&endDate=2026-11-15",
        "endDate=2026-11-15",
        "startDate=-999999999-01-01&endDate=2026-11-15",
        "startDate=2020-01-01&endDate=2026-11-15",
        "startDate=2026-13-01",
        "teamId=%00",
        "groupBy=tag:",
        "groupBy=member",
        "groupBy=event_type",
        "groupBy=tag:nobody-configured",
        "after=nonsense",
        "period=month&period=day",
        "teamId=acme&teamId=acme",
    })
    void whatCannotBeMeantIsRefused(String query) {
        assertThat(api.get(acme, STATS + "?" + query).status()).isEqualTo(400);
    }

    @Test
    void aReceiptMakesTheAnswerIncludeWhatItStandsFor() throws Exception {
        var usage = TokenUsage.of("acme-owner", "acme", "gpt-4o-mini", TokenCounts.NONE);
        long offset = api.metering().add(usage, LONG_AGO);
        String receipt = new Receipt(Map.of(InMemoryMetering.PARTITION, offset)).encode();

        Answer early = api.get(acme, STATS + "?after=" + receipt);
        assertThat(early.status()).isEqualTo(202);
        assertThat(early.json().get("position").longValue()).isEqualTo(offset - 1);
        assertThat(early.json().get("waitingFor").longValue()).isEqualTo(offset);
        assertThat(early.header("Retry-After")).hasValue("1");

        // A machine that has much to do may commit only when the answer has waited for long enough: then once more.
        Await.until(() -> assertThat(statusWhileACommitComes(api.metering().add(usage, LONG_AGO)))
                .isEqualTo(200));
    }

    private int statusWhileACommitComes(long offset) throws InterruptedException {
        String receipt = new Receipt(Map.of(InMemoryMetering.PARTITION, offset)).encode();
        Thread commit = Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            api.metering().commit();
        });
        Answer waited = api.send(acme, "GET", STATS, null, "Prompt-Manage-After", receipt);
        commit.join();
        return waited.status();
    }

    @Test
    void aReceiptOfAnotherPartitionIsNothingToWaitFor() {
        String receipt = new Receipt(Map.of(InMemoryMetering.PARTITION + 1, Long.MAX_VALUE)).encode();

        assertThat(api.get(acme, STATS + "?after=" + receipt).status()).isEqualTo(200);
    }

    private long runs(String query) {
        Answer answer = api.get(acme, STATS + "?teamId=acme&" + query);
        assertThat(answer.status()).as(query).isEqualTo(200);
        return answer.json().at("/summary/totalRuns").longValue();
    }

    private void add(
            @org.jspecify.annotations.Nullable String team, String user, String model, String at, TokenCounts tokens) {
        api.metering().add(TokenUsage.of(user, team, model, tokens), Instant.parse(at));
    }

    private static String dayOfSpend(JsonNode stats) {
        return StreamSupport.stream(stats.get("trends").spliterator(), false)
                .filter(day -> day.get("runs").longValue() > 0)
                .map(day -> day.get("date").textValue())
                .findFirst()
                .orElse("none");
    }

    private static long sum(JsonNode entries) {
        return StreamSupport.stream(entries.spliterator(), false)
                .mapToLong(entry -> entry.get("costNanoUsd").longValue())
                .sum();
    }

    private static long mini(TokenUsage call) {
        return call.tokens().totalInput() * 150 + call.tokens().get(TokenKind.OUTPUT) * 600;
    }
}

package com.promptmanage.streams;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.streams.read.BudgetSpend;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.streams.read.SpendQuery.Step;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.budget.Severity;
import com.promptmanage.topics.budget.Threshold;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.pricing.PriceTier;
import com.promptmanage.topics.pricing.Rates;
import com.promptmanage.topics.settings.AccountSettings;
import com.promptmanage.topics.usage.ExecutionType;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RetentionTest {

    private static final Account ACME = Account.team("acme");

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    /** Of an event of this test, at 1 nanoUSD a token. */
    private static final long COST = 1_000;

    private MeteringDriver metering;

    private int events;

    @BeforeEach
    void start() {
        metering = new MeteringDriver(Instant.parse("2022-01-15T10:07:00Z"));
        price("known");
        settle(BERLIN);
    }

    @AfterEach
    void stop() {
        metering.close();
    }

    @Test
    void theStateStopsGrowingAndWhatWasEverSpentStaysExact() {
        metering.budgets(ACME, total(Dimension.ACCOUNT, 1L << 50), total(Dimension.MEMBER, 1L << 50), daily());
        liveFor(Duration.ofDays(1_000));
        int keysThen =
                metering.keysBySection().values().stream().mapToInt(i -> i).sum();

        liveFor(Duration.ofDays(1_000));

        assertThat(metering.keysBySection().values().stream().mapToInt(i -> i).sum())
                .isBetween(keysThen / 2, keysThen + keysThen / 20);
        assertThat(spentOfTotals()).containsExactlyInAnyOrder(events * COST, events * COST / 2, events * COST / 2);
        assertThat(spend(metering.now().minus(Duration.ofDays(2_000)), metering.now()))
                .as("of what is so old there are no rows")
                .isLessThan(events);
        assertThat(spend(metering.now().minus(Duration.ofDays(799)), metering.now()))
                .as("of what is asked for there are all: an event of each member every five days")
                .isEqualTo(2 * 160);
    }

    @Test
    void aBudgetOfAllTimeThatIsMadeLaterCountsWhatHasNoRowsAnyMore() {
        liveFor(Duration.ofDays(1_200));
        metering.alerts();

        metering.budgets(ACME, total(Dimension.MEMBER, events * COST / 2));

        assertThat(spentOfTotals()).containsExactlyInAnyOrder(events * COST / 2, events * COST / 2);
        assertThat(metering.alerts())
                .extracting(alert -> alert.path("value").asText())
                .containsExactlyInAnyOrder("user-0", "user-1");
    }

    @Test
    void aMoveToAnotherZoneNeitherLosesNorRepeatsWhatIsPast() {
        metering.budgets(ACME, total(Dimension.ACCOUNT, 1L << 50), total(Dimension.MODEL, 1L << 50));
        liveFor(Duration.ofDays(900));

        for (String zone : List.of("America/New_York", "Pacific/Apia", "Asia/Kathmandu", "UTC")) {
            settle(ZoneId.of(zone));
            assertThat(spentOfTotals()).as(zone).containsExactly(events * COST, events * COST);
            liveFor(Duration.ofDays(70));
            assertThat(spentOfTotals()).as(zone).containsExactly(events * COST, events * COST);
        }
    }

    @Test
    void theDaysOfATagThatIsSeenByAgainAreThoseOfTheZoneOfThen() {
        ZoneId tokyo = ZoneId.of("Asia/Tokyo");
        Instant evening = Instant.parse("2022-01-10T20:00:00Z");
        seeBy(BERLIN, List.of("project"));
        metering.send(event("user-0", "known", Instant.parse("2022-01-02T00:00:00Z")));
        UsageEvent untagged = event("user-1", "known", evening);
        TokenUsage usage =
                untagged.usage().toBuilder().tags(Map.of("project", "x")).build();
        metering.send(new UsageEvent(untagged.id(), untagged.source(), evening, usage));
        metering.send(event("user-0", "known", metering.now()));
        settle(BERLIN);
        settle(tokyo);
        seeBy(tokyo, List.of("project"));

        List<SpendEntry> days = metering.reads()
                .spend(new SpendQuery(
                        ACME,
                        Dimension.ofTag("project"),
                        "x",
                        Instant.parse("2022-01-08T15:00:00Z").toEpochMilli(),
                        Instant.parse("2022-01-12T15:00:00Z").toEpochMilli(),
                        tokyo,
                        Step.DAY));

        assertThat(days).singleElement().satisfies(day -> {
            assertThat(Instant.ofEpochMilli(day.startMs())).isEqualTo(Instant.parse("2022-01-10T15:00:00Z"));
            assertThat(day.spend().costNanoUsd()).isEqualTo(COST);
        });
    }

    @Test
    void anEventOlderThanAllRowsIsPartOfWhatWasEverSpent() {
        metering.budgets(ACME, total(Dimension.ACCOUNT, 1L << 50));
        liveFor(Duration.ofDays(1_000));
        Instant then = metering.now().minus(Duration.ofDays(950));
        UsageEvent old = event("user-0", "known", then);

        // Read again from the topic, with the time at which it came then.
        metering.send(Topics.USAGE_EVENTS.name(), ACME.key(), UsageEventCodec.write(old), then);

        assertThat(spentOfTotals()).containsExactly(events * COST);
        assertThat(spend(then.minus(Duration.ofDays(1)), then.plus(Duration.ofDays(1))))
                .isZero();
    }

    @Test
    void anEventWhosePriceNeverComesIsGivenUp() {
        metering.send(event("user-0", "unknown", metering.now()));
        liveFor(Duration.ofDays(390));
        assertThat(metering.keysBySection()).containsKey('h');

        liveFor(Duration.ofDays(20));

        assertThat(metering.keysBySection()).doesNotContainKey('h');
        assertThat(metering.counts().abandoned.sum()).isOne();
        price("unknown");
        metering.advance(Duration.ofMinutes(1));
        assertThat(metering.counts().rerated.sum()).isZero();
    }

    @Test
    void thresholdsOfBudgetsThatAreGoneAreForgotten() {
        metering.budgets(ACME, total(Dimension.ACCOUNT, COST), daily());
        liveFor(Duration.ofDays(10));
        assertThat(metering.keysBySection()).containsKey('t');

        metering.budgets(ACME);
        liveFor(Duration.ofDays(10));

        assertThat(metering.keysBySection()).doesNotContainKey('t');
    }

    /** They are gone over in two goes, and between them there is another version, which passes them anew. */
    @Test
    void thresholdsThatAChangedBudgetPassesWhileTheyAreGoneOverAreNotForgotten() {
        int members = 250;
        metering.budgets(ACME, budget("each", Dimension.MEMBER, Period.Unit.TOTAL, COST, 1));
        for (int i = 0; i < members; i++) {
            metering.send(event("user-" + i, "known", metering.now()));
        }
        metering.advance(Duration.ofMinutes(1));
        metering.advance(Duration.ofMinutes(1));

        metering.budgets(ACME, budget("each", Dimension.MEMBER, Period.Unit.TOTAL, COST, 2));
        IntStream.range(0, 3).forEach(portion -> metering.advance(Duration.ofMinutes(1)));

        assertThat(metering.keysBySection()).containsEntry('t', members);
    }

    /** An event of each of two members every five days, and the time that the state takes to be gone over. */
    private void liveFor(Duration time) {
        Instant end = metering.now().plus(time);
        while (metering.now().isBefore(end)) {
            metering.advance(Duration.ofDays(5));
            for (String user : List.of("user-0", "user-1")) {
                metering.send(event(user, "known", metering.now().minus(Duration.ofMinutes(3))));
            }
            IntStream.range(0, 8).forEach(portion -> metering.advance(Duration.ofMinutes(1)));
        }
    }

    private List<Long> spentOfTotals() {
        return metering.reads().budgets(ACME, metering.now().toEpochMilli()).stream()
                .filter(spend -> spend.budget().period().unit() == Period.Unit.TOTAL)
                .map(BudgetSpend::spent)
                .toList();
    }

    /** How many events there were. */
    private long spend(Instant from, Instant to) {
        return metering
                .reads()
                .spend(new SpendQuery(
                        ACME,
                        Dimension.MEMBER,
                        null,
                        from.toEpochMilli(),
                        to.toEpochMilli(),
                        ZoneOffset.UTC,
                        Step.MONTH))
                .stream()
                .map(SpendEntry::spend)
                .mapToLong(Spend::events)
                .sum();
    }

    private void settle(ZoneId zone) {
        seeBy(zone, List.of());
    }

    private void seeBy(ZoneId zone, List<String> tags) {
        metering.settings(new AccountSettings(ACME, zone, tags, Set.of(), List.of()));
    }

    private void price(String model) {
        metering.price(new ModelPrice(
                "price of " + model,
                "test",
                model,
                List.of(),
                Instant.EPOCH,
                null,
                List.of(PriceTier.standard(
                        Rates.of(Map.of(TokenKind.INPUT, 1_000_000L, TokenKind.OUTPUT, 1_000_000L))))));
    }

    private UsageEvent event(String user, String model, Instant time) {
        if (model.equals("known")) {
            events++;
        }
        return new UsageEvent(
                user + " " + time,
                "test",
                time,
                TokenUsage.builder(user, model)
                        .teamId(ACME.id())
                        .executionType(ExecutionType.WORKFLOW_NODE)
                        .tokens(TokenCounts.ofInputOutput(COST, 0))
                        .build());
    }

    private static Budget total(Dimension dimension, long limitNanoUsd) {
        return budget("total of " + dimension.value(), dimension, Period.Unit.TOTAL, limitNanoUsd);
    }

    private static Budget daily() {
        return budget("daily", Dimension.MEMBER, Period.Unit.DAY, COST);
    }

    private static Budget budget(String id, Dimension dimension, Period.Unit unit, long limitNanoUsd) {
        return budget(id, dimension, unit, limitNanoUsd, 1);
    }

    private static Budget budget(String id, Dimension dimension, Period.Unit unit, long limitNanoUsd, long version) {
        return new Budget(
                id,
                id,
                ACME,
                dimension,
                Budget.EACH,
                new Limit.Spend(new NanoUsd(limitNanoUsd)),
                Period.of(unit, BERLIN),
                List.of(new Threshold.Percent(100_000, Severity.CRITICAL)),
                Budget.Enforcement.ALERT_ONLY,
                Budget.FailMode.OPEN,
                version);
    }
}

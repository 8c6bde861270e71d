package com.promptmanage.query.usage;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.metering.InMemoryMetering;
import com.promptmanage.query.spend.Forecast;
import com.promptmanage.query.spend.PastDays;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.usage.ExecutionType;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerStatsTest {

    private static final Account ACME = Account.team("acme");

    private static final Instant NOW = Instant.parse("2026-11-16T12:00:00Z");

    private final InMemoryMetering metering = new InMemoryMetering();

    @BeforeEach
    void price() {
        metering.reads().price("gpt-4o-mini", call -> call.tokens().total() * 150);
        metering.reads().price("gpt-4o", call -> call.tokens().total() * 2500);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"day", "model", "provider", "user", "prompt", "workflow", "execution_type", "api_key", "tag:env"
            })
    void theBreakdownAndTheTrendAddUpToTheTotal(String groupBy) {
        var random = new Random(7);
        for (int i = 0; i < 3_000; i++) {
            metering.add(random(random), NOW.minusSeconds(random.nextLong(70L * 86_400)));
        }
        metering.commit();
        var range = StatsRange.days(
                LocalDate.parse("2026-10-01"), LocalDate.parse("2026-11-16"), ZoneId.of("Asia/Kathmandu"));

        Stats stats = read(null, range, groupBy);

        assertThat(stats.total().events()).isBetween(1_000L, 3_000L);
        assertThat(stats.total().unpricedEvents()).isPositive();
        assertThat(stats.breakdown().stream().map(Stats.Slice::spend).reduce(Spend.NONE, Spend::plus))
                .isEqualTo(stats.total());
        assertThat(stats.trend().stream().map(Stats.Point::spend).reduce(Spend.NONE, Spend::plus))
                .isEqualTo(stats.total());
        assertThat(stats.breakdown())
                .extracting(slice -> slice.spend().costNanoUsd())
                .isSortedAccordingTo(java.util.Comparator.reverseOrder());
    }

    @Test
    void daysWithoutSpendArePointsOfTheTrendUpToToday() {
        metering.add(call("ann", "gpt-4o-mini", null, 10), Instant.parse("2026-11-03T00:00:00Z"));
        metering.commit();

        Stats stats = read(null, StatsRange.current(Period.Unit.MONTH, ZoneOffset.UTC, NOW), "day");

        assertThat(stats.trend()).hasSize(16);
        assertThat(stats.trend().getFirst().day()).isEqualTo(LocalDate.parse("2026-11-01"));
        assertThat(stats.trend().getLast().day()).isEqualTo(LocalDate.parse("2026-11-16"));
        assertThat(stats.trend().get(2).spend().costNanoUsd()).isEqualTo(1_500);
        assertThat(stats.trend())
                .extracting(Stats.Point::spend)
                .filteredOn(Spend.NONE::equals)
                .hasSize(15);
    }

    @Test
    void aMonthIsComparedWithAsMuchOfTheMonthBefore() {
        metering.add(call("ann", "gpt-4o-mini", null, 10), Instant.parse("2026-10-16T11:59:00Z"));
        metering.add(call("ann", "gpt-4o-mini", null, 1000), Instant.parse("2026-10-16T12:00:00Z"));
        metering.add(call("ann", "gpt-4o-mini", null, 20), NOW.minusSeconds(60));
        metering.commit();

        Stats stats = read(null, StatsRange.current(Period.Unit.MONTH, ZoneOffset.UTC, NOW), "day");

        assertThat(stats.previous().costNanoUsd()).isEqualTo(1_500);
        assertThat(stats.total().costNanoUsd()).isEqualTo(3_000);
    }

    @Test
    void aPeriodIsForecastOnceThereIsAWeekToTellFrom() {
        for (int day = 1; day <= 8; day++) {
            metering.add(call("ann", "gpt-4o-mini", null, 100), Instant.parse("2026-11-0%dT10:00:00Z".formatted(day)));
        }
        metering.commit();

        assertThat(read(null, month("2026-11-08T12:00:00Z"), "day", "2026-11-08T12:00:00Z")
                        .forecast())
                .as("120,000 by then, and 22.5 days of 15,000 each, of which none differed")
                .isEqualTo(new Forecast.Known(457_500, 457_500, 457_500, 7, Forecast.Method.DAILY_MEAN));
        assertThat(read(null, month("2026-11-07T23:59:00Z"), "day", "2026-11-07T23:59:00Z")
                        .forecast())
                .isEqualTo(new Forecast.Unknown(Forecast.Reason.TOO_LITTLE_DATA, 6));
        assertThat(read(
                                null,
                                StatsRange.days(
                                        LocalDate.parse("2026-11-01"), LocalDate.parse("2026-11-30"), ZoneOffset.UTC),
                                "day")
                        .forecast())
                .as("a range that someone chose heads nowhere")
                .isNull();
    }

    /** What is shown may be cut within a day, which the days before it do not know of. */
    @ParameterizedTest
    @CsvSource({"DAY,", "WEEK,", "MONTH,", "YEAR,", "MONTH,2026-11-10T00:00:00Z", "WEEK,2026-11-16T03:00:00Z"})
    void aPeriodsOwnDaysAndThoseBeforeNowAreOfOneLookAndEachAsIfByThemselves(
            Period.Unit unit, @Nullable Instant shownFrom) {
        var random = new Random(8);
        for (int i = 0; i < 2_000; i++) {
            metering.add(random(random), NOW.minusSeconds(random.nextLong(70L * 86_400)));
        }
        metering.commit();
        ZoneId zone = ZoneId.of("Asia/Kathmandu");
        StatsRange whole = StatsRange.current(unit, zone, NOW);
        StatsRange range = shownFrom == null ? whole : whole.notBefore(shownFrom.toEpochMilli());

        Stats stats = read(null, range, "day");

        Spend total = metering.reads()
                .spend(new SpendQuery(
                        ACME, Dimension.ACCOUNT, null, range.fromMs(), range.toMs(), zone, SpendQuery.Step.WHOLE))
                .getFirst()
                .spend();
        PastDays past = PastDays.read(
                        metering.reads(),
                        new PastDays.Of(ACME, Dimension.ACCOUNT, null, zone),
                        Spend::costNanoUsd,
                        NOW.toEpochMilli())
                .getOrDefault(ACME.value(), PastDays.NONE);
        assertThat(stats.total()).isEqualTo(total);
        assertThat(stats.trend().getFirst().day())
                .isEqualTo(Instant.ofEpochMilli(range.fromMs()).atZone(zone).toLocalDate());
        if (shownFrom != null) {
            assertThat(stats.forecast())
                    .as("of what is shown in part only no end is told")
                    .isNull();
            return;
        }
        assertThat(stats.forecast())
                .isInstanceOf(Forecast.Known.class)
                .isEqualTo(Forecast.of(
                        total.costNanoUsd(),
                        new Period.Window(range.fromMs(), range.toMs()),
                        zone,
                        past,
                        NOW.toEpochMilli()));
    }

    @Test
    void aMembersPartIsTheirsAlone() {
        metering.add(call("ann", "gpt-4o-mini", "greet", 10), NOW.minusSeconds(60));
        metering.add(call("bob", "gpt-4o", "greet", 10), NOW.minusSeconds(60));
        metering.commit();

        Stats stats = read("ann", StatsRange.current(Period.Unit.MONTH, ZoneOffset.UTC, NOW), "user");

        assertThat(stats.total().costNanoUsd()).isEqualTo(1_500);
        assertThat(stats.breakdown()).containsExactly(new Stats.Slice.Named("ann", stats.total()));
        assertThat(stats.topPrompts())
                .as("the ledger does not know the prompts of one member")
                .isNull();
    }

    @Test
    void aModelIsMeantByAnyOfItsNames() {
        metering.reads().countedModel("mini", "gpt-4o-mini");
        metering.add(call("ann", "gpt-4o-mini", null, 10), NOW.minusSeconds(60));
        metering.add(call("ann", "gpt-4o-mini", null, 20), Instant.parse("2026-10-10T00:00:00Z"));
        // As it came, for it has no price yet.
        metering.add(call("ann", "mini", null, 5), NOW.minusSeconds(60));
        metering.add(call("ann", "gpt-4o", null, 1), NOW.minusSeconds(60));
        metering.commit();

        Stats stats = monthOfModel("mini");

        assertThat(stats.total()).isEqualTo(new Spend(2, 1, 1_500, TokenCounts.ofInputOutput(15, 0)));
        assertThat(stats.breakdown())
                .containsExactly(
                        new Stats.Slice.Named("gpt-4o-mini", spend(10)),
                        new Stats.Slice.Named("mini", new Spend(1, 1, 0, TokenCounts.ofInputOutput(5, 0))));
        assertThat(stats.trend().getLast().spend()).isEqualTo(stats.total());
        assertThat(stats.previous()).isEqualTo(spend(20));
        assertThat(monthOfModel("gpt-4o-mini").total()).isEqualTo(spend(10));
    }

    @Test
    void whatNamesNoValueIsAnEntryOfItsOwn() {
        metering.add(call("ann", "gpt-4o-mini", "greet", 10), NOW.minusSeconds(60));
        metering.add(call("ann", "gpt-4o-mini", null, 30), NOW.minusSeconds(60));
        metering.commit();

        Stats stats = read(null, StatsRange.current(Period.Unit.MONTH, ZoneOffset.UTC, NOW), "prompt");

        assertThat(stats.breakdown())
                .containsExactly(new Stats.Slice.Unnamed(spend(30)), new Stats.Slice.Named("greet", spend(10)));
        assertThat(stats.topPrompts()).containsExactly(new Stats.Slice.Named("greet", spend(10)));
    }

    @Test
    void onlyTheTenDearestPromptsAreTold() {
        for (int i = 1; i <= 12; i++) {
            metering.add(call("ann", "gpt-4o-mini", "prompt-" + i, i), NOW.minusSeconds(60));
        }
        metering.commit();

        Stats stats = read(null, StatsRange.current(Period.Unit.MONTH, ZoneOffset.UTC, NOW), "day");

        assertThat(stats.topPrompts())
                .hasSize(10)
                .extracting(Stats.Slice.Named::value)
                .startsWith("prompt-12", "prompt-11")
                .doesNotContain("prompt-1", "prompt-2");
    }

    private Stats read(@Nullable String member, StatsRange range, String groupBy) {
        return read(member, range, groupBy, NOW.toString());
    }

    private Stats read(@Nullable String member, StatsRange range, String groupBy, String now) {
        List<StatsQuery.Part> parts =
                member == null ? List.of() : List.of(new StatsQuery.Part(Dimension.MEMBER, member));
        var query = new StatsQuery(ACME, parts, range, GroupBy.parse(groupBy).orElseThrow());
        return LedgerStats.read(metering.reads(), query, Instant.parse(now));
    }

    private Stats monthOfModel(String model) {
        var part = new StatsQuery.Part(Dimension.MODEL, model);
        var byModel = new GroupBy.By(Dimension.MODEL);
        var query = new StatsQuery(ACME, List.of(part), month(NOW.toString()), byModel);
        return LedgerStats.read(metering.reads(), query, NOW);
    }

    private static StatsRange month(String now) {
        return StatsRange.current(Period.Unit.MONTH, ZoneOffset.UTC, Instant.parse(now));
    }

    private static Spend spend(long tokens) {
        return new Spend(1, 0, tokens * 150, TokenCounts.ofInputOutput(tokens, 0));
    }

    private static TokenUsage random(Random random) {
        return TokenUsage.builder(
                        "user-" + random.nextInt(20),
                        List.of("gpt-4o-mini", "gpt-4o", "of-no-price").get(random.nextInt(3)))
                .teamId("acme")
                .provider(random.nextBoolean() ? "openai" : null)
                .executionType(List.copyOf(EnumSet.allOf(ExecutionType.class)).get(random.nextInt(5)))
                .promptId(random.nextBoolean() ? "prompt-" + random.nextInt(30) : null)
                .workflowId(random.nextBoolean() ? "workflow-" + random.nextInt(5) : null)
                .apiKeyId(random.nextBoolean() ? "key-" + random.nextInt(3) : null)
                .tags(random.nextBoolean() ? Map.of("env", "env-" + random.nextInt(3)) : Map.of())
                .tokens(TokenCounts.ofInputOutput(random.nextInt(5_000), random.nextInt(2_000)))
                .build();
    }

    private static TokenUsage call(String user, String model, @Nullable String prompt, long tokens) {
        return TokenUsage.builder(user, model)
                .teamId("acme")
                .promptId(prompt)
                .tokens(TokenCounts.ofInputOutput(tokens, 0))
                .build();
    }
}

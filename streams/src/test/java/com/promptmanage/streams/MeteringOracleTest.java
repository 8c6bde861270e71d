package com.promptmanage.streams;

import static com.promptmanage.streams.PlainAccount.ACCOUNT;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.streams.PlainAccount.Counted;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.streams.read.SpendQuery.Step;
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
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of events, repeats, late events, budgets, prices and zones, in which one process takes over from another,
 * against a plain account of what must come out.
 */
class MeteringOracleTest {

    private static final List<ZoneId> ZONES = List.of(
            ZoneId.of("UTC"),
            ZoneId.of("America/New_York"),
            ZoneId.of("Europe/Berlin"),
            ZoneId.of("Asia/Kathmandu"),
            ZoneId.of("Australia/Lord_Howe"),
            ZoneId.of("Pacific/Chatham"));

    private static final List<Dimension> DIMENSIONS = List.of(
            Dimension.ACCOUNT,
            Dimension.MEMBER,
            Dimension.MODEL,
            Dimension.PROVIDER,
            Dimension.WORKFLOW,
            Dimension.ofTag("project"));

    /** As producers spell them, in an order that does not depend on the run. */
    private static final List<String> SPELLINGS = List.copyOf(new TreeSet<>(PlainAccount.MODELS.keySet()));

    private static final List<String> PROVIDERS = List.of("", "test", "TEST", "another");

    /**
     * How time goes in a history.
     *
     * @param stepMax minutes from one thing that happens to the next, at most
     * @param lateMax minutes by which an event is late, at most
     */
    private record Pace(Instant start, int stepMax, int lateMax) {}

    private final PlainAccount plain = new PlainAccount();

    private final Map<String, Long> inputRate = new HashMap<>(Map.of("cheap", 150_500_000L, "dear", 30_000_000_007L));

    private long versions = 1;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyRowCounterAndAlertIsWhatThePlainAccountSays(long seed) {
        // The week in which clocks change in Europe, and a week later in America.
        goThrough(seed, new Pace(Instant.parse("2026-10-24T12:00:00Z"), 40, 60 * 24 * 40));
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void thatIsSoOverYearsAlsoWhenOldRowsAreDropped(long seed) {
        goThrough(seed, new Pace(Instant.parse("2022-10-24T12:00:00Z"), 60 * 24 * 4, 60 * 24 * 400));
    }

    private void goThrough(long seed, Pace pace) {
        var random = new Random(seed);
        var restarts = new Random(seed);
        try (var metering = new MeteringDriver(pace.start())) {
            inputRate.forEach((model, rate) -> metering.price(price(model, rate)));
            settle(metering, ZONES.get(random.nextInt(ZONES.size())));
            for (int step = 0; step < 700; step++) {
                metering.advance(Duration.ofMinutes(random.nextInt(pace.stepMax())));
                if (restarts.nextInt(150) == 0) {
                    metering.restart();
                    plain.restart();
                }
                int dice = random.nextInt(100);
                if (dice < 90) {
                    send(metering, random, pace);
                } else if (dice < 97) {
                    changeBudgets(metering, random);
                } else if (dice == 97 && inputRate.size() == 2) {
                    inputRate.put("later", 7_777_777_777L);
                    metering.price(price("later", 7_777_777_777L));
                    // More turns than all that waits has need of.
                    for (int turn = 0; turn < SPELLINGS.size() * PROVIDERS.size(); turn++) {
                        metering.advance(Duration.ofMillis(10));
                    }
                    plain.priceHeld("later", 7_777_777_777L, metering.now());
                } else if (dice == 98) {
                    settle(metering, ZONES.get(random.nextInt(ZONES.size())));
                }
            }
            List<String> alerts = metering.alerts().stream()
                    .map(alert -> "%s/%s/%s/%s/%s/%s"
                            .formatted(
                                    alert.path("budgetId").asText(),
                                    alert.path("budgetVersion"),
                                    alert.path("value").asText(),
                                    alert.path("periodStart").asText(),
                                    alert.path("threshold").asText(),
                                    alert.path("lateEvent")))
                    .toList();
            assertThat(alerts).containsExactlyElementsOf(plain.expectedAlerts());
            assertThat(alerts).as("a history that alerts").isNotEmpty().doesNotHaveDuplicates();
            compareRows(metering, random);
            compareBudgets(metering);
        }
    }

    private void send(MeteringDriver metering, Random random, Pace pace) {
        UsageEvent event;
        plain.arrives(metering.now());
        // A repeat is known as one for seven days.
        List<Counted> known = plain.counted().stream()
                .filter(earlier -> earlier.arrival().isAfter(metering.now().minus(Duration.ofDays(6))))
                .toList();
        if (!known.isEmpty() && random.nextInt(10) == 0) {
            metering.send(known.get(random.nextInt(known.size())).event());
            return;
        }
        Instant time = metering.now()
                .minus(
                        random.nextInt(5) == 0
                                ? Duration.ofMinutes(random.nextInt(pace.lateMax()))
                                : Duration.ofSeconds(random.nextInt(600)));
        String spelling = SPELLINGS.get(random.nextInt(SPELLINGS.size()));
        String provider = PROVIDERS.get(random.nextInt(PROVIDERS.size()));
        long[] tokens = new long[TokenKind.COUNT];
        for (int kind = 0; kind < tokens.length; kind++) {
            tokens[kind] = random.nextInt(3) == 0 ? random.nextInt(5_000) : 0;
        }
        event = new UsageEvent(
                "event-" + plain.counted().size(),
                "source-" + random.nextInt(2),
                time,
                TokenUsage.builder("user-" + random.nextInt(4), spelling)
                        .teamId(ACCOUNT.id())
                        .provider(provider.isEmpty() ? null : provider)
                        .executionType(ExecutionType.WORKFLOW_NODE)
                        .workflowId(random.nextBoolean() ? "workflow-" + random.nextInt(3) : null)
                        .tags(random.nextBoolean() ? Map.of("project", "p" + random.nextInt(2)) : Map.of())
                        .tokens(TokenCounts.of(tokens))
                        .build());
        long offset = metering.send(event);
        plain.count(event, metering.now(), offset, inputRate.get(PlainAccount.modelOf(spelling)));
    }

    private void changeBudgets(MeteringDriver metering, Random random) {
        int number = random.nextInt(4);
        String id = "budget-" + number;
        Budget old = plain.budgets().get(id);
        if (old != null && random.nextInt(4) == 0) {
            plain.budgets().remove(id);
            metering.budgets(ACCOUNT, plain.budgets().values().toArray(Budget[]::new));
            return;
        }
        Dimension dimension = DIMENSIONS.get(random.nextInt(DIMENSIONS.size()));
        Period.Unit unit = List.of(Period.Unit.values()).get(random.nextInt(Period.Unit.values().length));
        ZoneId zone = ZONES.get(random.nextInt(ZONES.size()));
        Period period = unit == Period.Unit.MONTH && random.nextBoolean()
                ? Period.anchored(unit, zone, "15 06:30")
                : Period.of(unit, zone);
        long limit = 1L + random.nextInt(2_000_000_000);
        var budget = new Budget(
                id,
                id,
                ACCOUNT,
                dimension,
                random.nextBoolean() ? Budget.EACH : someValue(dimension, random),
                random.nextInt(3) == 0 ? new Limit.Tokens(1 + limit / 10_000) : new Limit.Spend(new NanoUsd(limit)),
                period,
                List.of(
                        new Threshold.Percent(33_333, Severity.INFO),
                        new Threshold.Percent(75_000, Severity.WARNING),
                        new Threshold.Percent(100_000, Severity.CRITICAL)),
                Budget.Enforcement.ALERT_ONLY,
                Budget.FailMode.OPEN,
                versions++,
                number < 2 ? 0 : old == null ? metering.now().toEpochMilli() : old.createdMs());
        plain.budgets().put(id, budget);
        metering.budgets(ACCOUNT, plain.budgets().values().toArray(Budget[]::new));
        plain.begin(budget, metering.now());
    }

    private void settle(MeteringDriver metering, ZoneId zone) {
        metering.settings(new AccountSettings(ACCOUNT, zone, List.of("project"), Set.of(), List.of()));
    }

    private void compareRows(MeteringDriver metering, Random random) {
        for (int i = 0; i < 40; i++) {
            long from = metering.now().toEpochMilli()
                    - random.nextLong(Duration.ofDays(i < 20 ? 50 : 780).toMillis());
            long quarter = Duration.ofMinutes(15).toMillis();
            long start = from / quarter * quarter;
            long end = start + (1 + random.nextInt(3_000)) * quarter;
            Dimension dimension = DIMENSIONS.get(random.nextInt(DIMENSIONS.size()));
            Step step = List.of(Step.values()).get(random.nextInt(Step.values().length));
            var query =
                    new SpendQuery(ACCOUNT, dimension, null, start, end, ZONES.get(random.nextInt(ZONES.size())), step);
            var actual = new TreeMap<String, String>();
            for (SpendEntry entry : metering.reads().spend(query)) {
                actual.put(
                        Math.max(entry.startMs(), start) + " " + entry.value(),
                        "%d %d %d %d"
                                .formatted(
                                        entry.spend().events(),
                                        entry.spend().unpricedEvents(),
                                        entry.spend().costNanoUsd(),
                                        entry.spend().tokens().total()));
            }
            assertThat(actual).as("%s", query).isEqualTo(plain.rows(query));
        }
    }

    private void compareBudgets(MeteringDriver metering) {
        var actual = new TreeMap<String, Long>();
        metering.reads().budgets(ACCOUNT, metering.now().toEpochMilli()).forEach(spend -> {
            if (spend.spent() != 0) {
                actual.put(spend.budget().id() + " " + spend.value(), spend.spent());
            }
        });
        assertThat(actual).isEqualTo(plain.budgetsSpent(metering.now()));
    }

    private static String someValue(Dimension dimension, Random random) {
        return switch (dimension.kind()) {
            case MEMBER -> "user-" + random.nextInt(4);
            case MODEL -> random.nextBoolean() ? "cheap" : "test/cheap-2026-01-01";
            case PROVIDER -> PlainAccount.PROVIDER;
            case WORKFLOW -> "workflow-1";
            case TAG -> "p1";
            default -> "*";
        };
    }

    private static ModelPrice price(String model, long inputRate) {
        return new ModelPrice(
                "price of " + model,
                PlainAccount.PROVIDER,
                model,
                List.of(),
                Instant.EPOCH,
                null,
                List.of(PriceTier.standard(
                        Rates.of(Map.of(TokenKind.INPUT, inputRate, TokenKind.OUTPUT, inputRate * 4 + 1)))));
    }
}

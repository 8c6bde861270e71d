package com.promptmanage.streams;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.streams.read.SpendQuery.Step;
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
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of events, repeats, late events, budgets, prices and zones, in which one process takes over from another,
 * against a plain account of what must come out: every event is kept in a list, and every question is answered by going
 * through it.
 */
class MeteringOracleTest {

    private static final Account ACCOUNT = Account.team("acme");

    private static final List<ZoneId> ZONES = List.of(
            ZoneId.of("UTC"),
            ZoneId.of("America/New_York"),
            ZoneId.of("Europe/Berlin"),
            ZoneId.of("Asia/Kathmandu"),
            ZoneId.of("Australia/Lord_Howe"),
            ZoneId.of("Pacific/Chatham"));

    private static final List<Dimension> DIMENSIONS = List.of(
            Dimension.ACCOUNT, Dimension.MEMBER, Dimension.MODEL, Dimension.WORKFLOW, Dimension.ofTag("project"));

    /** An event as it counts: its cost is null while it has no price. */
    private static final class Counted {
        final UsageEvent event;

        final Instant arrival;

        final long offset;

        @Nullable
        Long cost;

        Counted(UsageEvent event, Instant arrival, long offset) {
            this.event = event;
            this.arrival = arrival;
            this.offset = offset;
        }

        Instant arrival() {
            return arrival;
        }

        long offset() {
            return offset;
        }
    }

    /**
     * How time goes in a history.
     *
     * @param stepMax minutes from one thing that happens to the next, at most
     * @param lateMax minutes by which an event is late, at most
     */
    private record Pace(Instant start, int stepMax, int lateMax) {}

    private final List<Counted> counted = new ArrayList<>();

    private final Map<String, Long> inputRate = new HashMap<>(Map.of("cheap", 150_500_000L, "dear", 30_000_000_007L));

    private final Map<String, Budget> budgets = new TreeMap<>();

    private final Map<String, Set<Integer>> passed = new HashMap<>();

    private final Set<String> touched = new HashSet<>();

    private Instant lastArrival = Instant.EPOCH;

    private long versions = 1;

    private final List<String> expectedAlerts = new ArrayList<>();

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
                    // Until an event comes, nothing is taken for too old.
                    lastArrival = Instant.EPOCH;
                }
                int dice = random.nextInt(100);
                if (dice < 90) {
                    send(metering, random, pace);
                } else if (dice < 97) {
                    changeBudgets(metering, random);
                } else if (dice == 97 && inputRate.size() == 2) {
                    inputRate.put("later", 7_777_777_777L);
                    metering.price(price("later", 7_777_777_777L));
                    metering.advance(Duration.ofMillis(50));
                    priceHeld(metering.now());
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
            assertThat(alerts).containsExactlyElementsOf(expectedAlerts);
            assertThat(alerts).as("a history that alerts").isNotEmpty().doesNotHaveDuplicates();
            compareRows(metering, random);
            compareBudgets(metering);
        }
    }

    private void send(MeteringDriver metering, Random random, Pace pace) {
        UsageEvent event;
        lastArrival = metering.now();
        // A repeat is known as one for seven days.
        List<Counted> known = counted.stream()
                .filter(earlier -> earlier.arrival.isAfter(metering.now().minus(Duration.ofDays(6))))
                .toList();
        if (!known.isEmpty() && random.nextInt(10) == 0) {
            metering.send(known.get(random.nextInt(known.size())).event);
            return;
        }
        Instant time = metering.now()
                .minus(
                        random.nextInt(5) == 0
                                ? Duration.ofMinutes(random.nextInt(pace.lateMax()))
                                : Duration.ofSeconds(random.nextInt(600)));
        String model = List.of("cheap", "dear", "later").get(random.nextInt(3));
        long[] tokens = new long[TokenKind.COUNT];
        for (int kind = 0; kind < tokens.length; kind++) {
            tokens[kind] = random.nextInt(3) == 0 ? random.nextInt(5_000) : 0;
        }
        event = new UsageEvent(
                "event-" + counted.size(),
                "source-" + random.nextInt(2),
                time,
                new TokenUsage(
                        "user-" + random.nextInt(4),
                        ACCOUNT.id(),
                        model,
                        null,
                        ExecutionType.WORKFLOW_NODE,
                        null,
                        null,
                        random.nextBoolean() ? "workflow-" + random.nextInt(3) : null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        random.nextBoolean() ? Map.of("project", "p" + random.nextInt(2)) : Map.of(),
                        null,
                        null,
                        TokenCounts.of(tokens)));
        var now = new Counted(event, metering.now(), metering.send(event));
        Long rate = inputRate.get(model);
        now.cost = rate == null ? null : cost(event, rate);
        charge(now, now.cost == null ? 0 : now.cost, event.usage().tokens().total(), metering.now());
        counted.add(now);
    }

    /** What the topology does event by event, told by going through the list. */
    private void charge(Counted event, long cost, long tokens, Instant arrival) {
        for (Budget budget : budgets.values()) {
            String value = valueOf(event.event, budget.dimension());
            long part = budget.limit() instanceof Limit.Tokens ? tokens : cost;
            if (part == 0 || value == null || !budget.covers(value)) {
                continue;
            }
            Period.Window window = budget.period().windowAt(event.event.time().toEpochMilli());
            long before = spent(budget, value, window);
            String state = state(budget, value, window);
            Set<Integer> done = passed.computeIfAbsent(state, none -> new TreeSet<>());
            if (touched.add(state)) {
                // What was reached before the budget was first charged in this window is not told any more.
                done.addAll(reached(budget, before));
            }
            raise(budget, value, window, before + part, done, window.endMs() <= arrival.toEpochMilli());
        }
    }

    private void raise(Budget budget, String value, Period.Window window, long spent, Set<Integer> done, boolean late) {
        int highest = -1;
        for (int index : reached(budget, spent)) {
            if (done.add(index) && (highest < 0 || percent(budget, index) > percent(budget, highest))) {
                highest = index;
            }
        }
        if (highest >= 0) {
            expectedAlerts.add("%s/%s/%s/%s/%s/%s"
                    .formatted(
                            budget.id(),
                            budget.version(),
                            value,
                            Instant.ofEpochMilli(window.startMs()),
                            BigDecimal.valueOf(percent(budget, highest), 3)
                                    .stripTrailingZeros()
                                    .toPlainString(),
                            late));
        }
    }

    private static long percent(Budget budget, int index) {
        return ((Threshold.Percent) budget.thresholds().get(index)).thousandths();
    }

    private static List<Integer> reached(Budget budget, long spent) {
        var reached = new ArrayList<Integer>();
        for (int i = 0; i < budget.thresholds().size(); i++) {
            BigInteger left = BigInteger.valueOf(spent).multiply(BigInteger.valueOf(100_000));
            BigInteger right =
                    BigInteger.valueOf(budget.limit().amount()).multiply(BigInteger.valueOf(percent(budget, i)));
            if (left.compareTo(right) >= 0) {
                reached.add(i);
            }
        }
        return reached;
    }

    private void changeBudgets(MeteringDriver metering, Random random) {
        String id = "budget-" + random.nextInt(4);
        Budget old = budgets.get(id);
        if (old != null && random.nextInt(4) == 0) {
            budgets.remove(id);
            metering.budgets(ACCOUNT, budgets.values().toArray(Budget[]::new));
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
                versions++);
        budgets.put(id, budget);
        metering.budgets(ACCOUNT, budgets.values().toArray(Budget[]::new));
        Period.Window window = period.windowAt(metering.now().toEpochMilli());
        var values = new TreeSet<String>();
        if (!budget.isForEach()) {
            values.add(dimension.kind() == Dimension.Kind.ACCOUNT ? ACCOUNT.value() : budget.value());
        } else {
            counted.forEach(event -> {
                String value = valueOf(event.event, dimension);
                if (value != null && window.contains(event.event.time().toEpochMilli())) {
                    values.add(value);
                }
            });
        }
        for (String value : values) {
            String state = state(budget, value, window);
            touched.add(state);
            raise(
                    budget,
                    value,
                    window,
                    spent(budget, value, window),
                    passed.computeIfAbsent(state, none -> new TreeSet<>()),
                    false);
        }
    }

    private void priceHeld(Instant now) {
        // They are taken up in the order of their keys: by model, and then by offset, of which each process here counts
        // its own.
        List<Counted> waiting = counted.stream()
                .filter(event -> event.cost == null)
                .filter(event -> event.event.usage().model().equals("later"))
                .filter(event -> !event.event.time().isBefore(lastArrival.minus(Duration.ofDays(402))))
                .sorted(Comparator.comparingLong(Counted::offset).thenComparing(Counted::arrival))
                .toList();
        for (Counted event : waiting) {
            long cost = cost(event.event, 7_777_777_777L);
            charge(event, cost, 0, now);
            event.cost = cost;
        }
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
            var expected = new TreeMap<String, String>();
            var sums = new TreeMap<String, long[]>();
            for (Counted event : counted) {
                String value = valueOf(event.event, dimension);
                long time = event.event.time().toEpochMilli();
                if (value != null && time >= start && time < end) {
                    long[] sum = sums.computeIfAbsent(
                            stepStart(step, query.zone(), time, start) + " " + value, none -> new long[4]);
                    sum[0]++;
                    sum[1] += event.cost == null ? 1 : 0;
                    sum[2] += event.cost == null ? 0 : event.cost;
                    sum[3] += event.event.usage().tokens().total();
                }
            }
            sums.forEach((key, sum) -> expected.put(key, "%d %d %d %d".formatted(sum[0], sum[1], sum[2], sum[3])));
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
            assertThat(actual).as("%s", query).isEqualTo(expected);
        }
    }

    /** The first moment of a step, or of the range if that begins within the step. */
    private static long stepStart(Step step, ZoneId zone, long time, long rangeStart) {
        var local = Instant.ofEpochMilli(time).atZone(zone);
        long start = switch (step) {
            case WHOLE -> rangeStart;
            case QUARTER_HOUR -> Math.floorDiv(time, 900_000L) * 900_000L;
            case HOUR -> {
                long offset = local.getOffset().getTotalSeconds() * 1000L;
                yield Math.floorDiv(time + offset, 3_600_000L) * 3_600_000L - offset;
            }
            case DAY -> local.toLocalDate().atStartOfDay(zone).toInstant().toEpochMilli();
            case MONTH ->
                local.toLocalDate()
                        .withDayOfMonth(1)
                        .atStartOfDay(zone)
                        .toInstant()
                        .toEpochMilli();
        };
        return Math.max(start, rangeStart);
    }

    private void compareBudgets(MeteringDriver metering) {
        var actual = new TreeMap<String, Long>();
        metering.reads().budgets(ACCOUNT, metering.now().toEpochMilli()).forEach(spend -> {
            if (spend.spent() != 0) {
                actual.put(spend.budget().id() + " " + spend.value(), spend.spent());
            }
        });
        var expected = new TreeMap<String, Long>();
        for (Budget budget : budgets.values()) {
            Period.Window window = budget.period().windowAt(metering.now().toEpochMilli());
            for (Counted event : counted) {
                String value = valueOf(event.event, budget.dimension());
                if (value != null && budget.covers(value)) {
                    long spent = spent(budget, value, window);
                    if (spent != 0) {
                        expected.put(budget.id() + " " + value, spent);
                    }
                }
            }
        }
        assertThat(actual).isEqualTo(expected);
    }

    private long spent(Budget budget, String value, Period.Window window) {
        long spent = 0;
        for (Counted event : counted) {
            if (value.equals(valueOf(event.event, budget.dimension()))
                    && window.contains(event.event.time().toEpochMilli())) {
                spent += budget.limit() instanceof Limit.Tokens
                        ? event.event.usage().tokens().total()
                        : event.cost == null ? 0 : event.cost;
            }
        }
        return spent;
    }

    private static String state(Budget budget, String value, Period.Window window) {
        return budget.id() + "/" + budget.version() + "/" + value + "/" + window.startMs();
    }

    private static String someValue(Dimension dimension, Random random) {
        return switch (dimension.kind()) {
            case MEMBER -> "user-" + random.nextInt(4);
            case MODEL -> "cheap";
            case WORKFLOW -> "workflow-1";
            case TAG -> "p1";
            default -> "*";
        };
    }

    private static @Nullable String valueOf(UsageEvent event, Dimension dimension) {
        return switch (dimension.kind()) {
            case ACCOUNT -> ACCOUNT.value();
            case MEMBER -> event.usage().userId();
            case MODEL -> event.usage().model();
            case WORKFLOW -> event.usage().workflowId();
            case TAG -> event.usage().tags().get("project");
            default -> throw new IllegalArgumentException(dimension.value());
        };
    }

    private static long cost(UsageEvent event, long inputRate) {
        BigDecimal cost = BigDecimal.ZERO;
        for (TokenKind kind : TokenKind.values()) {
            long rate = kind.isInput() ? inputRate : inputRate * 4 + 1;
            cost = cost.add(BigDecimal.valueOf(event.usage().tokens().get(kind)).multiply(BigDecimal.valueOf(rate)));
        }
        return cost.movePointLeft(6).setScale(0, RoundingMode.HALF_EVEN).longValueExact();
    }

    private static ModelPrice price(String model, long inputRate) {
        return new ModelPrice(
                "price of " + model,
                "test",
                model,
                List.of(),
                Instant.EPOCH,
                null,
                List.of(PriceTier.standard(
                        Rates.of(Map.of(TokenKind.INPUT, inputRate, TokenKind.OUTPUT, inputRate * 4 + 1)))));
    }
}

package com.promptmanage.streams;

import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.streams.read.SpendQuery.Step;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.budget.Threshold;
import com.promptmanage.topics.usage.TokenKind;
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
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What must come of a history of events and budgets, told in the plainest way: every event is kept in a list, and every question is
 * answered by going through it.
 */
final class PlainAccount {

    static final Account ACCOUNT = Account.team("acme");

    /** Who takes the prices of all models. */
    static final String PROVIDER = "test";

    /** The models by the names that producers use for them. */
    static final Map<String, String> MODELS = Map.of(
            "cheap", "cheap",
            "test/cheap-2026-01-01", "cheap",
            "dear", "dear",
            "DEAR", "dear",
            "later", "later",
            "later-latest", "later");

    /** An event as it counts: its cost is null while it has no price. */
    static final class Counted {
        private final UsageEvent event;

        private final Instant arrival;

        private final long offset;

        private @Nullable Long cost;

        private Counted(UsageEvent event, Instant arrival, long offset) {
            this.event = event;
            this.arrival = arrival;
            this.offset = offset;
        }

        UsageEvent event() {
            return event;
        }

        Instant arrival() {
            return arrival;
        }

        long offset() {
            return offset;
        }
    }

    private final List<Counted> counted = new ArrayList<>();

    private final Map<String, Budget> budgets = new TreeMap<>();

    private final Map<String, Set<Integer>> passed = new HashMap<>();

    private final Set<String> touched = new HashSet<>();

    private final List<String> expectedAlerts = new ArrayList<>();

    private Instant lastArrival = Instant.EPOCH;

    List<Counted> counted() {
        return counted;
    }

    /** By their ids. */
    Map<String, Budget> budgets() {
        return budgets;
    }

    /** In their order. */
    List<String> expectedAlerts() {
        return expectedAlerts;
    }

    /** An event comes, which may be a repeat. */
    void arrives(Instant now) {
        lastArrival = now;
    }

    /** Another process has taken over: until an event comes, nothing is taken for too old. */
    void restart() {
        lastArrival = Instant.EPOCH;
    }

    /** @param inputRate null for a model without a price */
    void count(UsageEvent event, Instant now, long offset, @Nullable Long inputRate) {
        var fresh = new Counted(event, now, offset);
        fresh.cost = inputRate == null ? null : cost(event, inputRate);
        charge(
                fresh,
                fresh.cost != null,
                dimension -> true,
                fresh.cost == null ? 0 : fresh.cost,
                event.usage().tokens().total(),
                now);
        counted.add(fresh);
    }

    /** A budget that is new, or has changed, is evaluated at once in its window of now. */
    void begin(Budget budget, Instant now) {
        Period.Window window = budget.period().windowAt(now.toEpochMilli());
        var values = new TreeSet<String>();
        if (!budget.isForEach()) {
            values.add(budget.dimension().kind() == Dimension.Kind.ACCOUNT ? ACCOUNT.value() : limited(budget));
        } else {
            counted.forEach(event -> {
                String value = valueOf(event, budget.dimension());
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

    /** @param inputRate of the model that has its price now */
    void priceHeld(String model, long inputRate, Instant now) {
        // They are taken up in the order of their keys: by model and provider as they came, and then by offset, of
        // which
        // each process here counts its own.
        List<Counted> waiting = counted.stream()
                .filter(event -> event.cost == null)
                .filter(event -> modelOf(event.event.usage().model()).equals(model))
                .filter(event -> !event.event.time().isBefore(lastArrival.minus(Duration.ofDays(402))))
                .sorted(Comparator.comparing(PlainAccount::spelling)
                        .thenComparingLong(Counted::offset)
                        .thenComparing(Counted::arrival))
                .toList();
        for (Counted event : waiting) {
            long cost = cost(event.event, inputRate);
            long tokens = event.event.usage().tokens().total();
            // From where it counted without a price it moves to where its price puts it.
            Predicate<Dimension> moves = dimension ->
                    !Objects.equals(valueOf(event.event, false, dimension), valueOf(event.event, true, dimension));
            charge(event, true, moves.negate(), cost, 0, now);
            charge(event, false, moves, 0, -tokens, now);
            charge(event, true, moves, cost, tokens, now);
            event.cost = cost;
        }
    }

    /** What is used in each step of a range by each value of a dimension, by both: events, unpriced events, cost, tokens. */
    Map<String, String> rows(SpendQuery query) {
        var sums = new TreeMap<String, long[]>();
        for (Counted event : counted) {
            String value = valueOf(event, query.dimension());
            long time = event.event.time().toEpochMilli();
            if (value != null && time >= query.fromMs() && time < query.toMs()) {
                long[] sum = sums.computeIfAbsent(
                        stepStart(query.step(), query.zone(), time, query.fromMs()) + " " + value, none -> new long[4]);
                sum[0]++;
                sum[1] += event.cost == null ? 1 : 0;
                sum[2] += event.cost == null ? 0 : event.cost;
                sum[3] += event.event.usage().tokens().total();
            }
        }
        var rows = new TreeMap<String, String>();
        sums.forEach((key, sum) -> rows.put(key, "%d %d %d %d".formatted(sum[0], sum[1], sum[2], sum[3])));
        return rows;
    }

    /** What each budget has spent in its window of now, by budget and value; without those that have spent nothing. */
    Map<String, Long> budgetsSpent(Instant now) {
        var expected = new TreeMap<String, Long>();
        for (Budget budget : budgets.values()) {
            Period.Window window = budget.period().windowAt(now.toEpochMilli());
            for (Counted event : counted) {
                String value = valueOf(event, budget.dimension());
                if (value != null && covers(budget, value)) {
                    long spent = spent(budget, value, window);
                    if (spent != 0) {
                        expected.put(budget.id() + " " + value, spent);
                    }
                }
            }
        }
        return expected;
    }

    /**
     * What the topology does event by event, told by going through the list.
     *
     * @param dimensions those whose budgets are charged
     */
    private void charge(
            Counted event, boolean isPriced, Predicate<Dimension> dimensions, long cost, long tokens, Instant arrival) {
        for (Budget budget : budgets.values()) {
            String value = valueOf(event.event, isPriced, budget.dimension());
            long part = budget.limit() instanceof Limit.Tokens ? tokens : cost;
            if (part == 0 || value == null || !dimensions.test(budget.dimension()) || !covers(budget, value)) {
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
        if (window.endMs() <= budget.createdMs()) {
            return;
        }
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

    private long spent(Budget budget, String value, Period.Window window) {
        long spent = 0;
        for (Counted event : counted) {
            if (value.equals(valueOf(event, budget.dimension()))
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

    private static boolean covers(Budget budget, String value) {
        return budget.covers(value) || limited(budget).equals(value);
    }

    /** A budget of a model is one of the model, whichever of its names it was given. */
    private static String limited(Budget budget) {
        return budget.dimension().kind() == Dimension.Kind.MODEL
                ? MODELS.getOrDefault(budget.value(), budget.value())
                : budget.value();
    }

    private static @Nullable String valueOf(Counted event, Dimension dimension) {
        return valueOf(event.event, event.cost != null, dimension);
    }

    /** @param isPriced what has no price counts under the names it came with */
    private static @Nullable String valueOf(UsageEvent event, boolean isPriced, Dimension dimension) {
        return switch (dimension.kind()) {
            case ACCOUNT -> ACCOUNT.value();
            case MEMBER -> event.usage().userId();
            case MODEL ->
                isPriced ? modelOf(event.usage().model()) : event.usage().model();
            case PROVIDER ->
                isPriced ? provider(event.usage().provider()) : event.usage().provider();
            case WORKFLOW -> event.usage().workflowId();
            case TAG -> event.usage().tags().get("project");
            default -> throw new IllegalArgumentException(dimension.value());
        };
    }

    /** The model that a producer means. */
    static String modelOf(String spelling) {
        return Objects.requireNonNull(MODELS.get(spelling), spelling);
    }

    /** The model and the provider as they came. */
    private static String spelling(Counted event) {
        return event.event.usage().model() + "\0"
                + Objects.requireNonNullElse(event.event.usage().provider(), "");
    }

    private static String provider(@Nullable String named) {
        return named == null || named.equalsIgnoreCase(PROVIDER) ? PROVIDER : named;
    }

    private static long cost(UsageEvent event, long inputRate) {
        BigDecimal cost = BigDecimal.ZERO;
        for (TokenKind kind : TokenKind.values()) {
            long rate = kind.isInput() ? inputRate : inputRate * 4 + 1;
            cost = cost.add(BigDecimal.valueOf(event.usage().tokens().get(kind)).multiply(BigDecimal.valueOf(rate)));
        }
        return cost.movePointLeft(6).setScale(0, RoundingMode.HALF_EVEN).longValueExact();
    }
}

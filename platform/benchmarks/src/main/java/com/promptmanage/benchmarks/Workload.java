package com.promptmanage.benchmarks;

import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.pricing.Catalogue;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Traffic as a company's teams make it, the same for the same seed, and what it must add up to.
 *
 * <p>Users and models are Zipf distributed, one event in a hundred is a repeat of one shortly before, one in fifty comes up
 * to a day late. The costs are worked out here by decimal arithmetic, by nothing that a contender uses.
 */
public final class Workload {

    static final int TEAMS = 200;

    private static final int REPEATABLE = 10_000;

    private static final BigDecimal MILLION = BigDecimal.valueOf(1_000_000);

    private final Random random;

    private final double[] userShares;

    private final double[] modelShares;

    private final List<ModelPrice> models;

    private final Instant from;

    private final Duration step;

    private final UsageEvent[] recent = new UsageEvent[REPEATABLE];

    private final Map<Account, Totals> expected = new TreeMap<>(java.util.Comparator.comparing(Account::value));

    private int made;

    private int unique;

    /** What is added up of some events; costs in nanoUSD. */
    public record Totals(long events, long tokens, long costNanoUsd) {

        public static final Totals NONE = new Totals(0, 0, 0);

        public Totals plus(Totals other) {
            return new Totals(
                    Math.addExact(events, other.events),
                    Math.addExact(tokens, other.tokens),
                    Math.addExact(costNanoUsd, other.costNanoUsd));
        }
    }

    /**
     * @param to the time of the last event
     * @param span how much earlier the first is
     */
    public Workload(long seed, int events, int users, Instant to, Duration span) {
        random = new Random(seed);
        userShares = zipf(users, 1.0);
        models = pricesOfModels();
        modelShares = zipf(models.size(), 1.1);
        from = to.minus(span);
        step = span.dividedBy(events);
    }

    /** The models that are called, with their one price each. */
    public static List<ModelPrice> pricesOfModels() {
        return Catalogue.prices().stream()
                .filter(price -> price.tiers().size() == 1 && rate(price, TokenKind.INPUT) > 0)
                .limit(20)
                .toList();
    }

    /** The next event, a repeat at times. */
    public UsageEvent next() {
        int number = made++;
        if (unique > 0 && random.nextInt(100) == 0) {
            return recent[random.nextInt(Math.min(unique, REPEATABLE))];
        }
        Instant time = from.plus(step.multipliedBy(number));
        if (random.nextInt(50) == 0) {
            time = time.minusSeconds(random.nextInt(86_400));
        }
        int user = pick(userShares);
        ModelPrice model = models.get(pick(modelShares));
        var event = new UsageEvent(
                "%016x-%08x".formatted(random.nextLong(), number),
                "gateway-" + user % 3,
                time,
                TokenUsage.builder("user-%05d".formatted(user), model.model())
                        .teamId("team-%03d".formatted(user % TEAMS))
                        .provider(model.provider())
                        .promptId("prompt-" + random.nextInt(50))
                        .workflowId("workflow-" + user % 500)
                        .executionId("execution-" + number / 5)
                        .nodeId("node-" + number % 5)
                        .apiKeyId("key-" + user % 1_000)
                        .durationMs(200L + random.nextInt(8_000))
                        .tags(Map.of("env", random.nextInt(4) == 0 ? "staging" : "production"))
                        .tokens(TokenCounts.ofInputOutput(1 + random.nextInt(8_000), 1 + random.nextInt(2_000)))
                        .build());
        recent[unique++ % REPEATABLE] = event;
        expected.merge(
                event.account(), new Totals(1, event.usage().tokens().total(), cost(model, event)), Totals::plus);
        return event;
    }

    /** What the events so far add up to, by account. */
    public Map<Account, Totals> expected() {
        return expected;
    }

    private static long cost(ModelPrice model, UsageEvent event) {
        BigDecimal exact = BigDecimal.ZERO;
        for (TokenKind kind : TokenKind.values()) {
            exact = exact.add(BigDecimal.valueOf(event.usage().tokens().get(kind))
                    .multiply(BigDecimal.valueOf(rate(model, kind))));
        }
        return exact.divide(MILLION, 0, RoundingMode.HALF_EVEN).longValueExact();
    }

    private static long rate(ModelPrice model, TokenKind kind) {
        return model.ratesFor("", 0).nanoUsdPerMillion()[kind.index()];
    }

    /** Sums of shares, up to one. */
    private static double[] zipf(int size, double exponent) {
        double[] sums = new double[size];
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += 1 / Math.pow(i + 1, exponent);
            sums[i] = sum;
        }
        for (int i = 0; i < size; i++) {
            sums[i] /= sum;
        }
        return sums;
    }

    private int pick(double[] shares) {
        int found = java.util.Arrays.binarySearch(shares, random.nextDouble());
        return Math.min(found < 0 ? -found - 1 : found, shares.length - 1);
    }
}

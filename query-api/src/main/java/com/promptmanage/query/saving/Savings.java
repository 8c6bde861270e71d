package com.promptmanage.query.saving;

import com.promptmanage.query.saving.ModelUse.Quote;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.streams.read.SpendQuery.Step;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.TokenUsage;
import java.math.BigInteger;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * What an account could have spent less in a range, worked out from its ledger. Nothing is guessed: a saving is what known
 * tokens cost by known prices, rounded and bounded so that it is never told too high, and where it would take a guess there is
 * none.
 *
 * @param spend of the whole account
 * @param savings the largest first; those without a figure last
 * @param longPrompts the dearest of those whose calls send much, at most {@link #PROMPTS_MAX}
 */
public record Savings(Spend spend, List<Saving> savings, List<SpendEntry> longPrompts) {

    /** Where input tokens of a call are many, on average. */
    static final long INPUT_TOKENS_MANY = 4_000;

    static final int REDUCTION_PERCENT = 30;

    static final int PROMPTS_MAX = 5;

    /** A change of model is worth a word from this saving on, in percent of what was paid, exclusive. */
    private static final int SWITCH_SAVING_PERCENT = 50;

    /** What is less of the whole spend, in percent, is not worth the reading. */
    private static final int WORTH_PERCENT = 1;

    /** Below this share of the input, in percent, a cache is as good as unused. */
    private static final int CACHE_SHARE_PERCENT = 10;

    private static final Comparator<Saving> LARGEST_FIRST = Comparator.<Saving>comparingLong(
                    saving -> saving.savedNanoUsd().orElse(-1))
            .reversed()
            .thenComparing(Comparator.comparingLong(Saving::paidNanoUsd).reversed())
            .thenComparing(Saving::model);

    public Savings {
        savings = List.copyOf(savings);
        longPrompts = List.copyOf(longPrompts);
    }

    /** Reads all of it from one commit. */
    public static Savings read(AccountReads reads, Account account, long fromMs, long toMs, ZoneId zone, long nowMs) {
        return reads.atOneCommit(() -> of(
                spend(reads, account, Dimension.MODEL, fromMs, toMs, zone),
                spend(reads, account, Dimension.PROMPT, fromMs, toMs, zone),
                (model, tokens) -> reads.quote(
                        TokenUsage.of(account.id(), account.isTeam() ? account.id() : null, model, tokens), nowMs)));
    }

    static Savings of(List<SpendEntry> models, List<SpendEntry> prompts, Quote quote) {
        Spend all = models.stream().map(SpendEntry::spend).reduce(Spend.NONE, Spend::plus);
        var savings = new ArrayList<Saving>();
        for (SpendEntry entry : models) {
            var use = new ModelUse(entry.value(), entry.spend(), quote);
            if (use.paidNanoUsd() > 0) {
                modelSwitch(use).ifPresent(savings::add);
                if (use.isPriced()) {
                    contextReduction(use).ifPresent(savings::add);
                    wastedCache(use).ifPresent(savings::add);
                    unusedCache(use).ifPresent(savings::add);
                }
            }
        }
        savings.removeIf(saving -> isTrifle(saving, all.costNanoUsd()));
        savings.sort(LARGEST_FIRST);
        return new Savings(all, savings, longPrompts(prompts));
    }

    /** Of each model the largest: what is not sent to a model saves nothing by a shorter context as well. */
    public long savedNanoUsd() {
        Map<String, Long> byModel = savings.stream()
                .collect(Collectors.toMap(
                        Saving::model, saving -> saving.savedNanoUsd().orElse(0), Math::max));
        return byModel.values().stream().mapToLong(saved -> saved).sum();
    }

    private static Optional<Saving> modelSwitch(ModelUse use) {
        Optional<String> cheaper = CheaperModel.of(use.model());
        if (cheaper.isEmpty()) {
            return Optional.empty();
        }
        OptionalLong projected = use.atMostOn(cheaper.get());
        long paid = use.paidNanoUsd();
        return projected.isPresent() && isMoreThan(paid - projected.getAsLong(), SWITCH_SAVING_PERCENT, paid)
                ? Optional.of(new Saving.ModelSwitch(
                        use.model(), cheaper.get(), use.spend().events(), paid, projected.getAsLong()))
                : Optional.empty();
    }

    private static Optional<Saving> contextReduction(ModelUse use) {
        if (use.averageInputTokens() <= INPUT_TOKENS_MANY) {
            return Optional.empty();
        }
        long input = use.spend().tokens().get(TokenKind.INPUT);
        long saved = use.paidFor(use.listed(TokenKind.INPUT, input)
                .multiply(BigInteger.valueOf(REDUCTION_PERCENT))
                .divide(BigInteger.valueOf(100)));
        return saved > 0
                ? Optional.of(new Saving.ContextReduction(
                        use.model(), use.spend().events(), use.paidNanoUsd(), use.averageInputTokens(), saved))
                : Optional.empty();
    }

    private static Optional<Saving> wastedCache(ModelUse use) {
        TokenCounts tokens = use.spend().tokens();
        long written = tokens.get(TokenKind.CACHE_WRITE_5M) + tokens.get(TokenKind.CACHE_WRITE_1H);
        long read = tokens.get(TokenKind.CACHE_READ);
        BigInteger writing = use.listed(TokenKind.CACHE_WRITE_5M, tokens.get(TokenKind.CACHE_WRITE_5M))
                .add(use.listed(TokenKind.CACHE_WRITE_1H, tokens.get(TokenKind.CACHE_WRITE_1H)))
                .subtract(use.listed(TokenKind.INPUT, written));
        BigInteger reading = use.listed(TokenKind.INPUT, read).subtract(use.listed(TokenKind.CACHE_READ, read));
        long lost = use.paidFor(writing.subtract(reading));
        return lost > 0
                ? Optional.of(new Saving.WastedCache(
                        use.model(), use.spend().events(), use.paidNanoUsd(), written, read, lost))
                : Optional.empty();
    }

    private static Optional<Saving> unusedCache(ModelUse use) {
        TokenCounts tokens = use.spend().tokens();
        if (use.averageInputTokens() <= INPUT_TOKENS_MANY
                || isMoreThan(tokens.get(TokenKind.CACHE_READ), CACHE_SHARE_PERCENT, tokens.totalInput())) {
            return Optional.empty();
        }
        long input = tokens.get(TokenKind.INPUT);
        BigInteger difference = use.listed(TokenKind.INPUT, input).subtract(use.listed(TokenKind.CACHE_READ, input));
        long perTenth = use.paidFor(difference.divide(BigInteger.TEN));
        return perTenth > 0
                ? Optional.of(new Saving.UnusedCache(
                        use.model(), use.spend().events(), use.paidNanoUsd(), use.averageInputTokens(), perTenth))
                : Optional.empty();
    }

    private static List<SpendEntry> longPrompts(List<SpendEntry> prompts) {
        return prompts.stream()
                .filter(prompt -> prompt.spend().events() > 0
                        && prompt.spend().tokens().totalInput() / prompt.spend().events() > INPUT_TOKENS_MANY)
                .sorted(Comparator.comparingLong(
                                (SpendEntry prompt) -> prompt.spend().costNanoUsd())
                        .reversed()
                        .thenComparing(SpendEntry::value))
                .limit(PROMPTS_MAX)
                .toList();
    }

    private static boolean isTrifle(Saving saving, long whole) {
        long amount = saving instanceof Saving.UnusedCache unused
                ? unused.perTenth()
                : saving.savedNanoUsd().orElse(0);
        return !isMoreThan(amount, WORTH_PERCENT, whole);
    }

    /** Exactly, whatever the amounts. */
    private static boolean isMoreThan(long part, int percent, long whole) {
        return BigInteger.valueOf(part)
                        .multiply(BigInteger.valueOf(100))
                        .compareTo(BigInteger.valueOf(whole).multiply(BigInteger.valueOf(percent)))
                > 0;
    }

    private static List<SpendEntry> spend(
            AccountReads reads, Account account, Dimension dimension, long fromMs, long toMs, ZoneId zone) {
        return reads.spend(new SpendQuery(account, dimension, null, fromMs, toMs, zone, Step.WHOLE));
    }
}

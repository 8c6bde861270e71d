package com.promptmanage.query.saving;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.spend.Ratio;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.topics.money.NanoUsd;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** Savings as they are answered: each amount as exact decimal text in USD and as integer nanoUSD. */
public final class SavingsJson {

    private static final int CENT_PLACES = 2;

    private SavingsJson() {}

    /** The fields of all of them, into an answer that says about which range they are. */
    public static void write(ObjectNode json, Savings savings) {
        amount(json, "totalCost", savings.spend().costNanoUsd());
        var suggestions = json.putArray("suggestions");
        savings.savings().forEach(saving -> suggestions.add(suggestion(saving, savings.spend())));
        amount(json, "totalSavings", savings.savedNanoUsd());
        json.put(
                "savingsPercentage",
                Ratio.percent(savings.savedNanoUsd(), savings.spend().costNanoUsd()));
        var prompts = json.putArray("longPrompts");
        savings.longPrompts().forEach(prompt -> prompts.add(prompt(prompt)));
    }

    /** In words, for a reader of whichever answer it is in. */
    public static String title(Saving saving) {
        return switch (saving) {
            case Saving.ModelSwitch change -> "Use %s instead of %s".formatted(change.target(), change.model());
            case Saving.ContextReduction context -> "Shorten what is sent to " + context.model();
            case Saving.WastedCache cache -> "Leave out the prompt cache of " + cache.model();
            case Saving.UnusedCache cache -> "Use the prompt cache of " + cache.model();
        };
    }

    public static String description(Saving saving) {
        return switch (saving) {
            case Saving.ModelSwitch change ->
                "The same tokens of %,d runs on %s. Compare a few answers first."
                        .formatted(change.runs(), change.target());
            case Saving.ContextReduction context ->
                "A run sends %,d input tokens on average. This is what %d%% of those that come from no cache cost."
                        .formatted(context.averageInputTokens(), Savings.REDUCTION_PERCENT);
            case Saving.WastedCache cache ->
                "%,d tokens were written to the cache and %,d read from it. Writing cost more than reading saved, by this much."
                        .formatted(cache.writtenTokens(), cache.readTokens());
            case Saving.UnusedCache cache ->
                "A run sends %,d input tokens on average, and hardly any come from the cache. How many are the same again is not known here; each tenth of them from the cache saves %s."
                        .formatted(cache.averageInputTokens(), inCents(cache.perTenth()));
        };
    }

    private static ObjectNode suggestion(Saving saving, Spend all) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("type", type(saving))
                .put("title", title(saving))
                .put("description", description(saving))
                .put("model", saving.model());
        if (saving instanceof Saving.ModelSwitch change) {
            json.put("targetModel", change.target());
        }
        amount(json, "currentCost", saving.paidNanoUsd());
        saving.savedNanoUsd()
                .ifPresentOrElse(
                        saved -> {
                            amount(json, "projectedCost", saving.paidNanoUsd() - saved);
                            amount(json, "savings", saved);
                            json.put("savingsPercentage", Ratio.percent(saved, saving.paidNanoUsd()));
                        },
                        () -> {
                            json.putNull("projectedCost");
                            json.putNull("savings");
                            json.putNull("savingsPercentage");
                        });
        if (saving instanceof Saving.UnusedCache cache) {
            amount(json, "savingsPerTenth", cache.perTenth());
        }
        return json.put("difficulty", saving instanceof Saving.ModelSwitch ? "easy" : "medium")
                .put("runs", saving.runs())
                .put("shareOfRuns", Ratio.percent(saving.runs(), all.events()))
                .put("shareOfCost", Ratio.percent(saving.paidNanoUsd(), all.costNanoUsd()));
    }

    /** For people, who find the exact amount besides: rounded as that is wherever it is shown, so that they are the same. */
    private static String inCents(long nanoUsd) {
        BigDecimal usd = new BigDecimal(new NanoUsd(nanoUsd).toUsd()).setScale(CENT_PLACES, RoundingMode.HALF_EVEN);
        return usd.signum() == 0 ? "less than a cent" : String.format(Locale.ROOT, "$%,.2f", usd);
    }

    private static String type(Saving saving) {
        return switch (saving) {
            case Saving.ModelSwitch change -> "model_switch";
            case Saving.ContextReduction context -> "context_reduction";
            case Saving.WastedCache cache -> "caching";
            case Saving.UnusedCache cache -> "caching";
        };
    }

    private static ObjectNode prompt(SpendEntry prompt) {
        Spend spend = prompt.spend();
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("promptId", prompt.value())
                .put("runs", spend.events())
                .put("unpricedRuns", spend.unpricedEvents())
                .put("averageInputTokens", spend.tokens().totalInput() / spend.events());
        amount(json, "cost", spend.costNanoUsd());
        return json;
    }

    private static void amount(ObjectNode json, String name, long nanoUsd) {
        json.put(name, new NanoUsd(nanoUsd).toUsd());
        json.put(name + "NanoUsd", nanoUsd);
    }
}

package com.promptmanage.service.tier;

import com.promptmanage.service.http.Problem;
import com.promptmanage.service.http.ProblemException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one account may use, and what it is told when it wants more.
 *
 * @param features everything, unless tiers are enforced
 */
public record AccountTier(Tier tier, Features features) {

    /** What people call the features. */
    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("seats", "members, open invitations among them"),
            Map.entry("historyDays", "days of history"),
            Map.entry("tokensPerPromptMax", "tokens in one prompt"),
            Map.entry("thresholdsMax", "thresholds of a budget"),
            Map.entry("monthlyBudgets", "budgets"),
            Map.entry("dailyBudgets", "budgets by the day or the week"),
            Map.entry("memberBudgets", "budgets of members, models or other parts of the spend"),
            Map.entry("exports", "downloads of usage and of outputs"),
            Map.entry("reports", "scheduled reports"),
            Map.entry("topPrompts", "the dearest prompts"),
            Map.entry("memberAnalytics", "what a team spends by member"),
            Map.entry("costPreview", "costs in the prompt lab"),
            Map.entry("workflowsMax", "workflows"),
            Map.entry("dataSourcesMax", "data sources"),
            Map.entry("workflowRunsPerMonth", "runs of workflows in a month"),
            Map.entry("workflowTriggers", "triggers of workflows"),
            Map.entry("workflowConcurrentNodesMax", "nodes of a workflow at the same time"),
            Map.entry("workflowHistoryDays", "days of the history of workflows"),
            Map.entry("workflowSharing", "shared workflows"));

    /**
     * @param feature its name in {@link Features}
     * @param max of the account's features; null is no limit
     * @param current how many there are already
     * @throws ProblemException 403 {@code tier_limit} unless there is room for one more
     */
    public void requireRoom(String feature, @Nullable Integer max, long current) {
        if (max != null && current >= max) {
            throw limited(feature, max.longValue(), current);
        }
    }

    /**
     * @param feature its name in {@link Features}
     * @throws ProblemException 403 {@code tier_limit} if the tier has none of it
     */
    public void require(String feature, boolean has) {
        if (!has) {
            throw limited(feature, null, null);
        }
    }

    /** @throws ProblemException 403 {@code tier_limit} if the tier is not told what a team spends by member */
    public void requireMemberAnalytics() {
        require("memberAnalytics", features.memberAnalytics());
    }

    /**
     * @param feature its name in {@link Features}
     * @param allowed of the account's features; null for every one
     * @throws ProblemException 403 {@code tier_limit} unless it is one of those that are allowed
     */
    public void requireAmong(String feature, @Nullable List<String> allowed, String wanted) {
        if (allowed != null && !allowed.contains(wanted)) {
            throw ProblemException.tierLimit(
                    "The tier '%s' allows these %s: %s; and not '%s'"
                            .formatted(
                                    tier.code(),
                                    words(feature),
                                    allowed.isEmpty() ? "none" : String.join(", ", allowed),
                                    wanted),
                    new Problem.Limit(feature, null, null, allowed, tier.code()));
        }
    }

    /**
     * 403 {@code tier_limit}.
     *
     * @param max what the tier allows; null if it has none of the feature
     * @param current what there is or was asked for; null if it is not counted
     */
    public ProblemException limited(String feature, @Nullable Long max, @Nullable Long current) {
        return ProblemException.tierLimit(
                max == null
                        ? "The tier '%s' does not include %s".formatted(tier.code(), words(feature))
                        : "The tier '%s' allows at most %d %s".formatted(tier.code(), max, words(feature)),
                new Problem.Limit(feature, max, current, null, tier.code()));
    }

    private static String words(String feature) {
        return WORDS.getOrDefault(feature, feature);
    }
}

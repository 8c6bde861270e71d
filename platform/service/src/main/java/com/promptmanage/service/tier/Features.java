package com.promptmanage.service.tier;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.jspecify.annotations.Nullable;

/**
 * What an account may use. A limit that is null is none.
 *
 * @param seats members and open invitations together
 * @param historyDays how far back usage is shown, in days
 * @param tokensPerPromptMax input tokens of one prompt
 * @param thresholdsMax of one budget
 * @param monthlyBudgets whether there may be budgets at all
 * @param dailyBudgets whether a budget may be for a day or a week
 * @param memberBudgets whether a budget may be for members, or for another part of the account's spend
 * @param exports whether usage, and what workflows have put out, may be downloaded
 * @param reports whether reports are sent on a schedule
 * @param topPrompts whether it is told which prompts cost most
 * @param memberAnalytics whether what a team spends is told by member
 * @param costPreview whether the prompt lab tells what a run will cost and has cost; its tokens it always tells
 * @param workflows in JSON beside the others
 */
public record Features(
        @Nullable Integer seats,
        @Nullable Integer historyDays,
        @Nullable Long tokensPerPromptMax,
        @Nullable Integer thresholdsMax,
        boolean monthlyBudgets,
        boolean dailyBudgets,
        boolean memberBudgets,
        boolean exports,
        boolean reports,
        boolean topPrompts,
        boolean memberAnalytics,
        boolean costPreview,
        @JsonUnwrapped WorkflowFeatures workflows) {

    /** Where tiers are not enforced. */
    public static final Features ALL =
            new Features(null, null, null, null, true, true, true, true, true, true, true, true, WorkflowFeatures.ALL);
}

package com.promptmanage.query.budget;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.service.audit.AuditEntry;
import com.promptmanage.service.tier.AccountTier;
import com.promptmanage.service.tier.Features;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.BudgetCodec;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.event.EventJson;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A change of one budget: whether the account's tier allows it, and how the audit log tells it.
 *
 * @param before empty if it is made
 * @param after empty if it is deleted
 */
record BudgetChange(Account account, String id, Optional<Budget> before, Optional<Budget> after) {

    /** @throws com.promptmanage.service.http.ProblemException 403 {@code tier_limit} if the tier has no such budgets */
    void requireAllowed(AccountTier tier) {
        after.ifPresent(budget -> {
            Features features = tier.features();
            tier.require("monthlyBudgets", features.monthlyBudgets());
            Period.Unit unit = budget.period().unit();
            tier.require(
                    "dailyBudgets", features.dailyBudgets() || (unit != Period.Unit.DAY && unit != Period.Unit.WEEK));
            tier.require(
                    "memberBudgets",
                    features.memberBudgets() || budget.dimension().equals(Dimension.ACCOUNT));
            @Nullable Integer max = features.thresholdsMax();
            int thresholds = budget.thresholds().size();
            if (max != null && thresholds > max) {
                throw tier.limited("thresholdsMax", max.longValue(), (long) thresholds);
            }
        });
    }

    AuditEntry told() {
        String action = before.isEmpty() ? "budget_created" : after.isEmpty() ? "budget_deleted" : "budget_updated";
        return new AuditEntry(
                account,
                action,
                "budget",
                id,
                before.map(BudgetChange::values).orElse(null),
                after.map(BudgetChange::values).orElse(null));
    }

    /** The budget as it is kept. */
    static String json(Budget budget) {
        var bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = EventJson.generator(bytes)) {
            BudgetCodec.write(json, budget);
        } catch (IOException e) {
            throw new UncheckedIOException("written to memory", e);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static Map<String, JsonNode> values(Budget budget) {
        var values = new LinkedHashMap<String, JsonNode>();
        EventJson.read(json(budget).getBytes(StandardCharsets.UTF_8))
                .properties()
                .forEach(field -> values.put(field.getKey(), field.getValue()));
        return values;
    }
}

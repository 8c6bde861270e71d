package com.promptmanage.query.analytics;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.analytics.TeamMembers.Member;
import com.promptmanage.query.analytics.TeamMembers.Team;
import com.promptmanage.query.saving.SavingsJson;
import com.promptmanage.query.spend.Ratio;
import com.promptmanage.streams.read.BudgetSpend;
import com.promptmanage.streams.read.Spend;
import com.promptmanage.streams.read.SpendEntry;
import com.promptmanage.topics.money.NanoUsd;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A team's usage as it is answered: each amount as exact decimal text in USD and as integer nanoUSD. */
final class TeamUsageJson {

    /** From these percentages of their limit on, members are shown to be near it, very near it, over it. */
    private static final int WARNING_PERCENT = 80;

    private static final int DANGER_PERCENT = 90;

    private static final int EXCEEDED_PERCENT = 100;

    private TeamUsageJson() {}

    /** @param seats how many members the tier allows; null for any number */
    static ObjectNode of(AccountUsage usage, Team team, @Nullable Integer seats) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        Spend total = usage.total();
        json.put("teamName", team.name());
        figures(json, "total", total);
        json.put("unpricedRuns", total.unpricedEvents());
        long active = usage.members().stream()
                .filter(member -> member.spend().events() > 0)
                .count();
        json.put("activeMembers", active);
        json.putObject("seats").put("used", team.members().size()).put("limit", seats);
        amount(json, "avgCostPerMember", Ratio.average(total.costNanoUsd(), active));
        figures(json.putObject("previous"), "total", usage.previous());
        json.set("budget", usage.accountBudget().map(TeamUsageJson::budget).orElse(null));
        json.set("members", members(usage, team));
        json.set("costBreakdownByModel", models(usage.models(), total));
        ObjectNode savings = JsonNodeFactory.instance.objectNode();
        SavingsJson.write(savings, usage.savings());
        json.set("costOptimizationSuggestions", savings.get("suggestions"));
        amount(json, "totalSavings", usage.savings().savedNanoUsd());
        return json;
    }

    static ArrayNode series(Map<LocalDate, Spend> steps) {
        ArrayNode series = JsonNodeFactory.instance.arrayNode();
        steps.forEach((start, spend) -> {
            ObjectNode step = series.addObject().put("period", start.toString());
            step.put("tokens", spend.tokens().total()).put("actions", spend.events());
            amount(step, "cost", spend.costNanoUsd());
        });
        return series;
    }

    /** Those who spent something, the dearest first, also who left; then the others. */
    private static ArrayNode members(AccountUsage usage, Team team) {
        ArrayNode members = JsonNodeFactory.instance.arrayNode();
        usage.members()
                .forEach(member -> members.add(member(
                        member.value(),
                        Optional.ofNullable(team.members().get(member.value())),
                        member.spend(),
                        usage)));
        team.members().forEach((userId, member) -> {
            if (usage.members().stream().noneMatch(spent -> spent.value().equals(userId))) {
                members.add(member(userId, Optional.of(member), Spend.NONE, usage));
            }
        });
        return members;
    }

    private static ObjectNode member(String userId, Optional<Member> known, Spend spend, AccountUsage usage) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("userId", userId);
        json.put("userName", known.map(Member::name).orElse(null));
        json.put("role", known.map(Member::role).orElse(null));
        json.put("runs", spend.events()).put("tokens", spend.tokens().total());
        amount(json, "cost", spend.costNanoUsd());
        json.put("shareOfCost", Ratio.percent(spend.costNanoUsd(), usage.total().costNanoUsd()));
        // Who is a member has what there is for each, also before anything is spent of it.
        Optional<BudgetSpend> budget =
                usage.memberBudget(userId).or(() -> known.flatMap(member -> usage.unspentMemberBudget()));
        if (budget.isPresent()) {
            BigDecimal percentage = percentage(budget.get());
            amount(json, "budgetLimit", budget.get().budget().limit().amount());
            amount(json, "budgetSpent", budget.get().spent());
            json.put("budgetUsagePercentage", percentage).put("status", status(percentage));
        } else {
            json.put("status", "no_limit");
        }
        return json;
    }

    private static ArrayNode models(List<SpendEntry> models, Spend total) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        for (SpendEntry model : models) {
            ObjectNode one = json.addObject().put("model", model.value());
            one.put("runs", model.spend().events())
                    .put("tokens", model.spend().tokens().total());
            amount(one, "cost", model.spend().costNanoUsd());
            one.put("percentage", Ratio.percent(model.spend().costNanoUsd(), total.costNanoUsd()));
        }
        return json;
    }

    private static ObjectNode budget(BudgetSpend spend) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("budgetId", spend.budget().id())
                .put("name", spend.budget().name());
        amount(json, "spent", spend.spent());
        amount(json, "limit", spend.budget().limit().amount());
        BigDecimal percentage = percentage(spend);
        return json.put("percentage", percentage)
                .put("status", status(percentage))
                .put(
                        "periodStart",
                        Instant.ofEpochMilli(spend.window().startMs()).toString())
                .put("periodEnd", Instant.ofEpochMilli(spend.window().endMs()).toString());
    }

    private static BigDecimal percentage(BudgetSpend spend) {
        return Ratio.percent(spend.spent(), spend.budget().limit().amount());
    }

    private static String status(BigDecimal percentage) {
        if (percentage.compareTo(BigDecimal.valueOf(EXCEEDED_PERCENT)) >= 0) {
            return "exceeded";
        }
        if (percentage.compareTo(BigDecimal.valueOf(DANGER_PERCENT)) >= 0) {
            return "danger";
        }
        return percentage.compareTo(BigDecimal.valueOf(WARNING_PERCENT)) >= 0 ? "warning" : "ok";
    }

    private static void figures(ObjectNode json, String prefix, Spend spend) {
        amount(json, prefix + "Cost", spend.costNanoUsd());
        json.put(prefix + "Tokens", spend.tokens().total()).put(prefix + "Runs", spend.events());
    }

    private static void amount(ObjectNode json, String name, long nanoUsd) {
        json.put(name, new NanoUsd(nanoUsd).toUsd());
        json.put(name + "NanoUsd", nanoUsd);
    }
}

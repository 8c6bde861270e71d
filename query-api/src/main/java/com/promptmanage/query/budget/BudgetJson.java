package com.promptmanage.query.budget;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import com.promptmanage.query.spend.Forecast;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.budget.BudgetCodec;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.money.NanoUsd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Budgets and how far they have got, as they are answered. */
final class BudgetJson {

    /** A budget for each value tells of so many, the furthest first. */
    static final int VALUES_MAX = 1_000;

    private BudgetJson() {}

    /**
     * The budget as the codec writes it, but at the version that requests name and beside it the one by which alerts are
     * raised, with {@code status}, or, if it is for each value, with {@code values}.
     *
     * @param progresses empty if they cannot be told here and now
     */
    static ObjectNode budget(BudgetTable.Kept kept, Optional<Progresses> progresses, long nowMs) {
        ObjectNode json = definition(kept);
        json.put("version", kept.revision());
        json.put("alertVersion", kept.budget().version());
        switch (kept.budget().limit()) {
            case Limit.Spend money -> json.put("limitNanoUsd", money.amount());
            case Limit.Tokens tokens -> {}
        }
        json.put("createdAt", kept.createdAt().toString());
        json.put("updatedAt", kept.updatedAt().toString());
        progresses.ifPresent(told -> {
            List<Progress> all = told.of(kept.budget());
            if (kept.budget().isForEach()) {
                var values = json.putArray("values");
                all.stream()
                        .limit(VALUES_MAX)
                        .forEach(progress -> values.add(status(progress, told.forecast(progress), nowMs)));
                json.put("valuesCount", all.size());
            } else {
                json.set("status", status(all.getFirst(), told.forecast(all.getFirst()), nowMs));
            }
        });
        return json;
    }

    /** Amounts are texts in the limit's unit, USD or tokens, and besides whole numbers of nanoUSD or tokens. */
    static ObjectNode status(Progress progress, Forecast forecast, long nowMs) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("value", progress.value());
        json.put("unit", progress.isOfTokens() ? "tokens" : "usd");
        amount(json, "spent", progress, progress.spent());
        amount(json, "limit", progress, progress.limit());
        amount(json, "remaining", progress, progress.remaining());
        json.put("percentage", progress.percentage());
        json.put("isNearLimit", progress.isNearLimit());
        json.put("isExceeded", progress.isExceeded());
        forecast(json, progress, forecast);
        progress.runRate(nowMs)
                .ifPresentOrElse(runRate -> amount(json, "runRate", progress, runRate), () -> json.putNull("runRate"));
        json.put(
                "periodStart", Instant.ofEpochMilli(progress.window().startMs()).toString());
        json.put("periodEnd", Instant.ofEpochMilli(progress.window().endMs()).toString());
        return json;
    }

    private static void forecast(ObjectNode json, Progress progress, Forecast forecast) {
        ObjectNode told = JsonNodeFactory.instance.objectNode();
        switch (forecast) {
            case Forecast.Known known -> {
                amount(json, "projected", progress, known.estimate());
                told.put("available", true);
                amount(told, "estimate", progress, known.estimate());
                amount(told, "low", progress, known.low());
                amount(told, "high", progress, known.high());
                told.put("confidencePercent", Forecast.CONFIDENCE_PERCENT);
                told.put("method", known.method().code());
                told.put("days", known.days());
            }
            case Forecast.Unknown unknown -> {
                json.putNull("projected");
                told.put("available", false);
                told.put("reason", unknown.reason().code());
                told.put("days", unknown.days());
                told.put("daysNeeded", Forecast.DAYS_MIN);
            }
        }
        json.set("forecast", told);
    }

    static void amount(ObjectNode json, String name, Progress progress, long amount) {
        if (progress.isOfTokens()) {
            json.put(name, Long.toString(amount));
            json.put(name + "Tokens", amount);
        } else {
            json.put(name, new NanoUsd(amount).toUsd());
            json.put(name + "NanoUsd", amount);
        }
    }

    private static ObjectNode definition(BudgetTable.Kept kept) {
        try (var buffer = new TokenBuffer(Json.mapper(), false)) {
            BudgetCodec.write(buffer, kept.budget());
            return Json.mapper().readTree(buffer.asParser());
        } catch (IOException e) {
            throw new UncheckedIOException("written to memory", e);
        }
    }
}

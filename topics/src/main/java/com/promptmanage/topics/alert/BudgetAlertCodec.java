package com.promptmanage.topics.alert;

import com.fasterxml.jackson.core.JsonGenerator;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Threshold;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.money.ShownUsd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** Alerts as CloudEvents. Their {@code data} is the alert object of the HTTP API, complete for a consumer that asks nobody. */
public final class BudgetAlertCodec {

    private BudgetAlertCodec() {}

    public static byte[] write(BudgetAlert alert) {
        var bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = EventJson.generator(bytes)) {
            json.writeStartObject();
            json.writeStringField("specversion", "1.0");
            json.writeStringField("id", alert.id());
            json.writeStringField("source", "/prompt-manage/budgets");
            json.writeStringField("type", BudgetAlert.TYPE);
            json.writeStringField("subject", alert.account().value());
            json.writeStringField("time", alert.occurredAt().toString());
            json.writeStringField("datacontenttype", "application/json");
            json.writeFieldName("data");
            writeData(json, alert);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void writeData(JsonGenerator json, BudgetAlert alert) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", alert.id());
        json.writeStringField("type", type(alert));
        json.writeStringField("budgetId", alert.budget().id());
        json.writeStringField("budgetName", alert.budget().name());
        json.writeNumberField("budgetVersion", alert.budget().version());
        json.writeStringField("account", alert.account().value());
        json.writeStringField("dimension", alert.budget().dimension().value());
        json.writeStringField("value", alert.value());
        json.writeStringField("period", alert.budget().period().unit().value());
        json.writeStringField("timezone", alert.budget().period().zone().getId());
        json.writeStringField("periodStart", alert.periodStart().toString());
        json.writeStringField("periodEnd", alert.periodEnd().toString());
        json.writeStringField("severity", alert.threshold().severity().value());
        writeThreshold(json, alert);
        switch (alert.budget().limit()) {
            case Limit.Spend spend -> {
                json.writeStringField("spentUsd", new NanoUsd(alert.spent()).toUsd());
                json.writeNumberField("spentNanoUsd", alert.spent());
                json.writeStringField("limitUsd", spend.limit().toUsd());
                json.writeNumberField("limitNanoUsd", spend.amount());
                json.writeStringField("forecastUsd", new NanoUsd(alert.forecast()).toUsd());
            }
            case Limit.Tokens tokens -> {
                json.writeNumberField("spentTokens", alert.spent());
                json.writeNumberField("limitTokens", tokens.amount());
                json.writeNumberField("forecastTokens", alert.forecast());
            }
        }
        json.writeNumberField(
                "percentage", percentage(alert.spent(), alert.budget().limit().amount()));
        json.writeStringField("title", title(alert));
        json.writeStringField("message", message(alert));
        json.writeStringField("occurredAt", alert.occurredAt().toString());
        json.writeBooleanField("lateEvent", alert.late());
        json.writeEndObject();
    }

    private static void writeThreshold(JsonGenerator json, BudgetAlert alert) throws IOException {
        switch (alert.threshold()) {
            case Threshold.Percent percent -> {
                json.writeStringField("thresholdKind", "percent");
                json.writeNumberField("threshold", plain(BigDecimal.valueOf(percent.thousandths(), 3)));
            }
            case Threshold.Forecast forecast -> {
                json.writeStringField("thresholdKind", "forecast");
                json.writeNumberField("threshold", plain(BigDecimal.valueOf(forecast.thousandths(), 3)));
            }
            case Threshold.Amount amount -> {
                json.writeStringField("thresholdKind", "amount");
                json.writeNumberField(
                        "threshold",
                        alert.budget().limit() instanceof Limit.Spend
                                ? plain(BigDecimal.valueOf(amount.amount(), 9))
                                : BigDecimal.valueOf(amount.amount()));
            }
        }
    }

    /** As people's preferences name it. */
    private static String type(BudgetAlert alert) {
        if (alert.threshold() instanceof Threshold.Forecast) {
            return "budget_forecast";
        }
        return alert.spent() >= alert.budget().limit().amount() ? "budget_exceeded" : "budget_threshold";
    }

    private static String title(BudgetAlert alert) {
        String name = alert.budget().name();
        return switch (alert.threshold().severity()) {
            case INFO -> "Budget alert: " + name;
            case WARNING -> "Budget warning: " + name;
            case CRITICAL ->
                (alert.spent() >= alert.budget().limit().amount() ? "Budget exceeded: " : "Critical budget warning: ")
                        + name;
        };
    }

    private static String message(BudgetAlert alert) {
        String spent = amount(alert, alert.spent());
        String limit = amount(alert, alert.budget().limit().amount());
        String whose = alert.budget().isForEach() ? " by %s".formatted(alert.value()) : "";
        String used = "%s%% of the limit is used%s: %s of %s"
                .formatted(
                        plain(percentage(alert.spent(), alert.budget().limit().amount()))
                                .toPlainString(),
                        whose,
                        spent,
                        limit);
        String heading = alert.threshold() instanceof Threshold.Forecast
                ? "; at this rate the period ends at " + amount(alert, alert.forecast())
                : "";
        String late = alert.late() ? ". The period was over: a late event was charged to it" : "";
        return used + heading + late + ".";
    }

    private static String amount(BudgetAlert alert, long amount) {
        return switch (alert.budget().limit()) {
            case Limit.Spend spend -> ShownUsd.of(amount, spend.amount());
            case Limit.Tokens tokens -> "%,d tokens".formatted(amount);
        };
    }

    /** Of the limit, in percent with two places, half-even: for people, never compared. */
    private static BigDecimal percentage(long spent, long limit) {
        return BigDecimal.valueOf(spent).movePointRight(2).divide(BigDecimal.valueOf(limit), 2, RoundingMode.HALF_EVEN);
    }

    private static BigDecimal plain(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }
}

package com.promptmanage.topics.budget;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.money.NanoUsd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Budgets as JSON: the form of the HTTP API, and the record on {@code budgets} that holds all of an account's. */
public final class BudgetCodec {

    /** The CloudEvents type of the record that holds all budgets of an account. */
    public static final String TYPE = "com.promptmanage.account.budgets.v1";

    /** Text is read as a number only if it can be one: a megabyte of digits would take long. */
    private static final int PERCENT_LENGTH_MAX = 64;

    private BudgetCodec() {}

    /** The record for {@code budgets}: every budget of the account, those deleted left out. */
    public static byte[] writeAll(Account account, List<Budget> budgets, Instant time, String eventId) {
        var bytes = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = EventJson.generator(bytes)) {
            json.writeStartObject();
            json.writeStringField("specversion", "1.0");
            json.writeStringField("id", eventId);
            json.writeStringField("source", "/prompt-manage/budgets");
            json.writeStringField("type", TYPE);
            json.writeStringField("subject", account.value());
            json.writeStringField("time", time.toString());
            json.writeStringField("datacontenttype", "application/json");
            json.writeObjectFieldStart("data");
            json.writeArrayFieldStart("budgets");
            for (Budget budget : budgets) {
                write(json, budget);
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * @throws IllegalArgumentException if the bytes are not such a record: one of another type or with a list of another
     *     name must not be taken for one that says that the account has no budgets any more
     */
    public static List<Budget> readAll(byte[] bytes) {
        JsonNode event = EventJson.read(bytes);
        String type = EventJson.text(event, "type");
        if (!type.equals(TYPE)) {
            throw new IllegalArgumentException("type is %s, expected %s".formatted(type, TYPE));
        }
        JsonNode list = event.path("data").path("budgets");
        if (!list.isArray()) {
            throw new IllegalArgumentException("budgets must be an array");
        }
        var budgets = new ArrayList<Budget>();
        for (JsonNode budget : list) {
            budgets.add(read(budget));
        }
        return List.copyOf(budgets);
    }

    /** Writes the members of the API's budget object, without status; when it came to be only if the budget says so itself. */
    public static void write(JsonGenerator json, Budget budget) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", budget.id());
        json.writeStringField("name", budget.name());
        json.writeStringField("account", budget.account().value());
        json.writeStringField("dimension", budget.dimension().value());
        json.writeStringField("value", budget.value());
        switch (budget.limit()) {
            case Limit.Spend spend ->
                json.writeStringField("limitUsd", spend.limit().toUsd());
            case Limit.Tokens tokens -> json.writeNumberField("limitTokens", tokens.limit());
        }
        json.writeObjectFieldStart("period");
        json.writeStringField("unit", budget.period().unit().value());
        if (budget.period().anchor().isPresent()) {
            json.writeStringField("anchor", budget.period().anchor().get());
        }
        json.writeStringField("timezone", budget.period().zone().getId());
        json.writeEndObject();
        json.writeArrayFieldStart("thresholds");
        for (Threshold threshold : budget.thresholds()) {
            write(json, budget.limit(), threshold);
        }
        json.writeEndArray();
        json.writeStringField("enforcement", budget.enforcement().name().toLowerCase(Locale.ROOT));
        json.writeStringField("failMode", budget.failMode().name().toLowerCase(Locale.ROOT));
        json.writeNumberField("version", budget.version());
        if (budget.createdMs() != 0) {
            json.writeStringField(
                    "createdAt", Instant.ofEpochMilli(budget.createdMs()).toString());
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, Limit limit, Threshold threshold) throws IOException {
        json.writeStartObject();
        switch (threshold) {
            case Threshold.Percent percent -> json.writeNumberField("percent", percentOf(percent.thousandths()));
            case Threshold.Forecast forecast ->
                json.writeNumberField("forecastPercent", percentOf(forecast.thousandths()));
            case Threshold.Amount amount -> {
                switch (limit) {
                    case Limit.Spend spend -> json.writeStringField("amountUsd", new NanoUsd(amount.amount()).toUsd());
                    case Limit.Tokens tokens -> json.writeNumberField("amountTokens", amount.amount());
                }
            }
        }
        json.writeStringField("severity", threshold.severity().value());
        json.writeEndObject();
    }

    /**
     * Reads one budget as {@link #write(JsonGenerator, Budget)} writes it.
     *
     * @throws IllegalArgumentException if it is not one, naming the first fault
     */
    public static Budget read(JsonNode json) {
        Limit limit = json.hasNonNull("limitTokens")
                ? new Limit.Tokens(required(EventJson.integerOrNull(json, "limitTokens"), "limitTokens"))
                : new Limit.Spend(NanoUsd.ofUsd(EventJson.text(json, "limitUsd")));
        var thresholds = new ArrayList<Threshold>();
        for (JsonNode threshold : json.path("thresholds")) {
            thresholds.add(threshold(threshold));
        }
        return new Budget(
                EventJson.text(json, "id"),
                EventJson.text(json, "name"),
                new Account(EventJson.text(json, "account")),
                Dimension.parse(EventJson.text(json, "dimension"))
                        .orElseThrow(() -> new IllegalArgumentException("dimension is not known")),
                EventJson.text(json, "value"),
                limit,
                period(json.path("period")),
                thresholds,
                Budget.Enforcement.valueOf(EventJson.text(json, "enforcement").toUpperCase(Locale.ROOT)),
                Budget.FailMode.valueOf(EventJson.text(json, "failMode").toUpperCase(Locale.ROOT)),
                required(EventJson.integerOrNull(json, "version"), "version"),
                createdMs(json));
    }

    private static long createdMs(JsonNode json) {
        String time = EventJson.textOrNull(json, "createdAt");
        try {
            return time == null ? 0 : Instant.parse(time).toEpochMilli();
        } catch (DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException("createdAt '%s' is not a time".formatted(time), e);
        }
    }

    /**
     * Reads {@code "month"} or {@code {unit, anchor?, timezone?}}; the zone is UTC if none is told.
     *
     * @throws IllegalArgumentException naming the fault
     */
    public static Period period(JsonNode json) {
        String unitName = json.isTextual() ? json.textValue() : EventJson.text(json, "unit");
        Period.Unit unit = Period.Unit.parse(unitName)
                .orElseThrow(() -> new IllegalArgumentException(
                        "period '%s' is not one of day, week, month, quarter, year, total".formatted(unitName)));
        String zoneName = EventJson.textOrNull(json, "timezone");
        ZoneId zone;
        try {
            zone = zoneName == null ? ZoneOffset.UTC : ZoneId.of(zoneName);
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("timezone '%s' is not an IANA time zone".formatted(zoneName), e);
        }
        String anchor = EventJson.textOrNull(json, "anchor");
        return anchor == null ? Period.of(unit, zone) : Period.anchored(unit, zone, anchor);
    }

    /**
     * Reads {@code {percent | amountUsd | amountTokens | forecastPercent, severity}}.
     *
     * @throws IllegalArgumentException naming the fault
     */
    public static Threshold threshold(JsonNode json) {
        String severityName = EventJson.text(json, "severity");
        Severity severity = Severity.parse(severityName)
                .orElseThrow(() -> new IllegalArgumentException(
                        "severity '%s' is not one of info, warning, critical".formatted(severityName)));
        if (json.hasNonNull("percent")) {
            return new Threshold.Percent(thousandths(json.get("percent")), severity);
        }
        if (json.hasNonNull("forecastPercent")) {
            return new Threshold.Forecast(thousandths(json.get("forecastPercent")), severity);
        }
        if (json.hasNonNull("amountTokens")) {
            return new Threshold.Amount(
                    required(EventJson.integerOrNull(json, "amountTokens"), "amountTokens"), severity);
        }
        if (json.hasNonNull("amountUsd")) {
            return new Threshold.Amount(
                    NanoUsd.ofUsd(EventJson.text(json, "amountUsd")).value(), severity);
        }
        throw new IllegalArgumentException(
                "a threshold needs one of percent, amountUsd, amountTokens, forecastPercent");
    }

    private static BigDecimal percentOf(long thousandths) {
        BigDecimal percent = BigDecimal.valueOf(thousandths, 3).stripTrailingZeros();
        return percent.scale() < 0 ? percent.setScale(0) : percent;
    }

    private static long thousandths(JsonNode percent) {
        String text = percent.asText("?");
        if (text.length() > PERCENT_LENGTH_MAX) {
            throw new IllegalArgumentException("a percentage has more than %d digits".formatted(PERCENT_LENGTH_MAX));
        }
        try {
            BigDecimal value = percent.isNumber() ? percent.decimalValue() : new BigDecimal(text);
            return value.movePointRight(3).longValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException(
                    "'%s' is not a percentage with at most 3 decimal places".formatted(text), e);
        }
    }

    private static long required(@org.jspecify.annotations.Nullable Long value, String name) {
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value;
    }
}

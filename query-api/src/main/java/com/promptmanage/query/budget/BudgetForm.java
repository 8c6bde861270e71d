package com.promptmanage.query.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.request.Fields;
import com.promptmanage.query.request.TimeZones;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ShownText;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Budget.Enforcement;
import com.promptmanage.topics.budget.Budget.FailMode;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.budget.Severity;
import com.promptmanage.topics.budget.Threshold;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A budget as someone wants it: what a request may set, without the id and version that are ours to give.
 *
 * @param expectedVersion the version that the sender has seen, if it says so
 */
record BudgetForm(
        String name,
        Dimension dimension,
        String value,
        Limit limit,
        Period period,
        List<Threshold> thresholds,
        Enforcement enforcement,
        FailMode failMode,
        OptionalLong expectedVersion) {

    static final int NAME_LENGTH_MAX = 100;

    /** Those that a request may set, and those of an answer that may come back with it and change nothing. */
    private static final Set<String> FIELDS = Set.of(
            "name",
            "account",
            "dimension",
            "value",
            "limitUsd",
            "limitTokens",
            "period",
            "thresholds",
            "enforcement",
            "failMode",
            "version",
            "alertVersion",
            "id",
            "status",
            "values",
            "valuesCount",
            "limitNanoUsd",
            "createdAt",
            "updatedAt");

    private static final Set<String> PERIOD_FIELDS = Set.of("unit", "anchor", "timezone");

    private static final Set<String> THRESHOLD_FIELDS =
            Set.of("percent", "amountUsd", "amountTokens", "forecastPercent", "severity");

    private static final String PERIODS = "Use one of day, week, month, quarter, year, total.";

    /** @param zone of periods that name none */
    static BudgetForm read(Fields fields, ZoneId zone, Faults faults) {
        fields.refuseOthersThan(FIELDS);
        Optional<Dimension> dimension = dimension(fields);
        Optional<Limit> limit = limit(fields);
        String name = name(fields);
        // Whether a value fits a dimension that is wrong cannot be told.
        String value = dimension
                .map(of -> value(fields, of))
                .orElseGet(() -> fields.id("value").orElse(Budget.EACH));
        Period period = period(fields, zone);
        List<Threshold> thresholds = thresholds(fields, limit);
        Enforcement enforcement = oneOf(fields, "enforcement", Enforcement.values(), Enforcement.ALERT_ONLY);
        FailMode failMode = oneOf(fields, "failMode", FailMode.values(), FailMode.OPEN);
        OptionalLong expectedVersion = fields.wholeNumber("version", 1, Long.MAX_VALUE);
        faults.check();
        return new BudgetForm(
                name,
                dimension.orElseThrow(),
                value,
                limit.orElseThrow(),
                period,
                thresholds,
                enforcement,
                failMode,
                expectedVersion);
    }

    Budget budget(String id, Account account, long version) {
        return new Budget(
                id, name, account, dimension, value, limit, period, thresholds, enforcement, failMode, version);
    }

    private static String name(Fields fields) {
        Optional<String> name = fields.text("name").map(String::strip);
        if (name.isEmpty()) {
            fields.missing("name", "Send 1 to %d characters.".formatted(NAME_LENGTH_MAX));
            return "";
        }
        if (!ShownText.isName(name.get(), 1, NAME_LENGTH_MAX)) {
            fields.fault(
                    "name",
                    "is empty, too long, or has control characters",
                    "Send 1 to %d characters.".formatted(NAME_LENGTH_MAX));
        }
        return name.get();
    }

    /** Empty if it is there and wrong. */
    private static Optional<Dimension> dimension(Fields fields) {
        if (!fields.has("dimension")) {
            return Optional.of(Dimension.ACCOUNT);
        }
        // What is counted by event type uses no tokens and costs nothing, so nothing of it can be limited.
        return fields.parsed(
                "dimension",
                text -> Dimension.parse(text).filter(dimension -> dimension.kind() != Dimension.Kind.EVENT_TYPE),
                "Use one of account, member, model, provider, workflow, prompt, api_key, execution_type, tag:<name>.");
    }

    private static String value(Fields fields, Dimension dimension) {
        Optional<String> value = fields.id("value");
        if (dimension.equals(Dimension.ACCOUNT)) {
            if (value.filter(given -> !given.equals(Budget.EACH)).isPresent()) {
                fields.fault("value", "is not for a budget of the whole account", "Leave it out, or name a dimension.");
            }
            return Budget.EACH;
        }
        if (value.isEmpty()) {
            fields.missing("value", "Name the %s that is limited, or send \"*\" for each.".formatted(dimension));
        }
        return value.orElse(Budget.EACH);
    }

    private static Optional<Limit> limit(Fields fields) {
        if (fields.has("limitUsd") == fields.has("limitTokens")) {
            fields.fault(
                    "limitUsd",
                    fields.has("limitUsd") ? "and limitTokens are both there" : "is missing, as is limitTokens",
                    "Send one of limitUsd, such as \"30.00\", and limitTokens.");
            return Optional.empty();
        }
        if (fields.has("limitTokens")) {
            OptionalLong tokens = fields.wholeNumber("limitTokens", 1, Long.MAX_VALUE);
            return tokens.isPresent() ? Optional.of(new Limit.Tokens(tokens.getAsLong())) : Optional.empty();
        }
        return fields.usd("limitUsd")
                .filter(usd -> {
                    if (usd.value() <= 0) {
                        fields.fault("limitUsd", "is not above 0", "Send what may be spent in one period.");
                    }
                    return usd.value() > 0;
                })
                .map(Limit.Spend::new);
    }

    private static Period period(Fields fields, ZoneId zone) {
        Optional<JsonNode> node = fields.node("period");
        if (node.isEmpty()) {
            return Period.of(Period.Unit.MONTH, zone);
        }
        if (node.get().isTextual()) {
            return Period.of(
                    fields.parsed("period", Period.Unit::parse, PERIODS).orElse(Period.Unit.MONTH), zone);
        }
        return fields.object("period").map(period -> anchored(period, zone)).orElse(Period.of(Period.Unit.MONTH, zone));
    }

    private static Period anchored(Fields fields, ZoneId otherwise) {
        fields.refuseOthersThan(PERIOD_FIELDS);
        Optional<Period.Unit> unit = fields.parsed("unit", Period.Unit::parse, PERIODS);
        if (unit.isEmpty()) {
            fields.missing("unit", PERIODS);
        }
        ZoneId zone =
                fields.parsed("timezone", TimeZones::parse, TimeZones.REMEDY).orElse(otherwise);
        Optional<String> anchor = fields.text("anchor");
        if (anchor.isPresent() && unit.isPresent()) {
            try {
                return Period.anchored(unit.get(), zone, anchor.get());
            } catch (IllegalArgumentException e) {
                fields.fault("anchor", String.valueOf(e.getMessage()), "Leave it out for the plain calendar period.");
            }
        }
        return Period.of(unit.orElse(Period.Unit.MONTH), zone);
    }

    private static List<Threshold> thresholds(Fields fields, Optional<Limit> limit) {
        Optional<JsonNode> list = fields.array("thresholds");
        if (list.isEmpty()) {
            return Budget.DEFAULT_THRESHOLDS;
        }
        if (list.get().size() > Budget.THRESHOLDS_MAX) {
            fields.fault("thresholds", "has %d entries".formatted(list.get().size()), "Send at most 16.");
            return List.of();
        }
        var thresholds = new ArrayList<Threshold>();
        var highest = new HashMap<Class<?>, Long>();
        for (int i = 0; i < list.get().size(); i++) {
            fields.element("thresholds", i, list.get().get(i))
                    .flatMap(element -> threshold(element, limit, highest))
                    .ifPresent(thresholds::add);
        }
        return List.copyOf(thresholds);
    }

    private static Optional<Threshold> threshold(Fields fields, Optional<Limit> limit, Map<Class<?>, Long> highest) {
        fields.refuseOthersThan(THRESHOLD_FIELDS);
        Optional<Severity> severity = fields.parsed("severity", Severity::parse, "Use one of info, warning, critical.");
        if (severity.isEmpty()) {
            fields.missing("severity", "Use one of info, warning, critical.");
        }
        List<String> kinds = Stream.of("percent", "amountUsd", "amountTokens", "forecastPercent")
                .filter(fields::has)
                .toList();
        if (kinds.size() != 1) {
            fields.fault(
                    "percent",
                    kinds.isEmpty() ? "is missing, as are the others" : "is one of several: " + kinds,
                    "Send exactly one of percent, amountUsd, amountTokens, forecastPercent.");
            return Optional.empty();
        }
        Severity at = severity.orElse(Severity.INFO);
        Optional<Threshold> threshold = switch (kinds.getFirst()) {
            case "percent" -> thousandths(fields, "percent").map(share -> new Threshold.Percent(share, at));
            case "forecastPercent" ->
                thousandths(fields, "forecastPercent").map(share -> new Threshold.Forecast(share, at));
            default -> amount(fields, kinds.getFirst(), limit).map(amount -> new Threshold.Amount(amount, at));
        };
        threshold.ifPresent(one -> requireRising(fields, kinds.getFirst(), one, highest));
        return threshold;
    }

    private static void requireRising(Fields fields, String name, Threshold threshold, Map<Class<?>, Long> highest) {
        long at = switch (threshold) {
            case Threshold.Percent percent -> percent.thousandths();
            case Threshold.Amount amount -> amount.amount();
            case Threshold.Forecast forecast -> forecast.thousandths();
        };
        Long before = highest.put(threshold.getClass(), at);
        if (before != null && before >= at) {
            fields.fault(name, "is not above the one before it", "Send the thresholds of one kind in rising order.");
        }
    }

    private static Optional<Long> thousandths(Fields fields, String name) {
        Optional<JsonNode> node = fields.node(name).filter(JsonNode::isNumber);
        if (node.isPresent()) {
            BigDecimal percent = node.get().decimalValue();
            if (percent.signum() > 0
                    && percent.compareTo(BigDecimal.valueOf(1_000)) <= 0
                    && percent.stripTrailingZeros().scale() <= 3) {
                return Optional.of(percent.movePointRight(3).longValueExact());
            }
        }
        fields.fault(
                name,
                "is not a percentage above 0 and at most 1000",
                "Send a number with at most 3 places, such as 75.");
        return Optional.empty();
    }

    private static Optional<Long> amount(Fields fields, String name, Optional<Limit> limit) {
        Class<?> unit = name.equals("amountTokens") ? Limit.Tokens.class : Limit.Spend.class;
        if (limit.isPresent() && !unit.isInstance(limit.get())) {
            fields.fault(name, "is in another unit than the limit", "Use the limit's own unit, or a percent.");
            return Optional.empty();
        }
        if (name.equals("amountTokens")) {
            OptionalLong tokens = fields.wholeNumber(name, 1, Long.MAX_VALUE);
            return tokens.isPresent() ? Optional.of(tokens.getAsLong()) : Optional.empty();
        }
        return fields.usd(name).map(usd -> usd.value()).filter(nanoUsd -> {
            if (nanoUsd <= 0) {
                fields.fault(name, "is not above 0", "Send an amount such as \"25.00\".");
            }
            return nanoUsd > 0;
        });
    }

    private static <E extends Enum<E>> E oneOf(Fields fields, String name, E[] values, E otherwise) {
        List<String> names = Stream.of(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .toList();
        return fields.parsed(
                        name,
                        text -> Stream.of(values)
                                .filter(value ->
                                        value.name().toLowerCase(Locale.ROOT).equals(text))
                                .findFirst(),
                        "Use one of " + String.join(", ", names) + ".")
                .orElse(otherwise);
    }
}

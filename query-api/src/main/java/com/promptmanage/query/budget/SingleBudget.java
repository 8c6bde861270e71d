package com.promptmanage.query.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.request.Fields;
import com.promptmanage.query.request.TimeZones;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Budget.Enforcement;
import com.promptmanage.topics.budget.Budget.FailMode;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.budget.Severity;
import com.promptmanage.topics.budget.Threshold;
import com.promptmanage.topics.money.NanoUsd;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The plain form of an account's budget: so much a month, so much a day, so many tokens in one prompt. It is another way to
 * see two ordinary budgets of the account, whose ids follow from the account.
 *
 * @param monthly of the whole account
 * @param daily likewise
 */
record SingleBudget(
        Optional<BudgetTable.Kept> monthly, Optional<BudgetTable.Kept> daily, OptionalLong tokensPerPromptMax) {

    private static final int THRESHOLDS = 3;

    private static final Set<String> FIELDS = Set.of(
            "entityType",
            "entityId",
            "monthlyBudgetUsd",
            "dailyBudgetUsd",
            "maxTokensPerPrompt",
            "alertThresholds",
            "enforcement",
            "timezone");

    private static final List<Severity> SEVERITIES = List.of(Severity.INFO, Severity.WARNING, Severity.CRITICAL);

    /** The two of its two periods, with the words for them. */
    private enum Part {
        MONTHLY("monthlyBudgetUsd", "Monthly budget", Period.Unit.MONTH),
        DAILY("dailyBudgetUsd", "Daily budget", Period.Unit.DAY);

        private final String field;

        private final String title;

        private final Period.Unit unit;

        Part(String field, String title, Period.Unit unit) {
            this.field = field;
            this.title = title;
            this.unit = unit;
        }

        String id(Account account) {
            return "budget_%s_%s".formatted(name().toLowerCase(Locale.ROOT), hash(account));
        }
    }

    static SingleBudget of(Account account, BudgetTable.Holdings holdings) {
        return new SingleBudget(
                find(holdings.budgets(), account, Part.MONTHLY),
                find(holdings.budgets(), account, Part.DAILY),
                holdings.tokensPerPromptMax());
    }

    boolean isEmpty() {
        return monthly.isEmpty() && daily.isEmpty() && tokensPerPromptMax.isEmpty();
    }

    /** The one that says what the two have in common. */
    Optional<Budget> leading() {
        return monthly.or(() -> daily).map(BudgetTable.Kept::budget);
    }

    /** In percent; those that were set in another form are not among them. */
    List<Long> alertPercents() {
        return leading().map(Budget::thresholds).orElse(Budget.DEFAULT_THRESHOLDS).stream()
                .flatMap(threshold -> threshold instanceof Threshold.Percent percent ? Stream.of(percent) : Stream.of())
                .map(percent -> percent.thousandths() / 1_000)
                .toList();
    }

    /** What a request says, whichever account it is about; empty is what it leaves out or takes away. */
    record Request(
            Optional<ZoneId> zone,
            Optional<List<Threshold>> thresholds,
            Optional<Enforcement> enforcement,
            Optional<NanoUsd> monthly,
            Optional<NanoUsd> daily,
            OptionalLong tokensPerPromptMax) {

        /** What is wrong is added to the faults of the fields. */
        static Request read(Fields fields) {
            fields.refuseOthersThan(FIELDS);
            return new Request(
                    fields.parsed("timezone", TimeZones::parse, TimeZones.REMEDY),
                    SingleBudget.thresholds(fields),
                    fields.parsed(
                            "enforcement",
                            text -> Arrays.stream(Enforcement.values())
                                    .filter(value -> value.name()
                                            .toLowerCase(Locale.ROOT)
                                            .equals(text))
                                    .findFirst(),
                            "Use one of alert_only, block."),
                    limit(fields, Part.MONTHLY),
                    limit(fields, Part.DAILY),
                    fields.wholeNumber("maxTokensPerPrompt", 1, Long.MAX_VALUE));
        }
    }

    /**
     * What a request asks to change. A field that is left out stays as it is; one that is null is taken away.
     *
     * @param request what was read of the fields, without a fault
     * @param zone of a budget that is made now, unless the request names one
     */
    BudgetTable.Rework change(Fields fields, Request request, Account account, ZoneId zone) {
        var common = new Common(request.zone(), zone, request.thresholds(), request.enforcement(), leading());
        var wanted = new ArrayList<BudgetTable.Wanted>();
        want(fields, account, Part.MONTHLY, request.monthly(), monthly, common).ifPresent(wanted::add);
        want(fields, account, Part.DAILY, request.daily(), daily, common).ifPresent(wanted::add);
        OptionalLong tokens = request.tokensPerPromptMax();
        return new BudgetTable.Rework(
                List.copyOf(wanted),
                tokens.isPresent() || fields.isNull("maxTokensPerPrompt") ? tokens : tokensPerPromptMax);
    }

    /** What both budgets take from the request, else from what is there, else from the defaults. */
    private record Common(
            Optional<ZoneId> wantedZone,
            ZoneId zone,
            Optional<List<Threshold>> thresholds,
            Optional<Enforcement> enforcement,
            Optional<Budget> leading) {}

    private static Optional<BudgetTable.Wanted> want(
            Fields fields,
            Account account,
            Part part,
            Optional<NanoUsd> limit,
            Optional<BudgetTable.Kept> before,
            Common common) {
        if (fields.isNull(part.field)) {
            return Optional.of(new BudgetTable.Wanted(part.id(account), Optional.empty()));
        }
        Optional<Budget> known = before.map(BudgetTable.Kept::budget);
        Optional<Budget> example = known.or(common::leading);
        return limit.<Limit>map(Limit.Spend::new)
                .or(() -> known.map(Budget::limit))
                .map(amount -> new BudgetForm(
                        known.map(Budget::name).orElse(part.title),
                        Dimension.ACCOUNT,
                        Budget.EACH,
                        amount,
                        period(part, known, example, common),
                        common.thresholds()
                                .or(() -> example.map(Budget::thresholds))
                                .orElse(Budget.DEFAULT_THRESHOLDS),
                        common.enforcement()
                                .or(() -> example.map(Budget::enforcement))
                                .orElse(Enforcement.ALERT_ONLY),
                        example.map(Budget::failMode).orElse(FailMode.OPEN),
                        OptionalLong.empty()))
                .map(form -> new BudgetTable.Wanted(part.id(account), Optional.of(form)));
    }

    private static Period period(Part part, Optional<Budget> known, Optional<Budget> example, Common common) {
        if (known.isPresent() && common.wantedZone().isEmpty()) {
            return known.get().period();
        }
        return Period.of(
                part.unit,
                common.wantedZone()
                        .or(() -> example.map(budget -> budget.period().zone()))
                        .orElse(common.zone()));
    }

    private static Optional<NanoUsd> limit(Fields fields, Part part) {
        return fields.usd(part.field).filter(usd -> {
            if (usd.value() <= 0) {
                fields.fault(part.field, "is not above 0", "Send an amount, or null for no budget.");
            }
            return usd.value() > 0;
        });
    }

    private static Optional<List<Threshold>> thresholds(Fields fields) {
        Optional<JsonNode> list = fields.array("alertThresholds");
        if (list.isEmpty()) {
            return Optional.empty();
        }
        var thresholds = new ArrayList<Threshold>();
        long before = 0;
        for (JsonNode percent : list.get()) {
            if (!percent.isIntegralNumber() || percent.longValue() <= before || percent.longValue() > 100) {
                break;
            }
            before = percent.longValue();
            thresholds.add(
                    new Threshold.Percent(before * 1_000, SEVERITIES.get(Math.min(thresholds.size(), THRESHOLDS - 1))));
        }
        if (thresholds.size() != THRESHOLDS || list.get().size() != THRESHOLDS) {
            fields.fault(
                    "alertThresholds",
                    "are not three whole percentages that rise from above 0 to at most 100",
                    "Send for example [75, 90, 100].");
            return Optional.empty();
        }
        return Optional.of(List.copyOf(thresholds));
    }

    /** One that was made into something else by its id is no longer a part of the plain form. */
    private static Optional<BudgetTable.Kept> find(List<BudgetTable.Kept> budgets, Account account, Part part) {
        return budgets.stream()
                .filter(kept -> kept.budget().id().equals(part.id(account))
                        && kept.budget().dimension().equals(Dimension.ACCOUNT)
                        && kept.budget().limit() instanceof Limit.Spend
                        && kept.budget().period().unit() == part.unit)
                .findFirst();
    }

    /** The account's id may be too long to be part of another. */
    private static String hash(Account account) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(account.value().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}

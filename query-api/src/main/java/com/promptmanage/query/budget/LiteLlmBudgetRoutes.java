package com.promptmanage.query.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.request.Fields;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.routing.Asked;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
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
import com.promptmanage.topics.money.NanoUsd;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code /budget/…} as LiteLLM's proxy has it: what is made here blocks, and is of the whole account. Its {@code budget_id} is our budget's name, or
 * its id where several have that name. What we cannot limit is refused and not ignored.
 */
final class LiteLlmBudgetRoutes implements Routes {

    private static final long BODY_BYTES_MAX = 64 << 10;

    private static final int NAMES_MAX = 100;

    private static final Set<String> FIELDS = Set.of("budget_id", "max_budget", "soft_budget", "budget_duration");

    /** What LiteLLM can limit and we cannot. */
    private static final List<String> NOT_HERE =
            List.of("tpm_limit", "rpm_limit", "max_parallel_requests", "model_max_budget", "budget_reset_at");

    /** What can be set, with what is said of it. */
    private static final Map<String, String> SETTINGS = Map.of(
            "max_budget", "USD that may be spent in one period: calls beyond are refused.",
            "soft_budget", "USD from which on people are warned: no call is refused.",
            "budget_duration", "The calendar period after which it begins anew.");

    private static final Set<String> KNOWN =
            Stream.concat(FIELDS.stream(), NOT_HERE.stream()).collect(Collectors.toUnmodifiableSet());

    private static final String DURATIONS =
            "Use 1d, 7d, 1mo (or 30d, which is a calendar month too), 3mo or 1y, or leave it out for a budget that never begins anew.";

    private final Authentication authentication;

    private final AccountZones zones;

    private final BudgetTable table;

    private final Clock clock;

    LiteLlmBudgetRoutes(Authentication authentication, AccountZones zones, BudgetTable table, Clock clock) {
        this.authentication = authentication;
        this.zones = zones;
        this.table = table;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.post("/budget/new", this::create);
        routes.post("/budget/update", this::update);
        routes.post("/budget/info", this::info);
        routes.post("/budget/delete", this::delete);
        routes.get("/budget/list", this::list);
        routes.get("/budget/settings", this::settings);
    }

    private void create(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account account = allowed(caller, Action.MANAGE_BUDGETS);
        var faults = new Faults();
        Fields fields = Fields.of(RequestBody.bytes(ctx, BODY_BYTES_MAX), faults);
        refuseOthers(fields);
        String name = fields.id("budget_id").orElse("budget");
        if (ShownText.characters(name) > BudgetForm.NAME_LENGTH_MAX) {
            fields.fault(
                    "budget_id", "is too long", "Send at most %d characters.".formatted(BudgetForm.NAME_LENGTH_MAX));
        }
        Optional<NanoUsd> max = amount(fields, "max_budget");
        if (!fields.has("max_budget")) {
            fields.missing("max_budget", "Send what may be spent in one period, USD.");
        }
        Optional<NanoUsd> soft = amount(fields, "soft_budget");
        Period period = period(fields, zones.of(account, caller))
                .orElse(Period.of(Period.Unit.TOTAL, zones.of(account, caller)));
        faults.check();
        List<BudgetTable.Kept> before = table.list(caller.scope(account), account);
        if (fields.has("budget_id") && find(before, name).isPresent()) {
            throw ProblemException.conflict("There is a budget '%s' already: use /budget/update".formatted(name));
        }
        BudgetTable.Kept created = table.create(
                caller.scope(account),
                account,
                authentication.actor(ctx),
                new BudgetForm(
                        name,
                        Dimension.ACCOUNT,
                        Budget.EACH,
                        new Limit.Spend(max.orElseThrow()),
                        period,
                        soft.map(LiteLlmBudgetRoutes::thresholds).orElse(Budget.DEFAULT_THRESHOLDS),
                        Enforcement.BLOCK,
                        FailMode.OPEN,
                        OptionalLong.empty()));
        ctx.json(json(created, table.list(caller.scope(account), account)));
    }

    private void update(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account account = allowed(caller, Action.MANAGE_BUDGETS);
        var faults = new Faults();
        Fields fields = Fields.of(RequestBody.bytes(ctx, BODY_BYTES_MAX), faults);
        refuseOthers(fields);
        Optional<String> name = fields.id("budget_id");
        if (name.isEmpty()) {
            fields.missing("budget_id", "Name the budget.");
        }
        Optional<NanoUsd> max = amount(fields, "max_budget");
        Optional<NanoUsd> soft = amount(fields, "soft_budget");
        Optional<Period> period = period(fields, zones.of(account, caller));
        faults.check();
        Budget before = found(caller, account, name.orElseThrow()).budget();
        BudgetTable.Kept after = table.change(
                        caller.scope(account),
                        account,
                        authentication.actor(ctx),
                        before.id(),
                        OptionalLong.empty(),
                        new BudgetForm(
                                before.name(),
                                before.dimension(),
                                before.value(),
                                max.<Limit>map(Limit.Spend::new).orElse(before.limit()),
                                // Who says what it is already means it as it is, wherever it begins.
                                period.filter(other ->
                                                other.unit() != before.period().unit())
                                        .orElse(before.period()),
                                soft.map(LiteLlmBudgetRoutes::thresholds).orElse(before.thresholds()),
                                before.enforcement(),
                                before.failMode(),
                                OptionalLong.empty()))
                .orElseThrow(() -> notFound(before.name()));
        ctx.json(json(after, table.list(caller.scope(account), account)));
    }

    private void info(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account account = allowed(caller, Action.VIEW_USAGE);
        var faults = new Faults();
        Fields fields = Fields.of(RequestBody.bytes(ctx, BODY_BYTES_MAX), faults);
        Optional<JsonNode> names = fields.array("budgets");
        if (names.isEmpty()) {
            fields.missing("budgets", "Send a list of ids.");
        }
        if (names.map(JsonNode::size).orElse(0) > NAMES_MAX) {
            fields.fault("budgets", "are too many", "Send at most %d.".formatted(NAMES_MAX));
        }
        faults.check();
        List<BudgetTable.Kept> all = ofMoney(caller, account);
        ArrayNode answer = JsonNodeFactory.instance.arrayNode();
        names.orElseThrow().forEach(name -> find(all, name.asText()).ifPresent(one -> answer.add(json(one, all))));
        ctx.json(answer);
    }

    private void delete(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account account = allowed(caller, Action.MANAGE_BUDGETS);
        var faults = new Faults();
        Fields fields = Fields.of(RequestBody.bytes(ctx, BODY_BYTES_MAX), faults);
        Optional<String> name = fields.id("id");
        if (name.isEmpty()) {
            fields.missing("id", "Name the budget.");
        }
        faults.check();
        BudgetTable.Kept before = found(caller, account, name.orElseThrow());
        ObjectNode answer = json(before, ofMoney(caller, account));
        if (!table.delete(
                caller.scope(account),
                account,
                authentication.actor(ctx),
                before.budget().id(),
                OptionalLong.empty())) {
            throw notFound(before.budget().name());
        }
        ctx.json(answer);
    }

    private void list(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account account = allowed(caller, Action.VIEW_USAGE);
        List<BudgetTable.Kept> all = ofMoney(caller, account);
        ArrayNode answer = JsonNodeFactory.instance.arrayNode();
        all.forEach(one -> answer.add(json(one, all)));
        ctx.json(answer);
    }

    /** What can be set of a budget, with its value: LiteLLM's own pages ask for it. */
    private void settings(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account account = allowed(caller, Action.VIEW_USAGE);
        String name = ctx.queryParam("budget_id");
        if (name == null) {
            throw ProblemException.invalid("budget_id", "is missing", "Name the budget.");
        }
        ObjectNode budget = json(found(caller, account, name), ofMoney(caller, account));
        ArrayNode answer = JsonNodeFactory.instance.arrayNode();
        SETTINGS.keySet().stream().sorted().forEach(field -> {
            ObjectNode one = answer.addObject();
            one.put("field_name", field);
            one.put("field_type", field.equals("budget_duration") ? "String" : "Float");
            one.put("field_description", SETTINGS.get(field));
            one.set("field_value", budget.get(field));
            one.put("stored_in_db", true);
            one.putNull("field_default_value");
        });
        ctx.json(answer);
    }

    private static Account allowed(Caller caller, Action action) {
        Account account = Asked.own(caller);
        Permissions.require(caller, action, account);
        return account;
    }

    private List<BudgetTable.Kept> ofMoney(Caller caller, Account account) {
        return table.list(caller.scope(account), account).stream()
                .filter(one -> one.budget().limit() instanceof Limit.Spend)
                .toList();
    }

    private BudgetTable.Kept found(Caller caller, Account account, String name) {
        return find(ofMoney(caller, account), name).orElseThrow(() -> notFound(name));
    }

    private static Optional<BudgetTable.Kept> find(List<BudgetTable.Kept> budgets, String name) {
        return budgets.stream()
                .filter(one -> one.budget().id().equals(name))
                .findFirst()
                .or(() -> budgets.stream()
                        .filter(one -> one.budget().name().equals(name))
                        .findFirst());
    }

    private static ProblemException notFound(String name) {
        return ProblemException.notFound("There is no budget '%s' that you may see".formatted(name));
    }

    private static void refuseOthers(Fields fields) {
        fields.refuseOthersThan(KNOWN);
        NOT_HERE.stream()
                .filter(fields::has)
                .forEach(name -> fields.fault(name, "cannot be set here", "Leave it out: only spend is limited."));
    }

    private static Optional<NanoUsd> amount(Fields fields, String name) {
        return fields.usd(name).filter(usd -> {
            if (usd.value() <= 0) {
                fields.fault(name, "is not above 0", "Send an amount of USD.");
            }
            return usd.value() > 0;
        });
    }

    private static Optional<Period> period(Fields fields, ZoneId zone) {
        return fields.parsed("budget_duration", LiteLlmBudgetRoutes::unit, DURATIONS)
                .map(unit -> Period.of(unit, zone));
    }

    private static Optional<Period.Unit> unit(String duration) {
        return switch (duration) {
            case "1d", "24h" -> Optional.of(Period.Unit.DAY);
            case "7d", "1w" -> Optional.of(Period.Unit.WEEK);
            case "30d", "1mo" -> Optional.of(Period.Unit.MONTH);
            case "3mo" -> Optional.of(Period.Unit.QUARTER);
            case "1y", "365d" -> Optional.of(Period.Unit.YEAR);
            default -> Optional.empty();
        };
    }

    private static List<Threshold> thresholds(NanoUsd soft) {
        return List.of(
                new Threshold.Amount(soft.value(), Severity.WARNING),
                new Threshold.Percent(100_000, Severity.CRITICAL));
    }

    private static Optional<NanoUsd> softOf(Budget budget) {
        return budget.thresholds().stream()
                .flatMap(one ->
                        one instanceof Threshold.Amount amount ? Stream.of(new NanoUsd(amount.amount())) : Stream.of())
                .findFirst();
    }

    private ObjectNode json(BudgetTable.Kept kept, List<BudgetTable.Kept> all) {
        Budget budget = kept.budget();
        boolean isOnly = all.stream()
                        .filter(one -> one.budget().name().equals(budget.name()))
                        .count()
                <= 1;
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("budget_id", isOnly ? budget.name() : budget.id());
        json.put("max_budget", new BigDecimal(new NanoUsd(budget.limit().amount()).toUsd()));
        json.put(
                "soft_budget",
                softOf(budget).map(soft -> new BigDecimal(soft.toUsd())).orElse(null));
        json.put("budget_duration", duration(budget.period().unit()));
        json.put(
                "budget_reset_at",
                budget.period().unit() == Period.Unit.TOTAL
                        ? null
                        : Instant.ofEpochMilli(
                                        budget.period().windowAt(clock.millis()).endMs())
                                .toString());
        Stream.of("tpm_limit", "rpm_limit", "max_parallel_requests", "model_max_budget")
                .forEach(json::putNull);
        json.put("created_at", kept.createdAt().toString());
        json.put("updated_at", kept.updatedAt().toString());
        return json;
    }

    private static @Nullable String duration(Period.Unit unit) {
        return switch (unit) {
            case DAY -> "1d";
            case WEEK -> "7d";
            case MONTH -> "1mo";
            case QUARTER -> "3mo";
            case YEAR -> "1y";
            case TOTAL -> null;
        };
    }
}

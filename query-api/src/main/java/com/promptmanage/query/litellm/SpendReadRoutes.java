package com.promptmanage.query.litellm;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.routing.Asked;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.account.Account;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /spend/logs}, {@code /user/daily/activity}, {@code /team/daily/activity}, {@code /global/spend/report}, as LiteLLM
 * has them. Whose they are about follows from the key, and from {@code teamId}, which LiteLLM does not have.
 */
public final class SpendReadRoutes implements Routes {

    private static final String BY_KEY = "api_key";

    private static final String USER = "user_id";

    private static final String REQUEST = "request_id";

    private static final String OF_ONE_USER_OR_CALL =
            "Leave it out: internal_user_id is taken here; /spend/logs and /user/daily/activity take user_id, /spend/logs alone request_id.";

    /** Minutes that are taken off UTC, so that west is above zero: what JavaScript's {@code getTimezoneOffset} gives. */
    private static final String ZONE = "timezone";

    private static final int ZONE_MINUTES_MAX = 14 * 60;

    /** By which LiteLLM's pages narrow what they show: to pass over one would be to tell of more than is asked for. */
    private static final List<String> NOT_TAKEN = List.of(
            "error_code",
            "error_message",
            "key_alias",
            "max_spend",
            "min_spend",
            "model_id",
            "session_id",
            "sort_by",
            "sort_order",
            "status_filter");

    private static final int DAYS_USUAL = 30;

    private static final int DAYS_MAX = 400;

    private static final int CALLS_MAX = 1_000;

    private static final int TEAMS_MAX = 100;

    private final Authentication authentication;

    private final ShownHistory shown;

    private final SpendTable table;

    private final Clock clock;

    private record Days(LocalDate first, LocalDate last, ZoneOffset zone, boolean isExplicit) {}

    public SpendReadRoutes(Authentication authentication, ShownHistory shown, Database database, Clock clock) {
        this.authentication = authentication;
        this.shown = shown;
        this.table = new SpendTable(database, SpendTable.CELLS_MAX);
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/spend/logs", this::logs);
        routes.get("/user/daily/activity", this::userActivity);
        routes.get("/team/daily/activity", this::teamActivity);
        routes.get("/global/spend/report", this::report);
    }

    private void logs(Context ctx) {
        Asked about = asked(ctx, ctx.queryParam(USER));
        refusePagesAndZones(ctx);
        Days days = days(ctx);
        CellQuery query = query(ctx, about.account(), about.member(), days);
        @Nullable String id = ctx.queryParam(REQUEST);
        boolean summarize = days.isExplicit() && id == null && !"false".equals(ctx.queryParam("summarize"));
        ArrayNode answer = JsonNodeFactory.instance.arrayNode();
        if (summarize) {
            summaries(table.cells(query), days.last()).forEach(answer::add);
        } else {
            table.calls(query, id, CALLS_MAX).forEach(call -> answer.add(json(about.account(), call)));
        }
        ctx.json(answer);
    }

    private void userActivity(Context ctx) {
        Asked about = asked(ctx, ctx.queryParam(USER));
        refuse(ctx, NOT_TAKEN, "Leave it out.");
        refuse(ctx, List.of(REQUEST), "Leave it out; /spend/logs takes it.");
        ActivityPage page = page(ctx);
        List<Cell> cells = table.cells(query(ctx, about.account(), about.member(), days(ctx)));
        ctx.json(ActivityJson.activity(cells, page, false));
    }

    private void teamActivity(Context ctx) {
        Days days = days(ctx);
        refuse(ctx, NOT_TAKEN, "Leave it out.");
        refuse(ctx, List.of(USER, REQUEST), OF_ONE_USER_OR_CALL);
        ActivityPage page = page(ctx);
        ctx.json(ActivityJson.activity(cells(ctx, teams(ctx), days), page, true));
    }

    private void report(Context ctx) {
        String groupBy = ctx.queryParam("group_by") == null ? "team" : ctx.queryParam("group_by");
        var faults = new Faults();
        if (!List.of("team", "customer", BY_KEY).contains(groupBy)) {
            faults.add("group_by", "is not known", "Use team, customer or api_key.");
        }
        faults.check();
        refusePagesAndZones(ctx);
        refuse(ctx, List.of(USER, REQUEST), OF_ONE_USER_OR_CALL);
        if (BY_KEY.equals(groupBy) || ctx.queryParam("api_key") != null || ctx.queryParam("internal_user_id") != null) {
            ctx.json(ActivityJson.byKey(cellsOfKeys(ctx)));
            return;
        }
        boolean isByTeam = "team".equals(groupBy);
        List<Cell> cells = isByTeam || TwoNames.areTeamsNamed(ctx)
                ? cells(ctx, teams(ctx), days(ctx))
                : cells(ctx, List.of(asked(ctx, null).account()), days(ctx));
        Function<Cell, @Nullable String> name =
                isByTeam ? cell -> cell.account().id() : Cell::customer;
        ArrayNode answer = JsonNodeFactory.instance.arrayNode();
        new TreeMap<>(cells.stream().collect(Collectors.groupingBy(Cell::day)))
                .forEach((day, ofDay) -> answer.add(report(day, ofDay, name, isByTeam)));
        ctx.json(answer);
    }

    /** Of the teams that are named; else of what the caller asks about. */
    private List<Cell> cellsOfKeys(Context ctx) {
        List<Account> accounts = TwoNames.areTeamsNamed(ctx)
                ? teams(ctx)
                : List.of(asked(ctx, ctx.queryParam("internal_user_id")).account());
        return cells(ctx, accounts, days(ctx));
    }

    private static ObjectNode report(
            LocalDate day, List<Cell> cells, Function<Cell, @Nullable String> name, boolean isByTeam) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("group_by_day", day + "T00:00:00+00:00");
        ArrayNode parts = json.putArray(isByTeam ? "teams" : "customers");
        ActivityJson.by(cells, name).forEach((value, ofValue) -> {
            ObjectNode part = parts.addObject();
            part.put(isByTeam ? "team_name" : "customer", value);
            part.put("total_spend", ActivityJson.usd(ActivityJson.sum(ofValue).costNanoUsd()));
            ArrayNode metadata = part.putArray("metadata");
            ActivityJson.by(ofValue, cell -> cell.model() + '\n' + (cell.apiKeyId() == null ? "" : cell.apiKeyId()))
                    .forEach((both, alike) -> metadata.addObject()
                            .put("model", alike.getFirst().model())
                            .put(
                                    "spend",
                                    ActivityJson.usd(ActivityJson.sum(alike).costNanoUsd()))
                            .put(
                                    "total_tokens",
                                    ActivityJson.sum(alike).tokens().total())
                            .put("api_key", alike.getFirst().apiKeyId()));
        });
        return json;
    }

    /** Days without calls are told behind the last that has some, as LiteLLM does, and not between. */
    private static List<ObjectNode> summaries(List<Cell> cells, LocalDate last) {
        var days = new TreeMap<>(cells.stream().collect(Collectors.groupingBy(Cell::day)));
        if (!days.isEmpty()) {
            days.lastKey().plusDays(1).datesUntil(last.plusDays(1)).forEach(day -> days.put(day, List.of()));
        }
        var summaries = new ArrayList<ObjectNode>();
        days.forEach((day, ofDay) -> summaries.add(summary(day, ofDay)));
        return summaries;
    }

    /** Keys stand beside the rest, which no key's id takes the place of. */
    private static ObjectNode summary(LocalDate day, List<Cell> cells) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        spends(json, cells, Cell::apiKeyId);
        json.put("startTime", day.toString());
        json.put("spend", ActivityJson.usd(ActivityJson.sum(cells).costNanoUsd()));
        spends(json.putObject("users"), cells, Cell::userId);
        spends(json.putObject("models"), cells, Cell::model);
        return json;
    }

    private static void spends(ObjectNode into, List<Cell> cells, Function<Cell, @Nullable String> name) {
        ActivityJson.by(cells, name)
                .forEach((value, alike) ->
                        into.put(value, ActivityJson.usd(ActivityJson.sum(alike).costNanoUsd())));
    }

    private static ObjectNode json(Account account, SpendTable.Call call) {
        long input = call.tokens().totalInput();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("request_id", call.id());
        json.put("call_type", "acompletion");
        json.put("api_key", call.apiKeyId());
        json.put("spend", call.spendUsd());
        json.put("total_tokens", call.tokens().total());
        json.put("prompt_tokens", input);
        json.put("completion_tokens", call.tokens().total() - input);
        json.put("startTime", call.start().toString());
        json.put("endTime", call.end().toString());
        json.put("model", call.model());
        json.put("custom_llm_provider", call.provider());
        json.put("user", call.userId());
        json.put("end_user", call.endUser());
        json.put("team_id", account.isTeam() ? account.id() : null);
        json.put("session_id", call.conversationId());
        json.put("metadata", call.tags());
        json.put("status", "success");
        return json;
    }

    private List<Cell> cells(Context ctx, List<Account> accounts, Days days) {
        @Nullable String user = ctx.queryParam("internal_user_id");
        var cells = new ArrayList<Cell>();
        accounts.forEach(account -> cells.addAll(table.cells(query(ctx, account, user, days))));
        return cells;
    }

    private CellQuery query(Context ctx, Account account, @Nullable String userId, Days days) {
        Instant wanted = days.first().atStartOfDay(days.zone()).toInstant();
        @Nullable Instant from = shown.from(ctx, account, wanted, days.isExplicit());
        LocalDate first = from == null ? days.first() : firstDay(from, days.zone());
        return new CellQuery(
                account,
                first,
                days.last(),
                days.zone(),
                userId,
                ctx.queryParam("model"),
                ctx.queryParam("api_key"),
                TwoNames.endUser(ctx));
    }

    /** The first whole one. */
    private static LocalDate firstDay(Instant from, ZoneOffset zone) {
        LocalDate day = LocalDate.ofInstant(from, zone);
        return day.atStartOfDay(zone).toInstant().isBefore(from) ? day.plusDays(1) : day;
    }

    /**
     * Rights come before the rest: a stranger is told nothing. Whom LiteLLM names is a user within an account, as in what it reports,
     * and never an account, whatever a key may speak for.
     */
    private Asked asked(Context ctx, @Nullable String userId) {
        Caller caller = authentication.caller(ctx);
        @Nullable String team = TwoNames.team(ctx);
        var faults = new Faults();
        Asked named = Asked.of(caller, team, userId, faults).orElse(null);
        faults.check();
        if (named == null) {
            throw new IllegalStateException("without a fault there is an account");
        }
        Asked about = team == null && caller instanceof Caller.Key key ? new Asked(key.account(), userId) : named;
        if (about.member() == null) {
            Permissions.requireQuery(caller, about.account());
        } else {
            Permissions.requireQuery(caller, about.account(), about.member());
        }
        return about;
    }

    /** Those that are named; else, of the caller's own, all whose usage they may see. In any case without those to leave out. */
    private List<Account> teams(Context ctx) {
        Set<Account> leftOut = teams("exclude_team_ids", ctx.queryParam("exclude_team_ids"));
        return teamsAskedFor(ctx).stream()
                .filter(team -> !leftOut.contains(team))
                .toList();
    }

    private List<Account> teamsAskedFor(Context ctx) {
        Caller caller = authentication.caller(ctx);
        @Nullable String named = TwoNames.teams(ctx);
        if (named == null || named.isBlank()) {
            if (caller instanceof Caller.Key key) {
                // Of a person's teams there may be none to see; a key without the scope is told what it lacks.
                Permissions.requireQuery(caller, key.account());
            }
            return caller.accounts().stream()
                    .filter(Account::isTeam)
                    .filter(team -> Permissions.mayQuery(caller, team))
                    .sorted(Comparator.comparing(Account::value))
                    .toList();
        }
        Set<Account> teams = teams("team_ids", named);
        teams.forEach(team -> Permissions.requireQuery(caller, team));
        return List.copyOf(teams);
    }

    /** In the order in which a parameter names them; none if it is not there. */
    private static Set<Account> teams(String parameter, @Nullable String ids) {
        var teams = new LinkedHashSet<Account>();
        if (ids == null || ids.isBlank()) {
            return teams;
        }
        var faults = new Faults();
        for (String id : ids.split(",", -1)) {
            Account.parse("team:" + id.strip())
                    .ifPresentOrElse(
                            teams::add, () -> faults.add(parameter, "has what is no id", "Send ids, with commas."));
        }
        if (teams.size() > TEAMS_MAX) {
            faults.add(parameter, "are %d".formatted(teams.size()), "Send at most %d.".formatted(TEAMS_MAX));
        }
        faults.check();
        return teams;
    }

    private static ActivityPage page(Context ctx) {
        var faults = new Faults();
        ActivityPage page = ActivityPage.of(ctx, faults);
        faults.check();
        return page;
    }

    /** What LiteLLM does not have there either, and would pass over: whoever asks page by page would get all of it each time. */
    private static void refusePagesAndZones(Context ctx) {
        refuse(
                ctx,
                List.of(ActivityPage.NUMBER, ActivityPage.SIZE, ZONE),
                "Leave it out, and ask for fewer days; /user/daily/activity and /team/daily/activity take it.");
        refuse(ctx, NOT_TAKEN, "Leave it out.");
    }

    private static void refuse(Context ctx, List<String> parameters, String remedy) {
        var faults = new Faults();
        for (String name : parameters) {
            if (ctx.queryParam(name) != null) {
                faults.add(name, "is not taken here", remedy);
            }
        }
        faults.check();
    }

    /** The last one included. They are those of UTC unless another zone is asked for. */
    private Days days(Context ctx) {
        var faults = new Faults();
        ZoneOffset zone = zone(ctx, faults);
        LocalDate today = LocalDate.ofInstant(clock.instant(), zone);
        LocalDate last = day(ctx, "end_date", today, faults);
        LocalDate first = day(ctx, "start_date", last.minusDays(DAYS_USUAL), faults);
        if (first.isAfter(last)) {
            faults.add("end_date", "is before start_date", "Send a later one.");
        }
        if (ChronoUnit.DAYS.between(first, last) > DAYS_MAX) {
            faults.add(
                    "start_date",
                    "is more than %d days before end_date".formatted(DAYS_MAX),
                    "Ask for a shorter range, or export the history.");
        }
        faults.check();
        return new Days(first, last, zone, ctx.queryParam("start_date") != null);
    }

    private static ZoneOffset zone(Context ctx, Faults faults) {
        @Nullable String text = ctx.queryParam(ZONE);
        if (text == null || text.isBlank()) {
            return ZoneOffset.UTC;
        }
        try {
            int minutes = Integer.parseInt(text.strip());
            if (Math.abs((long) minutes) <= ZONE_MINUTES_MAX) {
                return ZoneOffset.ofTotalSeconds(-60 * minutes);
            }
        } catch (NumberFormatException e) {
            // Told below, with offsets that no place has.
        }
        faults.add(
                ZONE, "is no offset in minutes", "Send what is taken off UTC, such as 480 in Los Angeles in winter.");
        return ZoneOffset.UTC;
    }

    private static LocalDate day(Context ctx, String name, LocalDate otherwise, Faults faults) {
        @Nullable String text = ctx.queryParam(name);
        if (text == null || text.isBlank()) {
            return otherwise;
        }
        try {
            LocalDate day = LocalDate.parse(text.length() > 10 ? text.substring(0, 10) : text);
            if (day.getYear() >= 1970 && day.getYear() <= 2999) {
                return day;
            }
        } catch (DateTimeParseException e) {
            // Told below, with days that are too far away.
        }
        faults.add(name, "is no day", "Send one such as 2026-11-30.");
        return otherwise;
    }
}

package com.promptmanage.query.budget;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.request.Fields;
import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.routing.Asked;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.topics.account.Account;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /api/token-tracking/budgets}: every budget of an account. */
final class BudgetRoutes implements Routes {

    private static final String PATH = "/api/token-tracking/budgets";

    /** A body that takes more is no budget. */
    private static final long BODY_BYTES_MAX = 64 << 10;

    private static final Pattern VERSION_TAG = Pattern.compile("(?:W/)?\"(\\d{1,18})\"");

    private final Authentication authentication;

    private final AccountRouting routing;

    private final AccountZones zones;

    private final BudgetTable table;

    private final Clock clock;

    BudgetRoutes(
            Authentication authentication, AccountRouting routing, AccountZones zones, BudgetTable table, Clock clock) {
        this.authentication = authentication;
        this.routing = routing;
        this.zones = zones;
        this.table = table;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get(PATH, this::list);
        routes.post(PATH, this::create);
        routes.get(PATH + "/{id}", this::get);
        routes.put(PATH + "/{id}", this::change);
        routes.delete(PATH + "/{id}", this::delete);
    }

    private void list(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account account = asked(ctx, caller).orElseGet(() -> Asked.own(caller));
        Permissions.require(caller, Action.VIEW_USAGE, account);
        var page = Page.read(ctx);
        routing.answer(ctx, account, reads -> {
            long nowMs = clock.millis();
            var progresses = new Progresses(reads, account, nowMs);
            List<BudgetTable.Kept> budgets = table.list(caller.scope(account), account).stream()
                    .filter(page::isAfterCursor)
                    .limit(page.limit() + 1L)
                    .toList();
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            var list = json.putArray("budgets");
            budgets.stream()
                    .limit(page.limit())
                    .forEach(kept -> list.add(BudgetJson.budget(kept, Optional.of(progresses), nowMs)));
            json.put("nextCursor", page.next(budgets));
            ctx.json(json);
        });
    }

    private void get(Context ctx) {
        Caller caller = authentication.caller(ctx);
        BudgetTable.Kept kept = find(ctx, caller, Action.VIEW_USAGE);
        Account account = kept.budget().account();
        routing.answer(ctx, account, reads -> answer(ctx, kept, Optional.of(reads)));
    }

    private void create(Context ctx) {
        Caller caller = authentication.caller(ctx);
        var faults = new Faults();
        Fields fields = Fields.of(RequestBody.bytes(ctx, BODY_BYTES_MAX), faults);
        Account account = fields.parsed("account", Account::parse, "Use team:<id> or user:<id>.")
                .or(() -> asked(ctx, caller))
                .orElseGet(() -> Asked.own(caller));
        Permissions.require(caller, Action.MANAGE_BUDGETS, account);
        BudgetForm form = BudgetForm.read(fields, zones.of(account, caller), faults);
        BudgetTable.Kept created = table.create(caller.scope(account), account, authentication.actor(ctx), form);
        ctx.status(201).header("Location", PATH + "/" + created.budget().id());
        answer(ctx, created, routing.here(account));
    }

    private void change(Context ctx) {
        Caller caller = authentication.caller(ctx);
        BudgetTable.Kept before = find(ctx, caller, Action.MANAGE_BUDGETS);
        Account account = before.budget().account();
        var faults = new Faults();
        Fields fields = Fields.of(RequestBody.bytes(ctx, BODY_BYTES_MAX), faults);
        requireSame(fields, "account", account.value());
        requireSame(fields, "id", before.budget().id());
        BudgetForm form = BudgetForm.read(fields, zones.of(account, caller), faults);
        OptionalLong ifMatch = ifMatch(ctx);
        BudgetTable.Kept after = table.change(
                        caller.scope(account),
                        account,
                        authentication.actor(ctx),
                        before.budget().id(),
                        ifMatch.isPresent() ? ifMatch : form.expectedVersion(),
                        form)
                .orElseThrow(() -> notFound(before.budget().id()));
        answer(ctx, after, routing.here(account));
    }

    private void delete(Context ctx) {
        Caller caller = authentication.caller(ctx);
        BudgetTable.Kept before = find(ctx, caller, Action.MANAGE_BUDGETS);
        Account account = before.budget().account();
        String id = before.budget().id();
        if (!table.delete(caller.scope(account), account, authentication.actor(ctx), id, ifMatch(ctx))) {
            throw notFound(id);
        }
        ctx.status(204);
    }

    private void answer(Context ctx, BudgetTable.Kept kept, Optional<AccountReads> reads) {
        long nowMs = clock.millis();
        ctx.header("ETag", "\"%d\"".formatted(kept.revision()));
        ctx.json(BudgetJson.budget(
                kept, reads.map(state -> new Progresses(state, kept.budget().account(), nowMs)), nowMs));
    }

    /**
     * Looks among the account that the request names, else among all that are the caller's; a key that may speak for others
     * has them all.
     */
    private BudgetTable.Kept find(Context ctx, Caller caller, Action action) {
        String id = ctx.pathParam("id");
        Optional<Account> asked = asked(ctx, caller);
        asked.ifPresent(account -> Permissions.require(caller, action, account));
        Scope scope = asked.map(caller::scope).orElseGet(() -> switch (caller) {
            case Caller.Person person -> person.scope();
            case Caller.Key key -> key.maySpeakForOthers() ? Scope.EVERYONE : key.scope();
        });
        BudgetTable.Kept kept = table.find(scope, id).orElseThrow(() -> notFound(id));
        Permissions.require(caller, action, kept.budget().account());
        return kept;
    }

    private static Optional<Account> asked(Context ctx, Caller caller) {
        String teamId = ctx.queryParam("teamId");
        String userId = ctx.queryParam("userId");
        if (teamId == null && userId == null) {
            return Optional.empty();
        }
        var faults = new Faults();
        Optional<Asked> asked = Asked.of(caller, teamId, userId, faults);
        faults.check();
        return asked.map(Asked::account);
    }

    /** What a budget belongs to never changes; who sends something else meant another budget. */
    private static void requireSame(Fields fields, String name, String value) {
        Optional<String> sent = fields.text(name);
        if (sent.isPresent() && !sent.get().equals(value)) {
            fields.fault(name, "cannot be changed", "Leave it out, or make a new budget.");
        }
    }

    private static OptionalLong ifMatch(Context ctx) {
        @Nullable String header = ctx.header("If-Match");
        if (header == null || header.equals("*")) {
            return OptionalLong.empty();
        }
        Matcher tag = VERSION_TAG.matcher(header.strip());
        if (!tag.matches()) {
            throw ProblemException.invalid(
                    "If-Match", "is not a version", "Send the ETag of the budget, quotes included.");
        }
        return OptionalLong.of(Long.parseLong(tag.group(1)));
    }

    private static ProblemException notFound(String id) {
        return ProblemException.notFound("There is no budget '%s' that you may see".formatted(id));
    }
}

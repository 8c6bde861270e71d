package com.promptmanage.query.meters;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.Asked;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.Routes;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.BudgetSpend;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Budget.Enforcement;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.money.NanoUsd;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.math.BigDecimal;
import java.time.Clock;
import java.util.Optional;

/**
 * {@code GET /api/v1/subjects/{subject}/entitlements/{key}/value}: what a budget leaves a subject, as OpenMeter tells it of an
 * entitlement. The key is the budget's id or name; the budget is of the whole account, or of members, of whom the subject is one.
 */
public final class EntitlementRoutes implements Routes {

    private final Authentication authentication;

    private final AccountRouting routing;

    private final Clock clock;

    public EntitlementRoutes(Authentication authentication, AccountRouting routing, Clock clock) {
        this.authentication = authentication;
        this.routing = routing;
        this.clock = clock;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/v1/subjects/{subject}/entitlements/{key}/value", this::value);
    }

    private void value(Context ctx) {
        Caller caller = authentication.caller(ctx);
        var faults = new Faults();
        Optional<Asked> asked = Asked.of(caller, ctx.queryParam("teamId"), null, faults);
        faults.check();
        Account account = asked.orElseThrow().account();
        String subject = ctx.pathParam("subject");
        String key = ctx.pathParam("key");
        Permissions.requireQuery(caller, account, subject);
        if (ctx.queryParam("time") != null) {
            throw ProblemException.invalid("time", "is not known here", "Leave it out: what is left is told of now.");
        }
        // Of a budget that was changed between two commits, it could not be found what was spent of it.
        routing.answer(ctx, account, reads -> ctx.json(reads.atOneCommit(() -> json(reads, account, subject, key))));
    }

    private ObjectNode json(AccountReads reads, Account account, String subject, String key) {
        long nowMs = clock.millis();
        // Of a budget of each member there is nothing to be seen while nobody has spent: all of it is left then.
        Budget budget = reads.definitions(account).stream()
                .filter(one -> one.id().equals(key) || one.name().equals(key))
                .filter(one -> isOf(one, subject))
                .findFirst()
                .orElseThrow(() -> ProblemException.notFound("There is no such budget of this subject"));
        long spent = reads.budgets(account, nowMs).stream()
                .filter(one -> one.budget().equals(budget))
                .filter(one -> budget.dimension().equals(Dimension.ACCOUNT)
                        || one.value().equals(subject))
                .mapToLong(BudgetSpend::spent)
                .findFirst()
                .orElse(0);
        return json(budget, spent);
    }

    private static boolean isOf(Budget budget, String subject) {
        return budget.dimension().equals(Dimension.ACCOUNT)
                || (budget.dimension().equals(Dimension.MEMBER)
                        && (budget.isForEach() || budget.value().equals(subject)));
    }

    /** Amounts are in the limit's unit: USD, or tokens. */
    private static ObjectNode json(Budget budget, long spent) {
        long limit = budget.limit().amount();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("hasAccess", budget.enforcement() != Enforcement.BLOCK || spent < limit);
        json.put("balance", amount(budget, Math.max(0, limit - spent)));
        json.put("usage", amount(budget, spent));
        json.put("overage", amount(budget, Math.max(0, spent - limit)));
        json.put("totalAvailableGrantAmount", amount(budget, limit));
        return json;
    }

    private static BigDecimal amount(Budget budget, long amount) {
        return switch (budget.limit()) {
            case Limit.Spend money -> new BigDecimal(new NanoUsd(amount).toUsd());
            case Limit.Tokens tokens -> BigDecimal.valueOf(amount);
        };
    }
}

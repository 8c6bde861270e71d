package com.promptmanage.ingest.gateway;

import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.ApiKeys;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.account.Account;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /api/gateway/keys}: the keys of providers that an account leaves here. */
final class ProviderKeyRoutes implements Routes {

    private static final String PATH = "/api/gateway/keys/{provider}";

    /** What can stand in a header. */
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,512}");

    private final Function<Context, Caller> callers;

    private final Function<Context, Actor> actors;

    private final ProviderKeys keys;

    private static final int API_KEYS_MAX = 100;

    /**
     * What is sent.
     *
     * @param apiKeys ids of the API keys that may use it; null for those that the sender has made, or is
     * @param allApiKeys whether every API key of the account may; null for no
     */
    record Form(
            @Nullable String key,
            @Nullable List<String> apiKeys,
            @Nullable Boolean allApiKeys) {

        @Override
        public String toString() {
            return "Form";
        }
    }

    record Listing(List<ProviderKeys.Listed> keys, @Nullable String nextCursor) {}

    ProviderKeyRoutes(Function<Context, Caller> callers, Function<Context, Actor> actors, ProviderKeys keys) {
        this.callers = callers;
        this.actors = actors;
        this.keys = keys;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/api/gateway/keys", this::list);
        routes.put(PATH, this::put);
        routes.delete(PATH, this::remove);
    }

    private void list(Context ctx) {
        Caller caller = callers.apply(ctx);
        Account account = allowed(ctx, caller);
        ctx.json(new Listing(keys.list(caller, account), null));
    }

    private void put(Context ctx) {
        Caller caller = callers.apply(ctx);
        Account account = allowed(ctx, caller);
        Provider provider = provider(ctx);
        ProviderKeys.Draft draft = draft(RequestBody.json(ctx, Form.class));
        keys.put(caller, account, provider, draft, actors.apply(ctx));
        ctx.status(204);
    }

    private static ProviderKeys.Draft draft(Form form) {
        var faults = new Faults();
        String key = form.key();
        if (key == null || !KEY.matcher(key).matches()) {
            // What is wrong is told without repeating it.
            faults.add("key", "is missing or is none", "Send 1 to 512 visible characters of ASCII, without blanks.");
        }
        if (key != null && ApiKeys.isKeyIn(key)) {
            faults.add(
                    "key", "is one of ours, which the provider does not know and must not see", "Send the provider's.");
        }
        List<String> apiKeys = form.apiKeys() == null
                ? List.of()
                : form.apiKeys().stream().distinct().toList();
        if (apiKeys.size() > API_KEYS_MAX || !apiKeys.stream().allMatch(id -> id != null && Account.isId(id))) {
            faults.add("apiKeys", "are too many or no ids", "Send the ids of at most 100 API keys, or leave it out.");
        }
        boolean isForAll = Boolean.TRUE.equals(form.allApiKeys());
        if (isForAll && !apiKeys.isEmpty()) {
            faults.add("allApiKeys", "stands beside apiKeys", "Send one or the other.");
        }
        faults.check();
        return new ProviderKeys.Draft(String.valueOf(key), apiKeys, isForAll);
    }

    private void remove(Context ctx) {
        Caller caller = callers.apply(ctx);
        Account account = allowed(ctx, caller);
        if (!keys.remove(caller, account, provider(ctx), actors.apply(ctx))) {
            throw ProblemException.notFound("There is no key for this provider");
        }
        ctx.status(204);
    }

    private static Account allowed(Context ctx, Caller caller) {
        Account account = account(ctx, caller);
        Permissions.require(caller, Action.MANAGE_KEYS, account);
        return account;
    }

    private static Account account(Context ctx, Caller caller) {
        String team = ctx.queryParam("teamId");
        if (team != null) {
            return Account.parse("team:" + team)
                    .orElseThrow(() -> ProblemException.invalid("teamId", "is no id", "Send 1 to 256 characters."));
        }
        return switch (caller) {
            case Caller.Person person -> Account.user(person.userId());
            case Caller.Key key -> key.account();
        };
    }

    private static Provider provider(Context ctx) {
        return Provider.parse(ctx.pathParam("provider"))
                .orElseThrow(() -> ProblemException.notFound("There is no such provider: openai, anthropic, gemini"));
    }
}

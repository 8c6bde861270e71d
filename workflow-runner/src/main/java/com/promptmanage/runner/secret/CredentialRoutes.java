package com.promptmanage.runner.secret;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.request.Form;
import com.promptmanage.runner.request.Owner;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.topics.account.Account;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** {@code /api/credentials}: what an account can open doors with. What is in them goes in here, and never out. */
public final class CredentialRoutes implements Routes {

    private static final String PATH = "/api/credentials";

    private static final long BODY_BYTES_MAX = 64 << 10;

    private static final int VALUE_CHARS_MAX = 8_192;

    private static final int VALUES_MAX = 20;

    private static final Set<String> FIELDS = Set.of("name", "kind", "values", "teamId");

    private static final Pattern KIND = Pattern.compile("[a-z][a-z0-9_]{0,63}");

    /** As workflows write it, {@code {{secrets.NAME}}}. */
    private static final Pattern SECRET_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,99}");

    private final Authentication authentication;

    private final CredentialTable table;

    public CredentialRoutes(Authentication authentication, CredentialTable table) {
        this.authentication = authentication;
        this.table = table;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get(PATH, this::list);
        routes.post(PATH, this::create);
        routes.get(PATH + "/{id}", ctx -> ctx.json(json(find(ctx, Action.VIEW))));
        routes.put(PATH + "/{id}", this::change);
        routes.delete(PATH + "/{id}", this::delete);
    }

    private void list(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account account = Owner.of(ctx, caller);
        Permissions.require(caller, Action.VIEW, account);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        var list = json.putArray("credentials");
        table.list(caller.scope(account), account).forEach(each -> list.add(json(each)));
        ctx.json(json.putNull("nextCursor"));
    }

    private void create(Context ctx) {
        Caller caller = authentication.caller(ctx);
        var faults = new Faults();
        Sent sent = read(ctx, faults);
        Account account = Owner.of(sent.teamId(), caller);
        Permissions.require(caller, Action.EDIT_CONTENT, account);
        faults.check();
        Credential created = table.create(
                caller.scope(account), account, Owner.person(caller), authentication.actor(ctx), sent.draft());
        ctx.status(201).header("Location", PATH + "/" + created.id()).json(json(created));
    }

    private void change(Context ctx) {
        Credential before = find(ctx, Action.EDIT_CONTENT);
        var faults = new Faults();
        Sent sent = read(ctx, faults);
        faults.check();
        ctx.json(json(table.change(
                        Owner.scope(authentication.caller(ctx)), before.id(), authentication.actor(ctx), sent.draft())
                .orElseThrow(() -> notFound(before.id()))));
    }

    private void delete(Context ctx) {
        Credential credential = find(ctx, Action.EDIT_CONTENT);
        if (!table.delete(Owner.scope(authentication.caller(ctx)), credential.id(), authentication.actor(ctx))) {
            throw notFound(credential.id());
        }
        ctx.status(204);
    }

    private record Sent(CredentialTable.Draft draft, Optional<String> teamId) {}

    private static Sent read(Context ctx, Faults faults) {
        Form form = Form.of(RequestBody.bytes(ctx, BODY_BYTES_MAX), FIELDS, faults);
        String name = form.requiredText("name", 100);
        String kind = form.requiredText("kind", 64);
        Map<String, String> values = form.texts("values", VALUE_CHARS_MAX);
        if (!kind.isEmpty() && !KIND.matcher(kind).matches()) {
            faults.add("kind", "is not a kind", "Use lower case, digits and underscores: openai, api, secret.");
        }
        if (values.isEmpty() || values.size() > VALUES_MAX) {
            faults.add("values", "is not 1 to %d texts by name".formatted(VALUES_MAX), "Send { \"apiKey\": \"…\" }.");
        }
        if (kind.equals(Credential.SECRET)) {
            if (!name.isEmpty() && !SECRET_NAME.matcher(name).matches()) {
                faults.add("name", "cannot stand in a reference", "Use letters, digits and underscores: CRM_API_KEY.");
            }
            if (!values.keySet().equals(Set.of("value"))) {
                faults.add("values", "does not hold the one field of a secret", "Send { \"value\": \"…\" }.");
            }
        }
        return new Sent(new CredentialTable.Draft(name, kind, values), form.text("teamId", 256));
    }

    private Credential find(Context ctx, Action action) {
        Caller caller = authentication.caller(ctx);
        String id = ctx.pathParam("id");
        Credential credential = table.find(Owner.scope(caller), id).orElseThrow(() -> notFound(id));
        Permissions.require(caller, action, credential.account());
        return credential;
    }

    private static ObjectNode json(Credential credential) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", credential.id());
        json.put("account", credential.account().value());
        json.put("name", credential.name());
        json.put("kind", credential.kind());
        var fields = json.putArray("fields");
        credential.fields().forEach(fields::add);
        json.put("status", credential.status().value());
        json.put("createdBy", credential.createdBy());
        json.put("createdAt", credential.createdAt().toString());
        json.put("updatedAt", credential.updatedAt().toString());
        json.put(
                "lastUsedAt",
                credential.lastUsedAt() == null ? null : credential.lastUsedAt().toString());
        return json;
    }

    private static ProblemException notFound(String id) {
        return ProblemException.notFound("There is no credential '%s' that you may see".formatted(id));
    }
}

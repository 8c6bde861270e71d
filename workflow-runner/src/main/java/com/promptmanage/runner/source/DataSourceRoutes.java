package com.promptmanage.runner.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.connector.ConnectorException;
import com.promptmanage.runner.connector.Connectors;
import com.promptmanage.runner.connector.FileConnector;
import com.promptmanage.runner.connector.Page;
import com.promptmanage.runner.connector.Places;
import com.promptmanage.runner.connector.ReadRequest;
import com.promptmanage.runner.connector.Session;
import com.promptmanage.runner.connector.StoredFiles;
import com.promptmanage.runner.connector.TimeLeft;
import com.promptmanage.runner.definition.NodeConfig.Query;
import com.promptmanage.runner.request.Form;
import com.promptmanage.runner.request.Owner;
import com.promptmanage.runner.secret.SecretValues;
import com.promptmanage.runner.source.DataSource.Mode;
import com.promptmanage.service.access.Action;
import com.promptmanage.service.access.Authentication;
import com.promptmanage.service.access.Caller;
import com.promptmanage.service.access.Permissions;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.http.RequestBody;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.tier.Tiers;
import com.promptmanage.topics.account.Account;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code /api/data-sources}: what an account has connected. */
final class DataSourceRoutes implements Routes {

    private static final String PATH = "/api/data-sources";

    private static final long BODY_BYTES_MAX = 128 << 10;

    private static final Duration TRY_MAX = Duration.ofSeconds(20);

    private static final Map<String, Mode> MODES = Map.of("full", Mode.FULL, "incremental", Mode.INCREMENTAL);

    private final Authentication authentication;

    private final Tiers tiers;

    private final DataSourceTable table;

    private final SyncTable history;

    private final SyncClock threads;

    private final Connectors connectors;

    private final Places places;

    private final FileTable files;

    private final SecretValues secrets;

    DataSourceRoutes(
            Authentication authentication,
            Tiers tiers,
            DataSourceTable table,
            SyncTable history,
            SyncClock threads,
            Connectors connectors,
            Places places,
            FileTable files,
            SecretValues secrets) {
        this.authentication = authentication;
        this.tiers = tiers;
        this.table = table;
        this.history = history;
        this.threads = threads;
        this.connectors = connectors;
        this.places = places;
        this.files = files;
        this.secrets = secrets;
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get(PATH, this::list);
        routes.post(PATH, this::create);
        routes.get(PATH + "/{id}", ctx -> ctx.json(DataSourceJson.of(find(ctx, Action.VIEW))));
        routes.put(PATH + "/{id}", this::change);
        routes.delete(PATH + "/{id}", this::delete);
        routes.post(PATH + "/{id}/test", this::test);
        routes.post(PATH + "/{id}/sync", this::sync);
        routes.get(PATH + "/{id}/syncs", this::syncs);
        routes.get(PATH + "/{id}/records", this::records);
        routes.get(PATH + "/{id}/preview", this::preview);
        routes.get(PATH + "/{id}/resources", this::resources);
        routes.get(PATH + "/{id}/schema", this::schema);
        routes.put(PATH + "/{id}/file", this::upload);
    }

    private void list(Context ctx) {
        Caller caller = authentication.caller(ctx);
        Account account = Owner.of(ctx, caller);
        Permissions.require(caller, Action.VIEW, account);
        Pages page = Pages.of(ctx);
        List<DataSource> found = table.list(caller.scope(account), account, page.after(), page.limit() + 1);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        var list = json.putArray("dataSources");
        found.stream().limit(page.limit()).map(DataSourceJson::of).forEach(list::add);
        json.put(
                "nextCursor",
                found.size() > page.limit()
                        ? Pages.cursor(found.get(page.limit() - 1).id())
                        : null);
        ctx.json(json);
    }

    private void create(Context ctx) {
        Caller caller = authentication.caller(ctx);
        var faults = new Faults();
        DataSourceForm form = DataSourceForm.read(RequestBody.bytes(ctx, BODY_BYTES_MAX), connectors, faults);
        Account account = Owner.of(form.teamId(), caller);
        Permissions.require(caller, Action.EDIT_CONTENT, account);
        checkCredential(account, form, faults);
        faults.check();
        DataSource created = table.create(
                caller.scope(account),
                account,
                tiers.of(account),
                Owner.person(caller),
                authentication.actor(ctx),
                form.draft());
        ctx.status(201).header("Location", PATH + "/" + created.id()).json(DataSourceJson.of(created));
    }

    private void change(Context ctx) {
        DataSource before = find(ctx, Action.EDIT_CONTENT);
        var faults = new Faults();
        DataSourceForm form = DataSourceForm.read(RequestBody.bytes(ctx, BODY_BYTES_MAX), connectors, faults);
        if (!form.draft().type().equals(before.draft().type())) {
            faults.add("type", "cannot be changed", "Send it as it is, or make a new data source.");
        }
        checkCredential(before.account(), form, faults);
        faults.check();
        DataSource.Status status = form.status()
                .orElse(before.status() == DataSource.Status.ERROR ? DataSource.Status.ACTIVE : before.status());
        ctx.json(DataSourceJson.of(table.change(
                        DataSourceTable.scope(before.account()),
                        before.id(),
                        authentication.actor(ctx),
                        form.draft(),
                        status)
                .orElseThrow(() -> notFound(before.id()))));
    }

    private void delete(Context ctx) {
        DataSource source = find(ctx, Action.EDIT_CONTENT);
        if (!table.delete(DataSourceTable.scope(source.account()), source.id(), authentication.actor(ctx))) {
            throw notFound(source.id());
        }
        ctx.status(204);
    }

    private void test(Context ctx) throws InterruptedException {
        DataSource source = find(ctx, Action.EDIT_CONTENT);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        try (Session session = open(source)) {
            json.put("success", true).put("message", session.test());
        } catch (ConnectorException e) {
            json.put("success", false).put("message", e.failure().message());
            json.set("details", details(e));
        }
        ctx.json(json);
    }

    private void sync(Context ctx) {
        DataSource source = find(ctx, Action.EDIT_CONTENT);
        var faults = new Faults();
        byte[] body = RequestBody.bytes(ctx, BODY_BYTES_MAX);
        Optional<Mode> mode = body.length == 0
                ? Optional.empty()
                : Form.of(body, Set.of("mode"), faults).choice("mode", MODES);
        faults.check();
        Sync begun = threads.begin(source, mode.orElse(source.draft().mode()))
                .orElseThrow(() -> ProblemException.conflict(
                        "The data source is being synced already: see its syncs, and come again when that is done"));
        ctx.status(202).json(DataSourceJson.of(begun));
    }

    private void syncs(Context ctx) {
        DataSource source = find(ctx, Action.VIEW);
        Pages page = Pages.of(ctx);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        var list = json.putArray("syncs");
        history.list(DataSourceTable.scope(source.account()), source.id(), page.limit()).stream()
                .map(DataSourceJson::of)
                .forEach(list::add);
        ctx.json(json.putNull("nextCursor"));
    }

    private void records(Context ctx) {
        DataSource source = find(ctx, Action.VIEW);
        Pages page = Pages.of(ctx);
        SyncTable.Copies found =
                history.copies(DataSourceTable.scope(source.account()), source.id(), page.after(), page.limit());
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        var list = json.putArray("records");
        found.copies().stream().map(SyncTable.Copy::record).forEach(list::add);
        json.put(
                "nextCursor",
                found.isLast() ? null : Pages.cursor(found.copies().getLast().key()));
        ctx.json(json);
    }

    /** The first records as they are now, which no sync needs to have copied. */
    private void preview(Context ctx) throws InterruptedException {
        DataSource source = find(ctx, Action.EDIT_CONTENT);
        int limit = Pages.of(ctx).limit();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        var list = json.putArray("records");
        try (Session session = open(source)) {
            var query = new Query(List.of(), List.of(), null, limit, Map.of());
            Page page = session.read(new ReadRequest(query, null, limit, Optional.empty()));
            page.records().stream().limit(limit).forEach(list::add);
        } catch (ConnectorException e) {
            throw refused(e);
        }
        ctx.json(json.putNull("nextCursor"));
    }

    private void resources(Context ctx) throws InterruptedException {
        DataSource source = find(ctx, Action.EDIT_CONTENT);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        var list = json.putArray("resources");
        try (Session session = open(source)) {
            session.resources()
                    .forEach(resource ->
                            list.addObject().put("id", resource.id()).put("name", resource.name()));
        } catch (ConnectorException e) {
            throw refused(e);
        }
        ctx.json(json.putNull("nextCursor"));
    }

    private void schema(Context ctx) throws InterruptedException {
        DataSource source = find(ctx, Action.EDIT_CONTENT);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        var list = json.putArray("columns");
        String resource = Optional.ofNullable(ctx.queryParam("resource")).orElse("");
        try (Session session = open(source)) {
            session.schema(resource)
                    .forEach(column -> list.addObject()
                            .put("name", column.name())
                            .put("kind", column.kind().value())
                            .put("writable", column.isWritable()));
        } catch (ConnectorException e) {
            throw refused(e);
        }
        ctx.json(json);
    }

    /** The file itself is the body. */
    private void upload(Context ctx) {
        DataSource source = find(ctx, Action.EDIT_CONTENT);
        if (!(connectors.find(source.draft().type()).orElse(null) instanceof FileConnector file)) {
            throw ProblemException.invalid(
                    "id", "is a data source without a file", "Upload to one of the type csv or json.");
        }
        byte[] content = RequestBody.bytes(ctx, StoredFiles.BYTES_MAX);
        try {
            int records = file.count(content);
            files.replace(source.account(), source.id(), content, authentication.actor(ctx));
            ctx.json(JsonNodeFactory.instance
                    .objectNode()
                    .put("records", records)
                    .put("bytes", content.length));
        } catch (ConnectorException e) {
            throw ProblemException.invalid("body", e.failure().message(), "Send a file in UTF-8.");
        }
    }

    private Session open(DataSource source) throws ConnectorException {
        Places.Place place = places.find(source.account(), source.draft().type(), source.id(), Map.of());
        return places.open(source.account(), place, TimeLeft.of(TRY_MAX));
    }

    private void checkCredential(Account account, DataSourceForm form, Faults faults) {
        String credential = form.draft().credentialId();
        if (credential != null && secrets.ofCredential(account, credential).isEmpty()) {
            faults.add(
                    "credentialId",
                    "is no credential of " + account,
                    "Send the id of one from /api/credentials, or make one there.");
        }
    }

    /** @throws ProblemException 404 also for a source that the caller may not know of */
    private DataSource find(Context ctx, Action action) {
        Caller caller = authentication.caller(ctx);
        String id = ctx.pathParam("id");
        DataSource source = table.find(Owner.scope(caller), id).orElseThrow(() -> notFound(id));
        Permissions.require(caller, action, source.account());
        return source;
    }

    private static ProblemException refused(ConnectorException e) {
        return ProblemException.invalid("id", e.failure().message(), "Mend the data source, then ask again.");
    }

    private static JsonNode details(ConnectorException e) {
        ObjectNode details = JsonNodeFactory.instance.objectNode();
        details.put("class", e.failure().kind().code());
        details.put("retryable", e.failure().kind().isRetryable());
        details.setAll((ObjectNode) e.failure().details());
        return details;
    }

    private static ProblemException notFound(String id) {
        return ProblemException.notFound("There is no data source '%s' that you may see".formatted(id));
    }
}

package com.promptmanage.runner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.promptmanage.runner.http.WorkflowApi;
import com.promptmanage.runner.journal.CallLedger;
import com.promptmanage.runner.journal.NodeJournal;
import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.journal.Versions;
import com.promptmanage.runner.model.ModelSettings;
import com.promptmanage.runner.work.BudgetGate;
import com.promptmanage.runner.work.Engine;
import com.promptmanage.runner.work.NodeWork;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.access.People.NewTeam;
import com.promptmanage.service.access.People.NewUser;
import com.promptmanage.service.access.Role;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.Routes;
import com.promptmanage.service.id.Ids;
import com.promptmanage.service.mail.MailSettings;
import com.promptmanage.service.mail.Mailer;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.service.secret.SecretKeys;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedPostgres;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Where whole workflows are tried: workers with everything that nodes do, the routes that make, deploy and run, and the services
 * on the outside, among them a database of the customer's.
 */
public final class RunnerStand implements AutoCloseable {

    private static final String TEAM = "team_1";

    private static final String PASSWORD = "correct horse battery staple";

    private static final AtomicInteger STANDS = new AtomicInteger();

    private final int number = STANDS.incrementAndGet();

    private final String customersDatabase = "customers_" + number;

    private final Clock clock = Clock.systemUTC();

    private final FakeServices web = new FakeServices();

    private final GreenMail mail = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

    private final Outbound outbound = FakeServer.outbound();

    private final HttpClient client = HttpClient.newHttpClient();

    private final Database database;

    private final Access access;

    private final Nodes nodes;

    private final Engine engine;

    private final WorkflowApi api;

    private final HttpServer server;

    private final String editor;

    private final String databaseSource;

    /** A workflow's end: its execution as it is shown. */
    public record Ended(String workflowId, JsonNode execution) {

        public String output(String node) {
            for (JsonNode run : execution.path("nodeExecutions")) {
                if (run.path("nodeId").asText().equals(node)) {
                    return run.path("output").toString();
                }
            }
            throw new AssertionError("no run of " + node);
        }

        /** Of the runs of a node, in no order. */
        public List<String> statuses(String node) {
            var statuses = new ArrayList<String>();
            for (JsonNode run : execution.path("nodeExecutions")) {
                if (run.path("nodeId").asText().equals(node)) {
                    statuses.add(run.path("status").asText());
                }
            }
            return statuses;
        }
    }

    public RunnerStand() {
        mail.start();
        database =
                Database.open(MigratedDatabase.settings(MigratedDatabase.url()).withConnectionsMax(8));
        access = new Access(database, clock);
        access.people().ensureTeam(new NewTeam(TEAM, "Team", "the-team", "UTC"));
        access.people().ensureUser(new NewUser("ed", "ed@example.com", "Ed", Optional.of(PASSWORD)));
        access.people().ensureMember(TEAM, "ed", Role.EDITOR);
        var mailer = new Mailer(
                new MailSettings(
                        "127.0.0.1",
                        mail.getSmtp().getPort(),
                        MailSettings.Security.NONE,
                        Optional.empty(),
                        "Prompt Manage <pm@example.com>",
                        Duration.ofSeconds(60)),
                clock);
        nodes = new Nodes(
                database,
                new SecretBox(SecretKeys.of("k1", new byte[32])),
                outbound,
                outbound,
                Optional.of(mailer),
                new ModelSettings(Map.of(), ModelSettings.Simulate.ALWAYS, Duration.ZERO),
                clock);
        nodes.start();
        Runner.Parts parts = nodes.parts(BudgetGate.OPEN);
        var ids = new Ids(clock);
        var versions = new Versions();
        var runs = new Runs(database, versions, ids, clock);
        var work = new NodeWork(
                new NodeJournal(database, versions, ids, clock),
                new CallLedger(database, versions, clock),
                parts.executor(),
                parts.budgets(),
                parts.prices(),
                parts.expressions(),
                clock,
                new Random(1));
        engine = Engine.start(
                database,
                new Runs(database.background(), versions, ids, clock),
                work,
                new Engine.Options(
                        "templates", Duration.ofSeconds(30), 64, Duration.ofDays(30), Duration.ofSeconds(30)),
                new SimpleMeterRegistry());
        api = new WorkflowApi(
                database,
                access.authentication(),
                access.tiers(),
                runs,
                parts.check(),
                parts.seal(),
                parts.setup(),
                ids,
                clock);
        var routes = new ArrayList<Routes>(nodes.routes(access.authentication(), access.tiers()));
        routes.add(api);
        server = HttpServer.start(HttpServer.Options.onPort(0), routes);
        editor =
                "Bearer " + access.sessions().signIn("ed@example.com", PASSWORD).token();
        databaseSource = customersDatabase();
        secret("SLACK_WEBHOOK_URL", web.url(FakeServices.SLACK_PATH));
        for (String name : List.of("CLEARBIT_API_KEY", "CRM_API_KEY", "TASKS_API_KEY", "CMS_API_KEY")) {
            secret(name, FakeServices.KEY);
        }
    }

    public FakeServices web() {
        return web;
    }

    /** The id of the data source that is the customer's database. */
    public String databaseSource() {
        return databaseSource;
    }

    /** Makes a data source. Returns its id. */
    public String source(String type, String config) {
        return source(type, config, null);
    }

    private String source(String type, String config, @Nullable String credentialId) {
        ObjectNode form = Json.mapper().createObjectNode();
        form.put("teamId", TEAM).put("name", "A " + type).put("type", type).put("credentialId", credentialId);
        form.set("config", json(config));
        return send("POST", "/api/data-sources", form.toString(), 201)
                .path("id")
                .asText();
    }

    /** Makes a data source that is a file kept here. Returns its id. */
    public String file(String type, String content) {
        String id = source(type, "{}");
        send("PUT", "/api/data-sources/%s/file".formatted(id), content, 200);
        return id;
    }

    /** An API that takes the services' key. */
    public String api(String config) {
        JsonNode credential =
                send("POST", "/api/credentials", """
                {"teamId": "%s", "name": "api %d", "kind": "api", "values": {"token": "%s"}}
                """.formatted(TEAM, config.hashCode(), FakeServices.KEY), 201);
        return source("api", config, credential.path("id").asText());
    }

    /** The file of a data source as it is now. */
    public JsonNode content(String source) {
        return json(database.<String, RuntimeException>asSystem(handle -> handle.createQuery(
                        "SELECT convert_from(content, 'UTF8') FROM data_source_files WHERE data_source_id = :id")
                .bind("id", source)
                .mapTo(String.class)
                .one()));
    }

    /** Deploys a template and runs it to its end, which must be a good one. */
    public Ended run(String template, String customizations, String triggerData) throws Exception {
        String workflow = deploy(template, customizations);
        String execution = trigger(workflow, triggerData);
        return awaitCompleted(workflow, execution);
    }

    public String deploy(String template, String customizations) {
        JsonNode deployed = send(
                "POST",
                "/api/workflow-templates/%s/deploy".formatted(template),
                "{\"teamId\": \"%s\", \"customizations\": {%s}}".formatted(TEAM, customizations),
                201);
        return deployed.path("workflowId").asText();
    }

    /** Makes a workflow. Returns its id. */
    public String workflow(String definition) {
        return send(
                        "POST",
                        "/api/workflows",
                        "{\"teamId\": \"%s\", \"name\": \"Made by hand\", \"definition\": %s}"
                                .formatted(TEAM, definition),
                        201)
                .at("/workflow/id")
                .asText();
    }

    /** Sends a request as an editor does. The answer must have the status; returns its body. */
    public JsonNode send(String method, String path, @Nullable String body, int expected) {
        Response response = send(method, path, body);
        assertThat(response.status())
                .as("%s %s: %s", method, path, response.text())
                .isEqualTo(expected);
        return json(response.text());
    }

    public record Response(int status, String text) {}

    public Response send(String method, String path, @Nullable String body) {
        try {
            var response = client.send(
                    HttpRequest.newBuilder(URI.create(server.baseUri() + path))
                            .header("Authorization", editor)
                            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
            return new Response(response.statusCode(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Runs a workflow to its end, whichever that is. */
    public Ended runToEnd(String workflow, String triggerData) throws Exception {
        String execution = trigger(workflow, triggerData);
        Await.until(Duration.ofMinutes(3), () -> {
            JsonNode shown = execution(execution);
            assertThat(shown.path("completedAt").isTextual())
                    .as("%s", shown.path("status"))
                    .isTrue();
        });
        return new Ended(workflow, execution(execution));
    }

    /** Returns the execution's id. */
    public String trigger(String workflow, String triggerData) {
        return send(
                        "POST",
                        "/api/workflows/%s/trigger".formatted(workflow),
                        "{\"triggerData\": %s}".formatted(triggerData),
                        202)
                .path("executionId")
                .asText();
    }

    public Ended awaitCompleted(String workflow, String execution) throws Exception {
        Await.until(() -> {
            JsonNode shown = execution(execution);
            assertThat(shown.path("status").asText()).as("%s", shown).isEqualTo("completed");
        });
        return new Ended(workflow, execution(execution));
    }

    /** A node's result where there are too many runs to be shown at once. */
    public String output(Ended ended, String node) {
        return database.<String, RuntimeException>asSystem(handle -> handle.createQuery(
                        "SELECT output FROM node_runs WHERE execution_id = :execution AND node_id = :node")
                .bind("execution", ended.execution().path("id").asText())
                .bind("node", node)
                .mapTo(String.class)
                .one());
    }

    private JsonNode execution(String id) {
        return send("GET", "/api/workflows/executions/" + id, null, 200);
    }

    /** Lets the time go by that a delay waits for. */
    public void skipDelay(String execution, String node) throws Exception {
        Await.until(() -> assertThat(database.<Integer, RuntimeException>asSystem(handle -> {
                    int skipped = handle.createUpdate("""
                                    UPDATE node_runs SET due_at = now()
                                    WHERE execution_id = :execution AND node_id = :node AND waited AND status = 'ready'
                                    """)
                            .bind("execution", execution)
                            .bind("node", node)
                            .execute();
                    handle.execute("NOTIFY " + Runs.CHANNEL);
                    return skipped;
                }))
                .isEqualTo(1));
    }

    /** The rows that a statement on the customer's database selects, as JSON. */
    public List<JsonNode> rows(String sql) throws SQLException {
        try (Connection connection = customers();
                var statement = connection.createStatement();
                var found = statement.executeQuery("SELECT to_json(r) FROM (%s) AS r".formatted(sql))) {
            var rows = new ArrayList<JsonNode>();
            while (found.next()) {
                rows.add(json(found.getString(1)));
            }
            return rows;
        }
    }

    public void execute(String sql) throws SQLException {
        try (Connection connection = customers();
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The mails that came for someone, as they came, and forgets none. */
    public List<Mailed> mails(String to) throws Exception {
        var mails = new ArrayList<Mailed>();
        for (var message : mail.getReceivedMessages()) {
            if (message.getAllRecipients()[0].toString().equals(to)) {
                var parts = (jakarta.mail.internet.MimeMultipart) message.getContent();
                mails.add(new Mailed(
                        message.getSubject(), parts.getBodyPart(0).getContent().toString()));
            }
        }
        return mails;
    }

    public record Mailed(String subject, String text) {}

    public static JsonNode json(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        api.close();
        server.close();
        engine.close();
        nodes.close();
        access.close();
        database.close();
        outbound.close();
        web.close();
        mail.stop();
        client.shutdownNow();
    }

    private void secret(String name, String value) {
        send("POST", "/api/credentials", """
                {"teamId": "%s", "name": "%s", "kind": "secret", "values": {"value": "%s"}}
                """.formatted(TEAM, name, value), 201);
    }

    /** Entered as a role that may little, as customers should. */
    private String customersDatabase() {
        EmbeddedPostgres.shared().createDatabase(customersDatabase);
        String role = "shop_" + number;
        try {
            execute("""
                    CREATE ROLE %1$s LOGIN PASSWORD 'shop-pass-1';
                    ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE ON TABLES TO %1$s;
                    """.formatted(role));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        JsonNode credential = send("POST", "/api/credentials", """
                {"teamId": "%s", "name": "the shop", "kind": "database",
                 "values": {"username": "%s", "password": "shop-pass-1"}}
                """.formatted(TEAM, role), 201);
        return source(
                "database",
                """
                {"host": "127.0.0.1", "port": %d, "database": "%s", "sslMode": "prefer"}
                """.formatted(EmbeddedPostgres.shared().port(), customersDatabase),
                credential.path("id").asText());
    }

    private Connection customers() throws SQLException {
        return DriverManager.getConnection(EmbeddedPostgres.shared().jdbcUrl(customersDatabase));
    }
}

package com.promptmanage.benchmarks.sql;

import com.promptmanage.benchmarks.Contender;
import com.promptmanage.benchmarks.Stopwatch;
import com.promptmanage.benchmarks.Workload;
import com.promptmanage.benchmarks.Workload.Totals;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.topics.pricing.ModelPrice;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.UsageEvent;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A function that works out the cost, inserts a row into a log and adds to the budgets of the member and of the team, a
 * transaction for each event, through 16 connections. A primary key drops repeats. It keeps no rows by day or dimension.
 */
public final class FunctionMetering implements Contender {

    private static final int CONNECTIONS = 16;

    private static final long SEED = 20_261_125L;

    private static final String SCHEMA = """
            CREATE TABLE prices (model text PRIMARY KEY, input_rate bigint NOT NULL, output_rate bigint NOT NULL);
            CREATE TABLE token_usage_log (
              account text NOT NULL, source text NOT NULL, event_id text NOT NULL, user_id text NOT NULL,
              model text NOT NULL, workflow_id text, execution_type text NOT NULL, input_tokens bigint NOT NULL,
              output_tokens bigint NOT NULL, cost_nano_usd bigint NOT NULL, occurred_at timestamptz NOT NULL,
              PRIMARY KEY (account, source, event_id));
            CREATE INDEX ON token_usage_log (account, occurred_at);
            CREATE TABLE budgets (
              account text NOT NULL, user_id text NOT NULL, events bigint NOT NULL DEFAULT 0,
              used_tokens bigint NOT NULL DEFAULT 0, used_nano_usd bigint NOT NULL DEFAULT 0,
              PRIMARY KEY (account, user_id)) WITH (fillfactor = 50);
            CREATE FUNCTION log_token_usage(
              an_account text, a_source text, an_event_id text, a_user text, a_model text, a_workflow text,
              a_type text, input bigint, output bigint, at timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
            DECLARE cost bigint;
            BEGIN
              -- Half-even: rates are nanoUSD per million tokens.
              SELECT (input * input_rate + output * output_rate) / 1000000
                + CASE WHEN rest > 500000 OR (rest = 500000 AND whole % 2 = 1) THEN 1 ELSE 0 END
              INTO cost
              FROM prices,
                LATERAL (SELECT (input * input_rate + output * output_rate) / 1000000 AS whole,
                                (input * input_rate + output * output_rate) % 1000000 AS rest) exact
              WHERE model = a_model;
              INSERT INTO token_usage_log VALUES (
                an_account, a_source, an_event_id, a_user, a_model, a_workflow, a_type, input, output, cost, at)
              ON CONFLICT DO NOTHING;
              IF NOT FOUND THEN
                RETURN false;
              END IF;
              UPDATE budgets SET events = events + 1, used_tokens = used_tokens + input + output,
                used_nano_usd = used_nano_usd + cost
              WHERE account = an_account AND user_id = a_user;
              UPDATE budgets SET events = events + 1, used_tokens = used_tokens + input + output,
                used_nano_usd = used_nano_usd + cost
              WHERE account = an_account AND user_id = '';
              RETURN true;
            END $$;
            """;

    private final EmbeddedPostgres postgres;

    private final int events;

    private final boolean hot;

    private final boolean waits;

    private final int users;

    /**
     * @param hot whether all events are of one team
     * @param waits whether a commit waits for the disk
     */
    public FunctionMetering(EmbeddedPostgres postgres, int events, int users, boolean hot, boolean waits) {
        this.postgres = postgres;
        this.events = events;
        this.users = users;
        this.hot = hot;
        this.waits = waits;
    }

    @Override
    public String name() {
        return "(d) PL/pgSQL, %s%s".formatted(hot ? "one team" : "all teams", waits ? "" : ", no wait for disk");
    }

    @Override
    public Outcome run(int round) throws Exception {
        String url = postgres.createDatabase();
        var workload = new Workload(SEED, events, users, Instant.now(), Duration.ofHours(6));
        var toLog = new ArrayList<UsageEvent>(events);
        for (int i = 0; i < events; i++) {
            toLog.add(workload.next());
        }
        setUp(url, toLog);
        try (var connections = Executors.newFixedThreadPool(CONNECTIONS)) {
            var next = new AtomicInteger();
            var watch = Stopwatch.start();
            List<Future<Void>> working = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                working.add(connections.submit(() -> work(url, toLog, next, watch)));
            }
            for (Future<Void> one : working) {
                one.get();
            }
            Stopwatch.Times times = watch.stop();
            return new Outcome(events, times, fault(url, workload), "");
        }
    }

    private void setUp(String url, List<UsageEvent> toLog) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                PreparedStatement price =
                        connection.prepareStatement("INSERT INTO prices VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
                PreparedStatement budget =
                        connection.prepareStatement("INSERT INTO budgets VALUES (?, ?) ON CONFLICT DO NOTHING")) {
            statement.execute(SCHEMA);
            for (ModelPrice one : Workload.pricesOfModels()) {
                price.setString(1, one.model());
                price.setLong(2, one.ratesFor("", 0).nanoUsdPerMillion()[TokenKind.INPUT.index()]);
                price.setLong(3, one.ratesFor("", 0).nanoUsdPerMillion()[TokenKind.OUTPUT.index()]);
                price.addBatch();
            }
            price.executeBatch();
            for (UsageEvent event : toLog) {
                for (String user : List.of("", event.usage().userId())) {
                    budget.setString(1, account(event));
                    budget.setString(2, user);
                    budget.addBatch();
                }
            }
            budget.executeBatch();
            statement.execute("VACUUM ANALYZE");
        }
    }

    private Void work(String url, List<UsageEvent> toLog, AtomicInteger next, Stopwatch watch) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement settings = connection.createStatement();
                PreparedStatement call =
                        connection.prepareStatement("SELECT log_token_usage(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            settings.execute("SET synchronous_commit = " + (waits ? "on" : "off"));
            for (int i = next.getAndIncrement(); i < toLog.size(); i = next.getAndIncrement()) {
                watch.first();
                UsageEvent event = toLog.get(i);
                call.setString(1, account(event));
                call.setString(2, event.source());
                call.setString(3, event.id());
                call.setString(4, event.usage().userId());
                call.setString(5, event.usage().model());
                call.setString(6, event.usage().workflowId());
                call.setString(7, event.usage().executionType().value());
                call.setLong(8, event.usage().tokens().get(TokenKind.INPUT));
                call.setLong(9, event.usage().tokens().get(TokenKind.OUTPUT));
                call.setTimestamp(10, Timestamp.from(event.time()));
                call.execute();
            }
        }
        return null;
    }

    private String account(UsageEvent event) {
        return hot ? "team:hot" : event.account().value();
    }

    private String fault(String url, Workload workload) throws SQLException {
        Totals expected = workload.expected().values().stream().reduce(Totals.NONE, Totals::plus);
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            for (String sums : List.of(
                    "SELECT count(*), sum(input_tokens + output_tokens), sum(cost_nano_usd) FROM token_usage_log",
                    "SELECT sum(events), sum(used_tokens), sum(used_nano_usd) FROM budgets WHERE user_id = ''",
                    "SELECT sum(events), sum(used_tokens), sum(used_nano_usd) FROM budgets WHERE user_id <> ''")) {
                try (ResultSet row = statement.executeQuery(sums)) {
                    row.next();
                    var found = new Totals(row.getLong(1), row.getLong(2), row.getLong(3));
                    if (!found.equals(expected)) {
                        return "%s: expected %s, found %s".formatted(sums, expected, found);
                    }
                }
            }
            return "";
        }
    }
}

package com.promptmanage.runner.fault;

import static com.promptmanage.runner.work.Workflow.step;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.fault.Shapes.Shape;
import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.journal.Versions;
import com.promptmanage.runner.work.RunningEngine;
import com.promptmanage.runner.work.Workflow;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.id.Ids;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.testkit.JavaProcess;
import com.promptmanage.topics.TopicProvisioner;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.event.EventJson;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;

/**
 * Workers are killed and frozen at random while executions with branches, joins, records, loops and delays run: every execution
 * ends once and whole. More of them with {@code -Dworkflow.fault.executions=2000 -Dworkflow.fault.blows=40}.
 */
class KilledWorkersTest {

    private static final int EXECUTIONS = Integer.getInteger("workflow.fault.executions", 90);

    private static final int BLOWS = Integer.getInteger("workflow.fault.blows", 4);

    private static final int WORKERS = 2;

    private static final Duration LEASE = Duration.ofSeconds(3);

    private static final Duration PATIENCE = Duration.ofSeconds(180L + EXECUTIONS / 10);

    private final SplittableRandom random = new SplittableRandom(11);

    private final EmbeddedKafka kafka = EmbeddedKafka.shared();

    @Test
    void everyExecutionEndsOnceAndEveryEventReachesKafkaInOrder() throws Exception {
        String jdbcUrl = EmbeddedPostgres.shared().createDatabase();
        Map<String, Shape> shapeOf;
        try (var database = Database.open(DatabaseSettings.of(jdbcUrl, "of-the-tests"))) {
            shapeOf = enqueue(database);
        }
        try (var sql = DriverManager.getConnection(jdbcUrl);
                var admin = kafka.admin()) {
            sql.createStatement().execute("CREATE TABLE model_calls (question text NOT NULL)");
            new TopicProvisioner(admin, 4, (short) 1)
                    .provision(List.of(Topics.EXECUTION_EVENTS, Topics.USAGE_EVENTS, Topics.BUDGET_ALERTS));
            runThroughBlows(jdbcUrl, sql);
            assertEnded(sql, shapeOf);
            assertCalls(sql, shapeOf);
            assertToldInOrder(sql);
        }
    }

    @Test
    void whatALostWorkerHadIsCancelledOnceByTheOthersAndWhatWaitedForItBegins() throws Exception {
        String jdbcUrl = MigratedDatabase.url();
        Workflow hanging =
                Workflow.of(step(WorkerProcess.HANGING), step("after")).edge(WorkerProcess.HANGING, "after");
        List<String> lost;
        String orphan;
        String unwanted;
        String next;
        // Nobody takes a node on by itself before the test is over.
        try (var sql = DriverManager.getConnection(jdbcUrl);
                var worker = worker(jdbcUrl, Duration.ofMinutes(5));
                var database = Database.open(
                        DatabaseSettings.of(jdbcUrl, "of-the-tests").withConnectionsMax(2))) {
            var runs = new Runs(database, new Versions(), new Ids(Clock.systemUTC()), Clock.systemUTC());
            orphan = enqueue(runs, RunningEngine.add(database, hanging.definition(), 1));
            String workflow = RunningEngine.add(database, hanging.definition(), 1);
            unwanted = enqueue(runs, workflow);
            lost = List.of(orphan, unwanted);
            Await.until(PATIENCE, () -> assertThat(count(sql, """
                            SELECT count(*) FROM node_runs WHERE status = 'leased' AND attempt = 1
                            """)).isEqualTo(2));
            next = enqueue(runs, workflow);
            worker.kill();

            sql.createStatement().execute("""
                    INSERT INTO teams (id, name, slug, deleted_at) VALUES ('team_gone', 'T', 'team-gone', now());
                    UPDATE executions SET account = 'team:team_gone' WHERE id = '%s'
                    """.formatted(orphan));
        }
        // Nor do these take a node from each other, should the machine stand still.
        try (var one = new RunningEngine(jdbcUrl, Duration.ofMinutes(1));
                var other = new RunningEngine(jdbcUrl, Duration.ofMinutes(1))) {
            one.awaitStatus(orphan, "cancelled");
            assertThat(Stream.of(one, other)
                            .parallel()
                            .filter(engine -> engine.runs().cancel(unwanted).isPresent())
                            .count())
                    .isEqualTo(1);
            one.awaitStatus(next, "completed");

            assertThat(one.nodes(next))
                    .containsOnly(entry(WorkerProcess.HANGING, "completed"), entry("after", "completed"));
            for (String execution : lost) {
                assertThat(one.nodes(execution)).containsOnly(entry(WorkerProcess.HANGING, "cancelled"));
                assertThat(one.records().log(Scope.EVERYONE, execution, 0, 100))
                        .filteredOn(told -> told.event().contains("\"cancelled\""))
                        .as("told once")
                        .hasSize(1);
            }
            assertThat(Stream.of(one, other)
                            .flatMap(engine -> engine.script().invocations(WorkerProcess.HANGING).stream())
                            .map(asked -> asked.run().executionId()))
                    .as("nobody runs again what is cancelled")
                    .containsExactly(next);
        }
    }

    private static String enqueue(Runs runs, String workflow) {
        return runs.enqueue(new Runs.NewRun(workflow, null, "ada", Runs.TriggeredBy.API, "{}", null, false, null))
                .executionId();
    }

    private Map<String, Shape> enqueue(Database database) {
        var runs = new Runs(database, new Versions(), new Ids(Clock.systemUTC()), Clock.systemUTC());
        var shapeOf = new HashMap<String, Shape>();
        for (Shape shape : Shapes.all().values()) {
            String workflow = RunningEngine.add(database, shape.workflow().definition(), 1_000);
            for (int i = 0; i < EXECUTIONS / Shapes.all().size(); i++) {
                shapeOf.put(enqueue(runs, workflow), shape);
            }
        }
        return shapeOf;
    }

    private void runThroughBlows(String jdbcUrl, Connection sql) throws Exception {
        var workers = new ArrayList<JavaProcess>();
        try {
            for (int i = 0; i < WORKERS; i++) {
                workers.add(worker(jdbcUrl));
            }
            for (int blow = 0; blow < BLOWS; blow++) {
                awaitMore(sql, Math.max(3, EXECUTIONS / (2 * BLOWS)));
                int hit = random.nextInt(WORKERS);
                JavaProcess victim = workers.get(hit);
                if (blow % 3 == 2) {
                    // It stands still for longer than its leases, and then goes on as if nothing had been.
                    victim.freeze();
                    Thread.sleep(LEASE.plusMillis(500));
                    victim.thaw();
                } else {
                    victim.kill();
                    workers.set(hit, worker(jdbcUrl));
                }
            }
            Await.until(
                    PATIENCE,
                    () -> assertThat(count(sql, """
                            SELECT count(*) FROM executions WHERE status NOT IN ('completed', 'failed')
                            """))
                            .as("executions that are not over")
                            .isZero());
            Await.until(
                    PATIENCE,
                    () -> assertThat(count(sql, "SELECT count(*) FROM outbox"))
                            .as("events that have not left")
                            .isZero());
            for (JavaProcess worker : workers) {
                worker.end();
            }
        } finally {
            workers.forEach(JavaProcess::close);
        }
    }

    private JavaProcess worker(String jdbcUrl) throws InterruptedException {
        return worker(jdbcUrl, LEASE);
    }

    private JavaProcess worker(String jdbcUrl, Duration lease) throws InterruptedException {
        var worker = JavaProcess.start(
                WorkerProcess.class,
                List.of("-Xmx256m"),
                Map.of(),
                jdbcUrl,
                kafka.bootstrapServers(),
                Long.toString(lease.toMillis()));
        worker.awaitLine(WorkerProcess.READY, PATIENCE);
        return worker;
    }

    /** So that each blow falls into the middle of work. */
    private static void awaitMore(Connection sql, long executions) throws Exception {
        String ended = "SELECT count(*) FROM executions WHERE completed_at IS NOT NULL";
        long before = count(sql, ended);
        Await.until(
                PATIENCE,
                () -> assertThat(count(sql, ended))
                        .isGreaterThanOrEqualTo(Math.min(before + executions, EXECUTIONS / 3 * 3L)));
    }

    private static void assertEnded(Connection sql, Map<String, Shape> shapeOf) throws SQLException {
        var wrong = new ArrayList<String>();
        try (var rows = sql.createStatement().executeQuery("""
                SELECT e.id, e.status, e.completed_nodes, e.failed_nodes, e.skipped_nodes, e.open_nodes, e.held_nodes,
                       (SELECT count(*) FROM node_runs n WHERE n.execution_id = e.id AND n.status = 'completed') AS done,
                       (SELECT count(*) FROM execution_log l
                        CROSS JOIN LATERAL string_to_table(l.entry, chr(10)) AS one(event) WHERE l.execution_id = e.id
                        AND one.event::json ->> 'type' = 'com.promptmanage.workflow.execution.v1'
                        AND one.event::json -> 'data' ->> 'status' = 'completed') AS ends
                FROM executions e
                """)) {
            int seen = 0;
            while (rows.next()) {
                Shape shape = shapeOf.get(rows.getString("id"));
                seen++;
                boolean fine = rows.getString("status").equals("completed")
                        && shape != null
                        && rows.getInt("completed_nodes") == shape.nodes()
                        && rows.getInt("done") == shape.nodes()
                        && rows.getInt("skipped_nodes") == shape.skipped()
                        && rows.getInt("failed_nodes") == 0
                        && rows.getInt("open_nodes") == 0
                        && rows.getInt("held_nodes") == 0
                        && rows.getInt("ends") == 1;
                if (!fine) {
                    wrong.add("%s %s: %d done, %d skipped, %d failed, %d open, %d ends"
                            .formatted(
                                    rows.getString("id"),
                                    rows.getString("status"),
                                    rows.getInt("completed_nodes"),
                                    rows.getInt("skipped_nodes"),
                                    rows.getInt("failed_nodes"),
                                    rows.getInt("open_nodes"),
                                    rows.getInt("ends")));
                }
            }
            assertThat(seen).isEqualTo(shapeOf.size());
        }
        assertThat(wrong).as("ended once, whole").isEmpty();
    }

    /** A known answer is not asked for again; what nobody could know is marked as possibly wasted. */
    private static void assertCalls(Connection sql, Map<String, Shape> shapeOf) throws SQLException {
        long expected = shapeOf.values().stream().mapToLong(Shape::calls).sum();
        assertThat(count(sql, """
                SELECT count(DISTINCT node_run_id) FROM external_calls WHERE state = 'answered'
                """)).as("each question has an answer").isEqualTo(expected);
        long made = count(sql, "SELECT count(*) FROM model_calls");
        long unknown = count(sql, "SELECT count(*) FROM external_calls WHERE is_wasted");
        assertThat(made).as("asked again only where nobody could know").isBetween(expected, expected + unknown);
        assertThat(count(sql, "SELECT count(*) FROM external_calls WHERE state = 'sent'"))
                .as("left open")
                .isZero();
    }

    private void assertToldInOrder(Connection sql) throws SQLException {
        var told = new LinkedHashMap<String, Set<Integer>>();
        for (JsonNode event : events(Topics.EXECUTION_EVENTS.name())) {
            String id = event.path("id").asText();
            told.computeIfAbsent(id.substring(0, id.indexOf('/')), execution -> new LinkedHashSet<>())
                    .add(Integer.valueOf(id.substring(id.indexOf('/') + 1)));
        }
        var outOfOrder = new ArrayList<String>();
        try (var rows = sql.createStatement().executeQuery("SELECT id, last_seq FROM executions")) {
            while (rows.next()) {
                var seqs = List.copyOf(told.getOrDefault(rows.getString("id"), Set.of()));
                var expected = java.util.stream.IntStream.rangeClosed(1, rows.getInt("last_seq"))
                        .boxed()
                        .toList();
                if (!seqs.equals(expected)) {
                    outOfOrder.add(rows.getString("id") + " told " + seqs);
                }
            }
        }
        assertThat(outOfOrder).as("each event once by its id, in order").isEmpty();
        Set<String> executions = executions(sql);
        Set<String> usage = idsOf(Topics.USAGE_EVENTS.name(), ':', executions);
        assertThat(usage).as("what each answer used").hasSize((int)
                count(sql, "SELECT count(*) FROM external_calls WHERE usage IS NOT NULL"));
        Set<String> alerts = idsOf(Topics.BUDGET_ALERTS.name(), '.', executions);
        assertThat(alerts).as("what people are told").hasSize((int)
                count(sql, "SELECT count(*) FROM execution_alerts"));
    }

    private static Set<String> executions(Connection sql) throws SQLException {
        Set<String> executions = new LinkedHashSet<>();
        try (var rows = sql.createStatement().executeQuery("SELECT id FROM executions")) {
            while (rows.next()) {
                executions.add(rows.getString("id"));
            }
        }
        return executions;
    }

    /** Of the events that begin with one of these executions: others may use the same broker. */
    private Set<String> idsOf(String topic, char end, Set<String> executions) {
        Set<String> ids = new LinkedHashSet<>();
        for (JsonNode event : events(topic)) {
            String id = event.path("id").asText();
            if (id.indexOf(end) > 0 && executions.contains(id.substring(0, id.indexOf(end)))) {
                ids.add(id);
            }
        }
        return ids;
    }

    private List<JsonNode> events(String topic) {
        var events = new ArrayList<JsonNode>();
        try (var consumer = new KafkaConsumer<>(
                Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream()
                    .anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> events.add(EventJson.read(record.value())));
            }
        }
        return events;
    }

    private static long count(Connection sql, String query) throws SQLException {
        try (var row = sql.createStatement().executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }
}

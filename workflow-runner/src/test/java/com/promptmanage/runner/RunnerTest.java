package com.promptmanage.runner;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.definition.RetryPolicy;
import com.promptmanage.runner.definition.Settings;
import com.promptmanage.runner.journal.ExecutionRecords;
import com.promptmanage.runner.journal.ExecutionRecords.Filter;
import com.promptmanage.runner.journal.Runs;
import com.promptmanage.runner.journal.Runs.TriggeredBy;
import com.promptmanage.runner.journal.Versions;
import com.promptmanage.runner.journal.WorkflowRow;
import com.promptmanage.runner.journal.WorkflowRow.ExecutionMode;
import com.promptmanage.runner.journal.Workflows;
import com.promptmanage.runner.trigger.EventFilters;
import com.promptmanage.runner.trigger.EventTriggers;
import com.promptmanage.runner.work.RunningEngine;
import com.promptmanage.runner.work.Workflow;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.audit.Actor;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.id.Ids;
import com.promptmanage.service.outbox.OutboxRelay;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.TopicProvisioner;
import com.promptmanage.topics.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The whole of it, with a broker: what happens elsewhere runs workflows, and what they do is told. */
class RunnerTest {

    private final EmbeddedKafka kafka = EmbeddedKafka.shared();

    private final Clock clock = Clock.systemUTC();

    private final Database database = Database.open(DatabaseSettings.of(MigratedDatabase.url(), "of-the-tests"));

    private final Access access = new Access(database, clock);

    private final Workflows workflows = new Workflows(database, clock);

    private final Runs runs = new Runs(database, new Versions(), new Ids(clock), clock);

    private Runner runner;

    private HttpServer server;

    private OutboxRelay relay;

    @BeforeEach
    void start() throws InterruptedException {
        try (var admin = kafka.admin()) {
            new TopicProvisioner(admin, 4, (short) 1).provision(Topics.ALL);
        }
        Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrapServers());
        runner = RunningEngine.runner(database, access.authentication(), settings);
        server = HttpServer.start(HttpServer.Options.onPort(0), List.of(runner.routes()));
        relay = OutboxRelay.start(database, settings, new SimpleMeterRegistry());
    }

    @AfterEach
    void stop() {
        runner.close();
        server.close();
        relay.close();
        access.close();
        database.close();
    }

    @Test
    void anEventOfTheAccountRunsTheWorkflowsThatWaitForItOnceHoweverOftenItComes() throws Exception {
        String critical = add(
                ExecutionMode.TRIGGERED,
                "{\"type\": \"event\", \"eventType\": \"com.promptmanage.budget.alert.v1\", \"filter\": {\"severity\": [\"critical\"]}}",
                Settings.UNSET);
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            // Until the consumer is there: what came before is not for it.
            Await.until(() -> {
                send(producer, "first", "critical");
                Thread.sleep(200);
                assertThat(executions(critical)).hasSize(1);
            });
            send(producer, "second", "critical");
            send(producer, "second", "critical");
            send(producer, "third", "warning");
            send(producer, "\\u0000" + "long".repeat(2_000), "critical");
            send(producer, "fourth", "critical");
            Await.until(() -> assertThat(executions(critical)).hasSize(4));
            String begunByAnEvent = executions(critical).getFirst().id();
            send(producer, "fifth", "critical\", \"executionId\": \"" + begunByAnEvent);
            send(producer, "sixth", "critical");
        }

        Await.until(() -> assertThat(executions(critical)).hasSize(5));
        assertThat(executions(critical).getFirst().triggerData()).doesNotContain("executionId");
        assertThat(executions(critical)).allSatisfy(execution -> {
            assertThat(execution.triggeredBy()).isEqualTo("event");
            assertThat(execution.triggerData())
                    .as("of the event with the long id, its beginning")
                    .hasSizeLessThanOrEqualTo(1_000);
        });
    }

    /** Or what comes while the first events cannot be seen to would be passed over by whoever begins anew. */
    @Test
    void whereEventsBeginIsKnownBeforeTheFirstIsThere() throws Exception {
        String group = "listeners-of-a-test";
        Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrapServers(), "group.id", group);
        try (var admin = kafka.admin();
                var listening = EventTriggers.start(settings, new EventFilters(database), runs)) {
            Await.until(() -> assertThat(admin.listConsumerGroupOffsets(group)
                            .partitionsToOffsetAndMetadata()
                            .get())
                    .containsKeys(
                            new TopicPartition(Topics.BUDGET_ALERTS.name(), 0),
                            new TopicPartition(Topics.USAGE_EVENTS.name(), 0)));
            assertThat(listening.isAlive()).isTrue();
        }
    }

    @Test
    void aContinuousWorkflowGoesOnAfterEachExecutionUntilItsConditionEndsIt() throws Exception {
        String goesOn = add(
                ExecutionMode.CONTINUOUS,
                null,
                new Settings(null, null, RetryPolicy.UNSET, null, null, Duration.ofMillis(10), "yes"));
        String ends = add(
                ExecutionMode.CONTINUOUS,
                null,
                new Settings(null, null, RetryPolicy.UNSET, null, null, Duration.ofMillis(10), "no more"));
        for (String workflow : List.of(goesOn, ends)) {
            runs.enqueue(new Runs.NewRun(workflow, null, "ada", TriggeredBy.MANUAL, "{\"n\": 1}", null, false, null));
        }

        Await.until(() -> assertThat(executions(goesOn)).hasSizeGreaterThanOrEqualTo(3));
        assertThat(executions(ends)).hasSize(1);
        assertThat(executions(goesOn))
                .extracting(ExecutionRecords.Shown::triggerData)
                .containsOnly("{\"n\": 1}");
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String id, String severity) throws Exception {
        String event = """
                {"specversion": "1.0", "id": "%s", "source": "/test", "type": "com.promptmanage.budget.alert.v1",
                 "subject": "%s", "data": {"severity": "%s", "budgetName": "b"}}
                """.formatted(id, RunningEngine.TEAM.value(), severity);
        producer.send(new ProducerRecord<>(
                        Topics.BUDGET_ALERTS.name(), RunningEngine.TEAM.key(), event.getBytes(StandardCharsets.UTF_8)))
                .get();
    }

    private String add(ExecutionMode mode, @Nullable String trigger, Settings settings) {
        String id = RunningEngine.add(
                database, Workflow.of(Workflow.step("only")).with(settings).definition(), 10);
        WorkflowRow row = workflows.find(id).orElseThrow();
        workflows.change(
                Scope.EVERYONE,
                Actor.SYSTEM,
                new WorkflowRow(
                        id,
                        row.account(),
                        row.createdBy(),
                        row.name(),
                        row.description(),
                        null,
                        List.of(),
                        row.status(),
                        mode,
                        row.version(),
                        10,
                        trigger,
                        null,
                        row.createdAt(),
                        row.updatedAt(),
                        null),
                null,
                "ada",
                "");
        return id;
    }

    private List<ExecutionRecords.Shown> executions(String workflow) {
        return new ExecutionRecords(database)
                .list(Scope.EVERYONE, new Filter(workflow, null, null, null, null, Instant.EPOCH, null), 100);
    }
}

package com.promptmanage.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.ingest.IngestRoutes;
import com.promptmanage.local.demo.DemoTeam;
import com.promptmanage.query.QueryWorkers;
import com.promptmanage.query.notify.Fanout;
import com.promptmanage.runner.RunnerService;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbox.Outbox;
import com.promptmanage.service.outbox.OutboxRecord;
import com.promptmanage.service.outbox.OutboxRelay;
import com.promptmanage.service.secret.SecretBox;
import com.promptmanage.streams.ExecutionsRuntime;
import com.promptmanage.streams.MeteringRuntime;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.testkit.FreePorts;
import com.promptmanage.topics.Topic;
import com.promptmanage.topics.TopicProvisioner;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.alert.Notice;
import com.promptmanage.topics.alert.NoticeCodec;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.BudgetCodec;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.budget.Severity;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.pricing.Catalogue;
import com.promptmanage.topics.pricing.PricePublisher;
import com.promptmanage.topics.settings.AccountSettings;
import com.promptmanage.topics.settings.AccountSettingsCodec;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.AuthenticationContext;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The rights in Kafka that the manual for operators lists are enough. The broker knows each service by the listener that it comes in at,
 * and grants it what its column of the table says, and nothing else.
 */
class KafkaRightsTest {

    private static final Path MANUAL = Path.of("..", "..", "docs", "operations.md");

    private static final String HEADING = "| Resource | ingest | query | runner |";

    private static final List<String> SERVICES = List.of("ingest", "query", "runner");

    private static final Pattern NAMED = Pattern.compile("`([^`]+)`");

    private static final int PARTITIONS = 2;

    /** Of a machine that has other things to do. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final Account TEAM = Account.team(DemoTeam.TEAM_ID);

    @TempDir
    private Path directory;

    @Test
    void withTheRightsOfTheManualAnEventIsCountedAndToldAndNothingElseMayBeWritten() throws Exception {
        List<AclBinding> rights = rights();
        assertThat(rights).extracting(right -> right.entry().principal()).contains("User:ingest", "User:query");
        var listeners = new Listeners(FreePorts.several(Listeners.NAMES.size()));
        try (var running = new Running()) {
            var kafka = running.add(EmbeddedKafka.start(directory.resolve("kafka"), listeners.options()));
            var admin = running.add(kafka.admin());
            admin.createAcls(rights).all().get();
            Await.until(() -> assertThat(
                            admin.describeAcls(AclBindingFilter.ANY).values().get())
                    .containsExactlyInAnyOrderElementsOf(rights));
            // Either may come first.
            provision(listeners.of("ingest"), Topics.ALL.subList(0, 4));
            provision(listeners.of("query"), Topics.ALL);
            publishPrices(listeners.of("query"));

            var keepsakes = Keepsakes.of(directory);
            var settings = LocalSettings.of(Patience.SETTINGS, keepsakes, false);
            var meters = new SimpleMeterRegistry();
            var clock = Clock.systemUTC();
            var secrets = new SecretBox(settings.secretKeys());
            var postgres = running.add(EmbeddedPostgres.startTemporary());
            var database = running.add(Database.open(settings.query()
                    .database()
                    .at(postgres.createDatabase(), keepsakes.databasePassword())
                    .withWaits(Patience.WAITS)));
            var access = running.add(new Access(database, clock));
            DemoTeam.ensure(access, database, keepsakes.password());
            var outbound = running.add(new Outbound(settings.query().outside().outbound()));

            var streams = settings.query().metering().at(listeners.of("query"), directory.resolve("state"));
            var metering = running.add(new MeteringRuntime(streams, PARTITIONS));
            metering.start();
            var executions = running.add(new ExecutionsRuntime(streams, PARTITIONS));
            executions.start();
            running.add(QueryWorkers.start(
                    database, at(listeners.of("query")), metering, streams.retention(), new Fanout(clock), meters));
            running.add(RunnerService.start(
                    new RunnerService.Means(
                            database, access, outbound, outbound, Optional.empty(), secrets, meters, clock),
                    settings.runner().runner().at(listeners.of("runner"))));
            var ingest = running.add(new IngestRoutes(
                    settings.ingest().ingest().at(listeners.of("ingest")),
                    settings.ingest().gateway(),
                    access,
                    database,
                    secrets,
                    meters,
                    clock));
            var server = running.add(HttpServer.start(HttpServer.Options.onPort(0), List.of(ingest)));
            var api = running.add(new Api(server.baseUri().toString(), DemoTeam.createKey(access)));

            // What the one changes the other may bring to Kafka.
            try (var relay = OutboxRelay.start(database, listeners.of("runner"), meters)) {
                assertThat(relay.isAlive()).isTrue();
                relayed(database);
            }
            running.add(OutboxRelay.start(database, listeners.of("query"), meters));
            relayed(database);

            log(api, "call-1", "gpt-4o-mini");
            assertThat(api.post("/api/v1/events", """
                    {"specversion": "1.0", "id": "view-1", "source": "/site", "type": "page.view",
                     "subject": "team:team_demo", "data": {"path": "/"}}
                    """).status()).isEqualTo(204);
            Await.until(PATIENCE, () -> {
                assertThat(count(database, "usage_history WHERE model = 'gpt-4o-mini'"))
                        .isEqualTo(1);
                assertThat(count(database, "plain_events WHERE type = 'page.view'"))
                        .isEqualTo(1);
                assertThat(count(database, "alerts WHERE budget_id = 'the-month'"))
                        .isEqualTo(1);
            });
            Await.until(
                    PATIENCE,
                    () -> assertThat(RatedTopic.records(kafka.bootstrapServers(), Topics.USAGE_REJECTED.name()))
                            .as("of usage and of executions, brought by each of the two")
                            .hasSizeGreaterThanOrEqualTo(4));
            // It writes down where it begins, and reads what comes from then on.
            Await.until(PATIENCE, () -> assertThat(triggersRead(admin)).isNotEmpty());
            long begun = sum(triggersRead(admin));
            Await.until(PATIENCE, () -> {
                log(api, "call-" + System.nanoTime(), "gpt-4o");
                assertThat(sum(triggersRead(admin))).isGreaterThan(begun);
            });
            assertThat(metering.lastFailure()).isNull();
            assertThat(executions.lastFailure()).isNull();
            assertMayNotWrite(listeners.of("ingest"), Topics.USAGE_RATED);
            assertMayNotWrite(listeners.of("runner"), Topics.PRICES);
        }
    }

    private static Collection<OffsetAndMetadata> triggersRead(Admin admin) throws Exception {
        return admin.listConsumerGroupOffsets("workflow-triggers")
                .partitionsToOffsetAndMetadata()
                .get()
                .values();
    }

    private static long sum(Collection<OffsetAndMetadata> places) {
        return places.stream().mapToLong(OffsetAndMetadata::offset).sum();
    }

    /** As the table says. */
    private static List<AclBinding> rights() throws IOException {
        List<String> lines = Files.readAllLines(MANUAL);
        assertThat(lines).contains(HEADING);
        var rights = new ArrayList<AclBinding>();
        lines.stream()
                .skip(lines.indexOf(HEADING) + 2L)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.split("\\|", -1))
                .forEach(cells -> {
                    for (int i = 0; i < SERVICES.size(); i++) {
                        for (String right : named(cells[2 + i])) {
                            var entry = new AccessControlEntry(
                                    "User:" + SERVICES.get(i),
                                    "*",
                                    AclOperation.valueOf(right),
                                    AclPermissionType.ALLOW);
                            resources(cells[1]).forEach(resource -> rights.add(new AclBinding(resource, entry)));
                        }
                    }
                });
        return rights;
    }

    private static List<ResourcePattern> resources(String cell) {
        ResourceType type = cell.contains("Transactional id")
                ? ResourceType.TRANSACTIONAL_ID
                : cell.contains("Group") ? ResourceType.GROUP : ResourceType.TOPIC;
        PatternType pattern = cell.contains("begin with") ? PatternType.PREFIXED : PatternType.LITERAL;
        return named(cell).stream()
                .map(name -> new ResourcePattern(type, name, pattern))
                .toList();
    }

    private static List<String> named(String cell) {
        return NAMED.matcher(cell).results().map(name -> name.group(1)).toList();
    }

    private static void provision(String bootstrapServers, List<Topic> topics) throws Exception {
        try (var admin = Admin.create(at(bootstrapServers))) {
            assertThat(new TopicProvisioner(admin, PARTITIONS, (short) 1).provision(topics))
                    .isEqualTo(PARTITIONS);
        }
    }

    private static void publishPrices(String bootstrapServers) throws Exception {
        try (var producer = new KafkaProducer<>(
                        at(bootstrapServers), new ByteArraySerializer(), new ByteArraySerializer());
                var consumer = new KafkaConsumer<>(
                        at(bootstrapServers), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            assertThat(new PricePublisher(producer, PARTITIONS).publishChanges(Catalogue.prices(), consumer))
                    .isPositive();
        }
    }

    /** A budget of half of an event, and of all else that goes through the outbox one record, be it good or not. */
    private static void relayed(Database database) throws Exception {
        Instant now = Instant.now();
        byte[] nothing = "{}".getBytes(UTF_8);
        var budget = new Budget(
                "the-month",
                "the month",
                TEAM,
                Dimension.ACCOUNT,
                Budget.EACH,
                new Limit.Spend(NanoUsd.ofUsd("0.000375")),
                Period.of(Period.Unit.MONTH, ZoneOffset.UTC),
                Budget.DEFAULT_THRESHOLDS,
                Budget.Enforcement.ALERT_ONLY,
                Budget.FailMode.OPEN,
                1);
        var notice = new Notice("notice-1", "workflow_failure", TEAM, Severity.INFO, "told", "told", now, Map.of());
        List<OutboxRecord> records = List.of(
                outboxed(Topics.BUDGETS, BudgetCodec.writeAll(TEAM, List.of(budget), now, "budgets")),
                outboxed(Topics.ACCOUNTS, AccountSettingsCodec.write(AccountSettings.defaults(TEAM), now, "settings")),
                outboxed(Topics.EXECUTION_EVENTS, nothing),
                outboxed(Topics.USAGE_EVENTS, nothing),
                outboxed(Topics.BUDGET_ALERTS, NoticeCodec.write(notice, "/test")));
        database.useAsSystem(handle -> Outbox.append(handle, records));
        Await.until(
                PATIENCE,
                () -> assertThat(count(database, "outbox"))
                        .as("not relayed yet")
                        .isZero());
    }

    private static OutboxRecord outboxed(Topic topic, byte[] value) {
        return OutboxRecord.of(topic.name(), TEAM.value(), value);
    }

    /** 1,000 input and 1,000 output tokens: of gpt-4o-mini, 0.00075 dollars. */
    private static void log(Api api, String eventId, String model) throws Exception {
        assertThat(api.post("/api/token-tracking/log", """
                {"eventId": "%s", "userId": "usr_demo", "teamId": "team_demo", "model": "%s", "inputTokens": 1000,
                 "outputTokens": 1000, "executionType": "prompt_run"}
                """.formatted(eventId, model))
                        .status())
                .isEqualTo(200);
    }

    private static long count(Database database, String what) {
        return database.<Long, RuntimeException>asSystem(handle -> handle.createQuery("SELECT count(*) FROM " + what)
                .mapTo(Long.class)
                .one());
    }

    private static void assertMayNotWrite(String bootstrapServers, Topic topic) {
        try (var producer =
                new KafkaProducer<>(at(bootstrapServers), new ByteArraySerializer(), new ByteArraySerializer())) {
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>(topic.name(), TEAM.key(), new byte[] {'x'}))
                            .get())
                    .hasCauseInstanceOf(TopicAuthorizationException.class);
        }
    }

    private static Map<String, Object> at(String bootstrapServers) {
        return Map.of("bootstrap.servers", bootstrapServers);
    }

    /** Where each service comes in. At the first come the test and the broker itself, who may everything. */
    private record Listeners(List<Integer> ports) {

        static final List<String> NAMES = List.of("PLAINTEXT", "INGEST", "QUERY", "RUNNER", "CONTROLLER");

        String of(String name) {
            return "127.0.0.1:" + ports.get(NAMES.indexOf(name.toUpperCase(Locale.ROOT)));
        }

        EmbeddedKafka.Options options() {
            return EmbeddedKafka.Options.DEFAULT
                    .withPort(ports.getFirst())
                    .withBrokerSettings(Map.of(
                            "listeners",
                            each(name -> name + "://" + of(name)),
                            "listener.security.protocol.map",
                            each(name -> name + ":PLAINTEXT"),
                            "controller.quorum.voters",
                            "1@" + of("CONTROLLER"),
                            "authorizer.class.name",
                            "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                            "super.users",
                            "User:plaintext;User:controller",
                            "principal.builder.class",
                            KnownByListener.class.getName()));
        }

        private static String each(UnaryOperator<String> setting) {
            return NAMES.stream().map(setting).collect(Collectors.joining(","));
        }
    }

    /** Made by the broker, by this name. */
    public static final class KnownByListener extends DefaultKafkaPrincipalBuilder {

        public KnownByListener() {
            super(null, null);
        }

        @Override
        public KafkaPrincipal build(AuthenticationContext context) {
            return new KafkaPrincipal(
                    KafkaPrincipal.USER_TYPE, context.listenerName().toLowerCase(Locale.ROOT));
        }
    }
}

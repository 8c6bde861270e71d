package com.promptmanage.benchmarks;

import com.promptmanage.query.QueryRoutes;
import com.promptmanage.query.QuerySettings;
import com.promptmanage.query.routing.AccountRouting;
import com.promptmanage.query.routing.Forwarding;
import com.promptmanage.query.routing.ReadYourWrites;
import com.promptmanage.query.spend.PastDays;
import com.promptmanage.query.usage.StatsRange;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.streams.MeteringRuntime;
import com.promptmanage.streams.StreamsSettings;
import com.promptmanage.streams.read.AccountReads;
import com.promptmanage.streams.read.Metering.Place;
import com.promptmanage.streams.read.SpendQuery;
import com.promptmanage.streams.read.SpendQuery.Step;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.testkit.EmbeddedPostgres;
import com.promptmanage.topics.TopicProvisioner;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.BudgetCodec;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.money.NanoUsd;
import com.promptmanage.topics.pricing.Catalogue;
import com.promptmanage.topics.pricing.PricePublisher;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import com.promptmanage.topics.usage.UsageEvent;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What answers take, over HTTP on one connection and at the store, from the state of a real stream: one team with a
 * thousand members, a month of its traffic and five budgets.
 *
 * <pre>  java … StatsBenchmark</pre>
 */
public final class StatsBenchmark {

    private static final Account TEAM = Account.team("acme");

    private static final int MEMBERS = 1_000;

    private static final int EVENTS = 100_000;

    private static final int WARM_UP = 3_000;

    private static final int MEASURED = 10_000;

    private StatsBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory("answer-times");
        Clock clock = Clock.systemUTC();
        try (var kafka = EmbeddedKafka.startTemporary();
                var database = Database.open(
                        DatabaseSettings.of(EmbeddedPostgres.shared().createDatabase(), "of-the-tests"));
                var access = new Access(database, clock);
                var admin = kafka.admin();
                var producer = new KafkaProducer<>(
                        Map.<String, Object>of("bootstrap.servers", kafka.bootstrapServers(), "linger.ms", "5"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            int partitions = new TopicProvisioner(admin, 1, (short) 1).provision(Topics.ALL);
            new PricePublisher(producer, partitions).publish(Catalogue.prices());
            producer.send(new ProducerRecord<>(
                            Topics.BUDGETS.name(),
                            TEAM.key(),
                            BudgetCodec.writeAll(TEAM, budgets(), clock.instant(), "budgets")))
                    .get();
            RecordMetadata last = traffic(producer, clock.instant()).get();
            try (var metering = new MeteringRuntime(
                            StreamsSettings.defaults(kafka.bootstrapServers(), directory), partitions);
                    var forwarding = new Forwarding(QuerySettings.DEFAULTS.forwardTimeout())) {
                metering.start();
                while (!metering.awaitCommitted(last.partition(), last.offset(), Duration.ofSeconds(1))) {
                    Thread.onSpinWait();
                }
                var routing = new AccountRouting(metering, forwarding, new ReadYourWrites(Duration.ofSeconds(2)));
                try (var server = HttpServer.start(
                        HttpServer.Options.onPort(0), List.of(QueryRoutes.of(database, access, routing, clock)))) {
                    String key = access.keys()
                            .create(Scope.EVERYONE, NewKey.of("measure", TEAM))
                            .secret();
                    measure(server.baseUri(), key);
                    atTheStore(metering);
                }
            }
        }
    }

    private static void measure(URI server, String key) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            for (int round = 1; round <= 3; round++) {
                print("check", times(client, check(server, key), MEASURED));
                print("stats, month by user", times(client, stats(server, key, "user"), MEASURED / 10));
                print("stats, month by day", times(client, stats(server, key, "day"), MEASURED / 10));
            }
        }
    }

    /** What the statistic of a month by user reads, and nothing else. */
    private static void atTheStore(MeteringRuntime metering) {
        if (!(metering.owner(TEAM) instanceof Place.Here(var reads))) {
            throw new IllegalStateException("the team's partition is not here");
        }
        long[] times = new long[MEASURED / 10];
        for (int i = -times.length; i < times.length; i++) {
            long start = System.nanoTime();
            int members = reads.atOneCommit(() -> members(reads));
            if (members != MEMBERS) {
                throw new IllegalStateException("%d members instead of %d".formatted(members, MEMBERS));
            }
            if (i >= 0) {
                times[i] = System.nanoTime() - start;
            }
        }
        Arrays.sort(times);
        print("at the store, by user", times);
    }

    private static int members(AccountReads reads) {
        ZoneId zone = ZoneId.of("Asia/Kathmandu");
        Instant now = Instant.now();
        StatsRange month = StatsRange.current(Period.Unit.MONTH, zone, now);
        long daysFromMs = Math.min(month.fromMs(), PastDays.sinceMs(zone, now.toEpochMilli()));
        int read = 0;
        for (SpendQuery query : List.of(
                new SpendQuery(TEAM, Dimension.ACCOUNT, null, daysFromMs, month.toMs(), zone, Step.DAY),
                new SpendQuery(TEAM, Dimension.PROMPT, null, month.fromMs(), month.toMs(), zone, Step.WHOLE),
                new SpendQuery(
                        TEAM, Dimension.ACCOUNT, null, month.previousFromMs(), month.previousToMs(), zone, Step.WHOLE),
                new SpendQuery(TEAM, Dimension.MEMBER, null, month.fromMs(), month.toMs(), zone, Step.WHOLE))) {
            read = reads.spend(query).size();
        }
        return read;
    }

    private static HttpRequest check(URI server, String key) {
        return HttpRequest.newBuilder(URI.create(server + "/api/token-tracking/check"))
                .header("Authorization", "Bearer " + key)
                .POST(
                        BodyPublishers.ofString(
                                "{\"userId\":\"user1\",\"model\":\"gpt-4o-mini\",\"inputTokens\":1000,\"maxOutputTokens\":500,\"workflowId\":\"w1\"}"))
                .build();
    }

    private static HttpRequest stats(URI server, String key, String groupBy) {
        return HttpRequest.newBuilder(URI.create(
                        server + "/api/token-tracking/stats?period=month&timezone=Asia/Kathmandu&groupBy=" + groupBy))
                .header("Authorization", "Bearer " + key)
                .build();
    }

    private static long[] times(HttpClient client, HttpRequest request, int count) throws Exception {
        long[] times = new long[count];
        for (int i = -Math.min(WARM_UP, count); i < count; i++) {
            long start = System.nanoTime();
            int status = client.send(request, BodyHandlers.ofByteArray()).statusCode();
            if (status != 200) {
                throw new IllegalStateException("answered " + status);
            }
            if (i >= 0) {
                times[i] = System.nanoTime() - start;
            }
        }
        Arrays.sort(times);
        return times;
    }

    private static void print(String what, long[] sorted) {
        System.out.printf(
                "%-22s p50 %6d µs  p99 %6d µs  max %7d µs  (%d requests)%n",
                what,
                sorted[sorted.length / 2] / 1_000,
                sorted[sorted.length * 99 / 100] / 1_000,
                sorted[sorted.length - 1] / 1_000,
                sorted.length);
    }

    private static Future<RecordMetadata> traffic(KafkaProducer<byte[], byte[]> producer, Instant now) {
        var random = new Random(1);
        Future<RecordMetadata> last = null;
        for (int i = 0; i < EVENTS; i++) {
            var event = new UsageEvent(
                    "event-" + i,
                    "/measure",
                    now.minusSeconds(random.nextLong(Duration.ofDays(30).toSeconds())),
                    TokenUsage.of(
                            "user" + random.nextInt(MEMBERS),
                            TEAM.id(),
                            List.of("gpt-4o-mini", "gpt-4o", "gpt-4").get(random.nextInt(3)),
                            TokenCounts.ofInputOutput(random.nextInt(3_000), random.nextInt(1_000))));
            last = producer.send(
                    new ProducerRecord<>(Topics.USAGE_EVENTS.name(), TEAM.key(), UsageEventCodec.write(event)));
        }
        producer.flush();
        if (last == null) {
            throw new IllegalStateException("no events");
        }
        return last;
    }

    private static List<Budget> budgets() {
        Period month = Period.of(Period.Unit.MONTH, ZoneId.of("UTC"));
        Period day = Period.of(Period.Unit.DAY, ZoneId.of("Europe/Berlin"));
        return Stream.of(
                        budget("team", Dimension.ACCOUNT, Budget.EACH, month),
                        budget("members", Dimension.MEMBER, Budget.EACH, month),
                        budget("members-daily", Dimension.MEMBER, Budget.EACH, day),
                        budget("models", Dimension.MODEL, Budget.EACH, month),
                        budget("workflow", Dimension.WORKFLOW, "w1", day))
                .toList();
    }

    private static Budget budget(String id, Dimension dimension, String value, Period period) {
        return new Budget(
                id,
                id,
                TEAM,
                dimension,
                value,
                new Limit.Spend(NanoUsd.ofUsd("1000000.00")),
                period,
                Budget.DEFAULT_THRESHOLDS,
                Budget.Enforcement.BLOCK,
                Budget.FailMode.OPEN,
                1);
    }
}

package com.promptmanage.runner.budget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.node.CallEstimate;
import com.promptmanage.runner.work.BudgetGate.Planned;
import com.promptmanage.runner.work.BudgetGate.Verdict;
import com.promptmanage.service.access.Access;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.http.Routes;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.TopicProvisioner;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/**
 * Many calls at once, over HTTP, against a budget that learns what a call has cost only when it ends. Whoever is not answered in time, on
 * a machine that is busy, is blocked and asks again.
 */
class ReservingOverHttpTest {

    private static final Account ACME = Account.team("acme");

    private static final long COST = 100;

    private static final int ROOM = 7;

    private static final int CALLS = 30;

    /** Room for seven, and not quite for one more. */
    private static final long LIMIT = ROOM * COST + COST - 1;

    private final AtomicLong spent = new AtomicLong();

    private final AtomicInteger underWay = new AtomicInteger();

    private final CountDownLatch answers = new CountDownLatch(1);

    @Test
    void callsAtOnceTogetherSpendNoMoreThanTheBudgetHas() throws Exception {
        Routes check = routes -> routes.post(
                "/api/token-tracking/check",
                ctx -> ctx.contentType("application/json").result(answer(LIMIT - spent.get())));
        var kafka = EmbeddedKafka.shared();
        Map<String, Object> settings = Map.of("bootstrap.servers", kafka.bootstrapServers());
        try (var admin = kafka.admin();
                var producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            new TopicProvisioner(admin, 4, (short) 1).provision(Topics.ALL);
            // So that calls lie behind something that the budget does not say that it has counted.
            producer.send(new ProducerRecord<>(
                            Topics.USAGE_EVENTS.name(), ACME.key(), "{}".getBytes(StandardCharsets.UTF_8)))
                    .get();
        }
        try (var database = Database.open(DatabaseSettings.of(MigratedDatabase.url(), "of-the-tests"));
                var access = new Access(database, Clock.systemUTC());
                var query = HttpServer.start(HttpServer.Options.onPort(0), List.of(check));
                var gate = new HttpBudgetGate(access.keys(), database, Clock.systemUTC(), 8 * CALLS, settings);
                var beside = Executors.newVirtualThreadPerTaskExecutor()) {
            gate.askAt(query.baseUri());
            // From then on it is known that whoever is not answered is blocked.
            Await.until(() -> assertThat(gate.check(call())).isInstanceOfSatisfying(Verdict.Allowed.class, allowed -> {
                allowed.reservation().end();
                assertThat(allowed.estimateNanoUsd()).hasValue(COST);
            }));

            var calls = new ArrayList<Future<Boolean>>();
            for (int i = 0; i < CALLS; i++) {
                calls.add(beside.submit(() -> isMade(gate)));
            }
            try {
                Await.until(() -> assertThat(underWay).hasValue(ROOM));
            } finally {
                answers.countDown();
            }
            int made = 0;
            for (Future<Boolean> call : calls) {
                made += call.get(5, TimeUnit.MINUTES) ? 1 : 0;
            }

            assertThat(made).isEqualTo(ROOM);
            assertThat(spent).hasValue(ROOM * COST);
        }
    }

    /** Makes a call once it may be made, which the budget learns of when it is answered. False if the budget is spent. */
    private boolean isMade(HttpBudgetGate gate) throws InterruptedException {
        while (true) {
            switch (gate.check(call())) {
                case Verdict.Allowed allowed -> {
                    underWay.incrementAndGet();
                    answers.await();
                    spent.addAndGet(COST);
                    allowed.reservation().end();
                    return true;
                }
                case Verdict.Denied denied -> {
                    if (!denied.passes()) {
                        return false;
                    }
                }
            }
        }
    }

    private static String answer(long left) {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("allowed", left >= COST).put("estimatedCostNanoUsd", COST).put("deniedBy", "b1");
        json.putArray("budgets")
                .addObject()
                .put("id", "b1")
                .put("name", "Month")
                .put("enforcement", "block")
                .put("failMode", "closed")
                .put("remainingNanoUsd", left);
        json.putArray("failClosed").addObject().put("dimension", "account").put("value", "*");
        return json.toString();
    }

    private static Planned call() {
        return new Planned(ACME, "ada", "wf_1", "exe_1", "node", new CallEstimate("openai", "gpt-4o-mini", 100, 50));
    }
}

package com.promptmanage.query.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.copy.TopicCopy;
import com.promptmanage.query.developer.DeveloperRoutes;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.query.http.TestRoutes;
import com.promptmanage.query.litellm.SpendReadRoutes;
import com.promptmanage.query.meters.MeterRoutes;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.query.usage.StatsRoutes;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A history that follows a topic of its own, all routes that read it, and an admin of the team that asks. */
final class HistoryStand implements AutoCloseable {

    /** Whose the events are. Its days are those of Kolkata. */
    static final String TEAM = "team:acme";

    static final String PATH = "/api/token-tracking/usage";

    static final int SORTED_MAX = 12;

    private final RatedTopic topic;

    private final TestApi api;

    private final TopicCopy copy;

    private final String admin;

    private int committed;

    HistoryStand() throws InterruptedException {
        EmbeddedKafka kafka = EmbeddedKafka.shared();
        topic = new RatedTopic(kafka);
        api = TestApi.start(
                Instant.parse("2026-11-24T12:00:00Z"),
                parts -> List.of(
                        new UsageRoutes(
                                parts.access().authentication(),
                                new AccountZones(parts.database()),
                                new ShownHistory(parts.access().tiers(), parts.clock()),
                                new UsageHistory(parts.database(), SORTED_MAX)),
                        new StatsRoutes(
                                parts.database(),
                                parts.access().authentication(),
                                TestRoutes.routing(parts),
                                new AccountZones(parts.database()),
                                new ShownHistory(parts.access().tiers(), parts.clock()),
                                parts.access().tiers(),
                                parts.clock()),
                        new DeveloperRoutes(
                                parts.access().authentication(),
                                new AccountZones(parts.database()),
                                new ShownHistory(parts.access().tiers(), parts.clock()),
                                parts.database()),
                        new SpendReadRoutes(
                                parts.access().authentication(),
                                new ShownHistory(parts.access().tiers(), parts.clock()),
                                parts.database(),
                                parts.clock()),
                        new MeterRoutes(
                                parts.access().authentication(),
                                new ShownHistory(parts.access().tiers(), parts.clock()),
                                parts.database(),
                                parts.clock())));
        api.team("acme", "Asia/Kolkata");
        admin = api.signIn("acme-admin");
        copy = HistoryWriter.start(
                topic.name(),
                api.database(),
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                HistoryWriter.Listener.NONE,
                new SimpleMeterRegistry());
    }

    TestApi api() {
        return api;
    }

    /** Writes one record of these events of the team. Returns when the list tells of them. */
    void commit(List<String> events) throws Exception {
        topic.commitOne(TEAM, events);
        committed += events.size();
        Await.until(() ->
                assertThat(list("?teamId=acme&limit=500").json().path("usage")).hasSize(committed));
    }

    /** What the admin is answered. */
    Answer get(String path) {
        return api.get(admin, path);
    }

    /** The list as the admin sees it. */
    Answer list(String query) {
        return get(PATH + query);
    }

    @Override
    public void close() {
        copy.close();
        api.close();
        topic.close();
    }
}

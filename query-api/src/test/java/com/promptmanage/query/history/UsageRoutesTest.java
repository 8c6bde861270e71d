package com.promptmanage.query.history;

import static com.promptmanage.query.history.RatedTopic.rated;
import static com.promptmanage.query.history.RatedTopic.unpriced;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.copy.TopicCopy;
import com.promptmanage.query.history.HistoryBreakdown.Part;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.query.routing.AccountZones;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.usage.TokenKind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UsageRoutesTest {

    private static final String PATH = "/api/token-tracking/usage";

    private static final String TEAM = "team:acme";

    private RatedTopic topic;

    private TestApi api;

    private TopicCopy copy;

    private String admin;

    @BeforeEach
    void start() throws Exception {
        EmbeddedKafka kafka = EmbeddedKafka.shared();
        topic = new RatedTopic(kafka);
        api = TestApi.start(
                Instant.parse("2026-11-24T12:00:00Z"),
                parts -> List.of(new UsageRoutes(
                        parts.access().authentication(),
                        new AccountZones(parts.database()),
                        new ShownHistory(parts.access().tiers(), parts.clock()),
                        new UsageHistory(parts.database()))));
        api.team("acme", "Asia/Kolkata");
        admin = api.signIn("acme-admin");
        copy = HistoryWriter.start(
                topic.name(),
                api.database(),
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                HistoryWriter.Listener.NONE,
                new SimpleMeterRegistry());
    }

    @AfterEach
    void stop() {
        copy.close();
        api.close();
        topic.close();
    }

    @Test
    void everyEventIsOnOnePageThoughManyShareAMomentAndOthersArriveMeanwhile() throws Exception {
        var events = new ArrayList<String>();
        for (int i = 0; i < 25; i++) {
            events.add(rated(TEAM, "id-" + i, "2026-%02d-01T00:00:00Z".formatted(9 + i % 3), 1, 1));
        }
        topic.commitOne(TEAM, events);
        awaitCount(25);

        var ids = new ArrayList<String>();
        var times = new ArrayList<String>();
        String cursor = "";
        do {
            JsonNode page = list("?teamId=acme&limit=4" + cursor).json();
            page.path("usage").forEach(event -> {
                ids.add(event.path("id").asText());
                times.add(event.path("time").asText());
            });
            if (ids.size() == 4) {
                topic.commitOne(TEAM, List.of(rated(TEAM, "newer", "2026-11-24T00:00:00Z", 1, 1)));
                awaitCount(26);
            }
            cursor = page.path("nextCursor").isNull()
                    ? ""
                    : "&cursor=" + page.path("nextCursor").asText();
        } while (!cursor.isEmpty());

        assertThat(ids).hasSize(25).doesNotContain("newer");
        assertThat(new HashSet<>(ids)).hasSize(25);
        assertThat(times).isSortedAccordingTo(java.util.Comparator.reverseOrder());
    }

    @Test
    void anEventIsToldExactly() throws Exception {
        topic.commitOne(
                TEAM,
                List.of(
                        rated(TEAM, "dear", "2026-11-24T10:00:00Z", 3, 123_456_789_012_345_678L),
                        unpriced(TEAM, "unknown", "2026-11-24T09:00:00Z", 7)));
        awaitCount(2);

        JsonNode usage = list("?teamId=acme").json().path("usage");

        JsonNode dear = usage.path(0);
        assertThat(dear.path("cost").asText()).isEqualTo("123456789.012345678");
        assertThat(dear.path("costNanoUsd").asLong()).isEqualTo(123_456_789_012_345_678L);
        assertThat(dear.path("costs").path("input").asLong()).isEqualTo(123_456_789_012_345_678L);
        assertThat(dear.path("tokens").toString()).isEqualTo("{\"input\":3,\"output\":2}");
        assertThat(dear.path("totalTokens").asLong()).isEqualTo(5);
        assertThat(dear.path("teamId").asText()).isEqualTo("acme");
        assertThat(dear.path("unpriced").booleanValue()).isFalse();
        assertThat(dear.has("number") || dear.has("counts")).isFalse();
        JsonNode unknown = usage.path(1);
        assertThat(unknown.path("unpriced").booleanValue()).isTrue();
        assertThat(unknown.path("cost").isNull()).isTrue();
    }

    @Test
    void filtersAndDaysOfTheTeamsZoneNarrowTheList() throws Exception {
        String tagged = """
                {"userId":"bob","teamId":"acme","model":"claude","workflowId":"w","executionType":"workflow_node",\
                "tags":{"env":"prod:eu"},"tokens":{"input":1}}""";
        topic.commitOne(
                TEAM,
                List.of(
                        // In Kolkata the 24th begins at 18:30 of the 23rd.
                        rated(TEAM, "before", "2026-11-23T18:29:59Z", 1, 1),
                        rated(TEAM, "in", "2026-11-23T18:30:00Z", 1, 1),
                        RatedTopic.event("tagged", "2026-11-24T18:29:59Z", tagged, "rated", "1"),
                        unpriced(TEAM, "after", "2026-11-24T18:30:00Z", 1)));
        awaitCount(4);

        assertThat(ids("&startDate=2026-11-24&endDate=2026-11-24")).containsExactly("tagged", "in");
        assertThat(ids("&startDate=2026-11-24&endDate=2026-11-24&timezone=UTC")).containsExactly("after", "tagged");
        assertThat(ids("&endDate=2026-11-23T18:30:00Z")).containsExactly("before");
        assertThat(ids("&model=claude&workflowId=w&executionType=workflow_node&tag=env:prod:eu"))
                .containsExactly("tagged");
        assertThat(ids("&userId=bob")).containsExactly("tagged");
        assertThat(ids("&unpriced=true")).containsExactly("after");
        assertThat(ids("&model=nothing")).isEmpty();
    }

    @Test
    void aMemberSeesWhatIsTheirsAndAStrangerNothing() throws Exception {
        String own = """
                {"userId":"acme-viewer","teamId":"acme","model":"m","tokens":{"input":1}}""";
        topic.commitOne(
                TEAM,
                List.of(
                        rated(TEAM, "other", "2026-11-24T00:00:00Z", 1, 1),
                        RatedTopic.event("own", "2026-11-24T00:00:00Z", own, "rated", "1")));
        awaitCount(2);
        String viewer = api.signIn("acme-viewer");

        Answer seen = api.get(viewer, PATH + "?teamId=acme&userId=acme-viewer");
        assertThat(seen.json().path("usage")).hasSize(1);
        assertThat(seen.json().path("usage").path(0).path("id").asText()).isEqualTo("own");
        assertThat(api.get(viewer, PATH + "?teamId=acme").status()).isEqualTo(403);
        String stranger = api.key(Account.team("x"), KeyScope.QUERY);
        assertThat(api.get(stranger, PATH + "?teamId=acme&limit=-1").status()).isEqualTo(404);
    }

    @Test
    void everythingWrongWithARequestIsToldAtOnce() {
        Answer answer = list(
                "?teamId=acme&startDate=x&endDate=2026-13-01&timezone=Mars&executionType=x&tag=x&unpriced=x&cursor=x&limit=x");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("errors")).hasSize(8);
    }

    @Test
    void aBreakdownAddsUpWhatTheRowsSay() throws Exception {
        String time = "2026-11-24T00:00:00Z";
        topic.commitOne(
                TEAM,
                List.of(
                        RatedTopic.event("1", time, usage("ann", "a", "x"), "rated", "10"),
                        RatedTopic.event("2", time, usage("ann", "a", "y"), "rated", "5"),
                        RatedTopic.event("3", time, usage("ann", "b", "x"), "rated", "100"),
                        RatedTopic.event("4", time, usage("bob", "b", "x"), "rated", "1000"),
                        RatedTopic.event("5", "2026-11-25T00:00:00Z", usage("ann", "b", "x"), "rated", "7"),
                        unpriced(TEAM, "6", time, 9)));
        awaitCount(6);
        var breakdown = new HistoryBreakdown(api.database());

        List<Part> byModel = breakdown.breakdown(
                new Account(TEAM), "ann", Dimension.MODEL, Instant.parse(time), Instant.parse("2026-11-25T00:00:00Z"));
        List<Part> byTag = breakdown.breakdown(
                new Account(TEAM),
                null,
                Dimension.ofTag("t"),
                Instant.parse(time),
                Instant.parse("2026-11-25T00:00:00Z"));

        assertThat(byModel).extracting(Part::value).containsExactly("b", "a", "gpt-4o-mini");
        assertThat(byModel).extracting(part -> part.spend().costNanoUsd()).containsExactly(100L, 15L, 0L);
        assertThat(byModel.get(1).spend().events()).isEqualTo(2);
        assertThat(byModel.get(1).spend().tokens().get(TokenKind.REASONING)).isEqualTo(6);
        assertThat(byModel.get(2).spend().unpricedEvents()).isEqualTo(1);
        assertThat(byTag).extracting(Part::value).containsExactly("x", "y");
        assertThat(byTag.getFirst().spend().costNanoUsd()).isEqualTo(1110);
    }

    private static String usage(String user, String model, String tag) {
        return """
                {"userId":"%s","teamId":"acme","model":"%s","tags":{"t":"%s"},"tokens":{"reasoning":3}}""".formatted(user, model, tag);
    }

    private Answer list(String query) {
        return api.get(admin, PATH + query);
    }

    private List<String> ids(String filters) {
        var ids = new ArrayList<String>();
        list("?teamId=acme" + filters)
                .json()
                .path("usage")
                .forEach(event -> ids.add(event.path("id").asText()));
        return ids;
    }

    private void awaitCount(int count) throws Exception {
        Await.until(() ->
                assertThat(list("?teamId=acme&limit=500").json().path("usage")).hasSize(count));
    }
}

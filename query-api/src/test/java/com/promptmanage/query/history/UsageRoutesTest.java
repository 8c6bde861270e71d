package com.promptmanage.query.history;

import static com.promptmanage.query.history.RatedTopic.rated;
import static com.promptmanage.query.history.RatedTopic.unpriced;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.account.Account;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UsageRoutesTest {

    private static final String PATH = "/api/token-tracking/usage";

    private static final String TEAM = "team:acme";

    private static final int SORTED_MAX = 12;

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
    void whateverEventsAreSortedByEachIsOnOnePageAndEqualOnesAreTheNewestFirst() throws Exception {
        var events = new ArrayList<String>();
        for (int i = 0; i < SORTED_MAX; i++) {
            String time = "2026-%02d-01T00:00:00Z".formatted(9 + i % 3);
            String usage = """
                    {"userId":"u%d","executionType":"%s","teamId":"acme","model":"m%d",%s"tokens":{"input":%d,"reasoning":3}}""".formatted(
                            i % 3,
                            i % 4 < 2 ? "preview" : "prompt_run",
                            i % 2,
                            i % 4 == 0 ? "" : "\"promptId\":\"p%d\",".formatted(i % 4),
                            i % 5);
            // Two cost nothing, which is not the same as two without a price.
            events.add(
                    i < 2
                            ? unpriced(TEAM, "id-" + i, time, i)
                            : RatedTopic.event(
                                    "id-" + i, time, usage, "rated", Long.toString((i % 5) * 9_000_000_000L)));
        }
        topic.commitOne(TEAM, events);
        awaitCount(SORTED_MAX);
        List<JsonNode> newestFirst = pages("");
        Comparator<JsonNode> byCost =
                Comparator.comparingLong(event -> event.path("costNanoUsd").asLong(-1));
        Map<String, Comparator<JsonNode>> orders = Map.of(
                "model",
                Comparator.comparing((JsonNode event) -> event.path("model").asText()),
                "prompt",
                Comparator.comparing((JsonNode event) -> event.path("promptId").asText("")),
                "user",
                Comparator.comparing((JsonNode event) -> event.path("userId").asText()),
                "execution_type",
                Comparator.comparing(
                        (JsonNode event) -> event.path("executionType").asText()),
                "tokens",
                Comparator.comparingLong(event -> event.path("totalTokens").longValue()),
                "cost",
                byCost);

        orders.forEach((sort, order) -> {
            assertThat(pages("&sort=" + sort))
                    .as(sort)
                    .isEqualTo(newestFirst.stream().sorted(order.reversed()).toList());
            assertThat(pages("&order=asc&sort=" + sort))
                    .as(sort)
                    .isEqualTo(newestFirst.stream().sorted(order).toList());
        });
        assertThat(pages("&sort=time&order=asc")).isEqualTo(newestFirst.reversed());
        assertThat(pages("&sort=cost&model=m0&startDate=2026-10-01&endDate=2026-10-31&timezone=UTC"))
                .isEqualTo(newestFirst.stream()
                        .filter(event -> event.path("model").asText().equals("m0")
                                && event.path("time").asText().startsWith("2026-10"))
                        .sorted(byCost.reversed())
                        .toList())
                .isNotEmpty();

        String cursor =
                list("?teamId=acme&sort=cost&limit=1").json().path("nextCursor").asText();
        for (String other : List.of(
                "&cursor=" + cursor, "&sort=cost&order=asc&cursor=" + cursor, "&sort=tokens&cursor=" + cursor)) {
            assertThat(list("?teamId=acme" + other)
                            .json()
                            .at("/errors/0/detail")
                            .asText())
                    .isEqualTo("is of another order");
        }
        topic.commitOne(TEAM, List.of(rated(TEAM, "one-too-many", "2026-08-31T00:00:00Z", 1, 1)));
        awaitCount(SORTED_MAX + 1);
        JsonNode refused = list("?teamId=acme&sort=cost&cursor=" + cursor).json();
        assertThat(refused.path("status").intValue()).isEqualTo(400);
        assertThat(refused.at("/errors/0/field").asText()).isEqualTo("sort");
        assertThat(list("?teamId=acme&sort=cost&startDate=2026-09-01").status()).isEqualTo(200);
    }

    @Test
    void aPlaceThatNoEventHasIsRefused() {
        for (String query : List.of(
                "sort=time&cursor=zzzzzzzzzzz-1",
                "sort=cost&cursor=1-1.cost.desc.",
                "sort=cost&cursor=1-1.cost.desc.eA",
                "sort=tokens&cursor=1-1.tokens.desc.OTk5OTk5OTk5OTk5OTk5OTk5OTk",
                "sort=model&cursor=1-1.model.desc.AA")) {
            assertThat(list("?teamId=acme&" + query)
                            .json()
                            .at("/errors/0/field")
                            .asText())
                    .as(query)
                    .isEqualTo("cursor");
        }
    }

    @Test
    void whatLiteLlmAnswersAddsUpAndIsForThoseWhoMaySeeIt() throws Exception {
        topic.commitOne(
                TEAM,
                List.of(
                        rated(TEAM, "a", "2026-11-22T23:59:59Z", 10, 1),
                        rated(TEAM, "b", "2026-11-23T00:00:00Z", 20, 123_456_789),
                        unpriced(TEAM, "c", "2026-11-24T09:00:00Z", 30)));
        awaitCount(3);
        String days = "?teamId=acme&start_date=2026-11-22&end_date=2026-11-24";

        JsonNode activity = api.get(admin, "/user/daily/activity" + days).json();
        assertThat(activity.path("results")).hasSize(3);
        assertThat(activity.path("results").path(1).path("date").textValue()).isEqualTo("2026-11-23");
        JsonNode metrics = activity.path("results").path(1).path("metrics");
        assertThat(metrics.path("spend").decimalValue()).isEqualByComparingTo("0.123456789");
        assertThat(metrics.path("prompt_tokens").longValue()).isEqualTo(20);
        assertThat(metrics.path("completion_tokens").longValue()).isEqualTo(2);
        assertThat(activity.path("results")
                        .path(1)
                        .path("breakdown")
                        .path("models")
                        .path("gpt-4o-mini")
                        .path("metrics"))
                .isEqualTo(metrics);
        assertThat(activity.path("metadata").path("total_spend").decimalValue()).isEqualByComparingTo("0.123456790");
        assertThat(activity.path("metadata").path("total_tokens").longValue()).isEqualTo(66);
        assertThat(activity.path("metadata").path("total_api_requests").longValue())
                .isEqualTo(3);

        JsonNode teams = api.get(admin, "/team/daily/activity?team_ids=acme&start_date=2026-11-23&end_date=2026-11-23")
                .json();
        assertThat(teams.path("results")
                        .path(0)
                        .path("breakdown")
                        .path("entities")
                        .path("acme")
                        .path("metrics"))
                .isEqualTo(metrics);
        JsonNode report = api.get(admin, "/global/spend/report?group_by=team&start_date=2026-11-23&end_date=2026-11-23")
                .json();
        assertThat(report.path(0).path("teams").path(0).path("team_name").textValue())
                .isEqualTo("acme");
        assertThat(report.path(0).path("teams").path(0).path("total_spend").decimalValue())
                .isEqualByComparingTo("0.123456789");

        JsonNode summary = api.get(admin, "/spend/logs" + days).json();
        assertThat(summary.path(0).path("startTime").textValue()).isEqualTo("2026-11-22");
        assertThat(summary.path(1).path("users").path("ann").decimalValue()).isEqualByComparingTo("0.123456789");
        JsonNode calls =
                api.get(admin, "/spend/logs" + days + "&summarize=false").json();
        assertThat(calls).extracting(call -> call.path("request_id").asText()).containsExactly("c", "b", "a");
        assertThat(calls.path(0).path("spend").isNull()).isTrue();
        assertThat(api.get(admin, "/spend/logs?teamId=acme&request_id=b").json())
                .hasSize(1);

        String editor = api.signIn("acme-editor");
        assertThat(api.get(editor, "/user/daily/activity" + days).status()).isEqualTo(403);
        assertThat(api.get(editor, "/user/daily/activity" + days + "&user_id=acme-editor")
                        .status())
                .isEqualTo(200);
        assertThat(api.get(editor, "/team/daily/activity?team_ids=acme").status())
                .isEqualTo(403);
        api.team("other", "UTC");
        assertThat(api.get(admin, "/global/spend/report?team_ids=other").status())
                .isEqualTo(404);
        assertThat(api.get(admin, "/spend/logs?start_date=nonsense&end_date=x").status())
                .isEqualTo(400);
    }

    @Test
    void aMetersWindowsAndGroupsAddUpInAnyZone() throws Exception {
        topic.commitOne(
                TEAM,
                List.of(
                        rated(TEAM, "a", "2026-11-22T18:29:00Z", 10, 1),
                        rated(TEAM, "b", "2026-11-22T18:31:00Z", 20, 123_456_789),
                        rated(TEAM, "c", "2026-11-23T05:00:00Z", 30, 2)));
        awaitCount(3);
        String range = "?teamId=acme&from=2026-11-22T00:00:00Z&to=2026-11-24T00:00:00Z";

        JsonNode days = api.get(
                        admin,
                        "/api/v1/meters/tokens_total/query" + range
                                + "&windowSize=DAY&windowTimeZone=Asia/Kolkata&groupBy=subject&groupBy=model")
                .json();
        assertThat(days.path("data")).hasSize(2);
        assertThat(days.path("data").path(0).path("value").longValue()).isEqualTo(12);
        JsonNode second = days.path("data").path(1);
        assertThat(second.path("value").longValue()).isEqualTo(54);
        assertThat(second.path("windowStart").textValue()).isEqualTo("2026-11-22T18:30:00Z");
        assertThat(second.path("windowEnd").textValue()).isEqualTo("2026-11-23T18:30:00Z");
        assertThat(second.path("subject").textValue()).isEqualTo("ann");
        assertThat(second.path("groupBy").path("model").textValue()).isEqualTo("gpt-4o-mini");
        JsonNode cost = api.get(admin, "/api/v1/meters/cost/query" + range).json();
        assertThat(cost.path("data").path(0).path("value").decimalValue()).isEqualByComparingTo("0.123456792");
        assertThat(cost.path("data").path(0).path("subject").isNull()).isTrue();
        assertThat(api.get(admin, "/api/v1/meters/calls/query" + range + "&filterGroupBy[model]=another")
                        .json()
                        .path("data"))
                .isEmpty();
        assertThat(api.get(admin, "/api/v1/meters/calls/query" + range + "&subject=ann&subject=bob&windowSize=MINUTE")
                        .json()
                        .path("data"))
                .hasSize(3);
        assertThat(api.get(admin, "/api/v1/meters/tokens_total/subjects?teamId=acme")
                        .json())
                .extracting(JsonNode::asText)
                .containsExactly("ann");
        JsonNode events = api.get(admin, "/api/v1/events?teamId=acme&limit=2").json();
        assertThat(events).hasSize(2);
        assertThat(events.path(0).path("event").path("id").textValue()).isEqualTo("c");

        assertThat(api.get(admin, "/api/v1/meters").json()).hasSize(3);
        assertThat(api.get(admin, "/api/v1/meters/nonsense/query" + range).status())
                .isEqualTo(404);
        assertThat(api.get(admin, "/api/v1/meters/calls/query" + range + "&groupBy=nonsense")
                        .status())
                .isEqualTo(400);
        String editor = api.signIn("acme-editor");
        assertThat(api.get(editor, "/api/v1/meters/calls/query" + range).status())
                .isEqualTo(403);
        assertThat(api.get(editor, "/api/v1/meters/calls/query" + range + "&subject=acme-editor")
                        .status())
                .isEqualTo(200);
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
                "?teamId=acme&startDate=x&endDate=2026-13-01&timezone=Mars&executionType=x&tag=x&unpriced=x&cursor=x&limit=x&sort=x&order=x");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("errors")).hasSize(10);
    }

    @Test
    void severalPartsAtOnceAndAPartByAnythingAddUpWhatTheRowsSay() throws Exception {
        String time = "2026-11-23T18:30:00Z";
        topic.commitOne(
                TEAM,
                List.of(
                        RatedTopic.event("1", time, usage("ann", "a", "x"), "rated", "10"),
                        RatedTopic.event("2", time, usage("ann", "a", "y"), "rated", "5"),
                        RatedTopic.event("3", time, usage("ann", "b", "x"), "rated", "100"),
                        RatedTopic.event("4", time, usage("bob", "b", "x"), "rated", "1000"),
                        // In Kolkata still the 23rd.
                        RatedTopic.event("5", "2026-11-23T18:29:59.999Z", usage("ann", "b", "x"), "rated", "7"),
                        RatedTopic.event("6", "2026-11-22T18:29:59.999Z", usage("ann", "b", "x"), "rated", "3"),
                        RatedTopic.event("7", "2026-11-24T18:30:00Z", usage("ann", "b", "x"), "rated", "9000"),
                        unpriced(TEAM, "8", time, 9)));
        awaitCount(8);
        String days = "/api/token-tracking/stats?teamId=acme&startDate=2026-11-23&endDate=2026-11-24";

        JsonNode byModel = api.get(admin, days + "&userId=ann&groupBy=model").json();

        assertThat(byModel.path("source").textValue()).isEqualTo("history");
        assertThat(byModel.path("breakdown"))
                .extracting(row -> row.path("category").textValue() + " "
                        + row.path("costNanoUsd").longValue())
                .containsExactly("b 107", "a 15", "gpt-4o-mini 0");
        assertThat(byModel.at("/breakdown/1/runs").longValue()).isEqualTo(2);
        assertThat(byModel.at("/summary/totalCostNanoUsd").longValue()).isEqualTo(122);
        assertThat(byModel.at("/summary/totalRuns").longValue()).isEqualTo(5);
        assertThat(byModel.at("/summary/unpricedRuns").longValue()).isEqualTo(1);
        assertThat(byModel.at("/summary/tokens/reasoning").longValue()).isEqualTo(12);
        assertThat(byModel.at("/trends"))
                .extracting(day -> day.path("date").textValue() + " "
                        + day.path("costNanoUsd").longValue())
                .containsExactly("2026-11-23 7", "2026-11-24 115");
        assertThat(byModel.at("/previous/totalCostNanoUsd").longValue()).isEqualTo(3);
        assertThat(byModel.has("topPrompts")).isFalse();

        JsonNode several = api.get(admin, days + "&userId=ann&model=b&tag=t:x").json();
        assertThat(several.at("/summary/totalCostNanoUsd").longValue()).isEqualTo(107);
        assertThat(several.at("/breakdown/0/category").textValue()).isEqualTo("2026-11-24");
        JsonNode byTag = api.get(admin, days + "&model=b&tag=t:x&groupBy=tag:t").json();
        assertThat(byTag.at("/breakdown/0/costNanoUsd").longValue()).isEqualTo(1_107);
        JsonNode unnamed = api.get(admin, days + "&userId=ann&groupBy=workflow").json();
        assertThat(unnamed.at("/breakdown/0/unattributed").booleanValue()).isTrue();
        assertThat(unnamed.at("/breakdown/0/runs").longValue()).isEqualTo(5);

        String viewer = api.signIn("acme-viewer");
        assertThat(api.get(viewer, days + "&userId=ann&model=b").status()).isEqualTo(403);
        assertThat(api.get(viewer, days + "&userId=acme-viewer&model=b&groupBy=prompt")
                        .json()
                        .at("/summary/totalRuns")
                        .longValue())
                .isZero();
    }

    @Test
    void whatDevelopersSpendStandsBesideWhatTheirAgentsReport() throws Exception {
        String time = "2026-11-24T00:00:00Z";
        topic.commitOne(
                TEAM,
                List.of(
                        RatedTopic.event("1", time, agent("ann", "claude-code", "s1", "120"), "rated", "100"),
                        RatedTopic.event("2", time, agent("ann", "claude-code", "s1", "null"), "rated", "30"),
                        RatedTopic.event("3", time, agent("bob", "codex", "s2", "5"), "rated", "7"),
                        RatedTopic.event("4", "2026-10-01T00:00:00Z", agent("bob", "codex", "s3", "5"), "rated", "9"),
                        rated(TEAM, "no-agent", time, 1, 1_000)));
        awaitCount(5);
        String path = "/api/token-tracking/developers?teamId=acme&startDate=2026-11-01";

        JsonNode answer = api.get(admin, path).json();

        assertThat(answer.path("developers")).hasSize(2);
        JsonNode ann = answer.at("/developers/0");
        assertThat(ann.path("userId").asText()).isEqualTo("ann");
        assertThat(ann.path("agent").asText()).isEqualTo("claude-code");
        assertThat(ann.path("sessions").longValue()).isEqualTo(1);
        assertThat(ann.path("runs").longValue()).isEqualTo(2);
        assertThat(ann.path("totalTokens").longValue()).isEqualTo(20);
        assertThat(ann.path("costNanoUsd").longValue()).isEqualTo(130);
        assertThat(ann.path("reportedCost").asText()).isEqualTo("0.00000012");
        assertThat(ann.path("reportedRuns").longValue()).isEqualTo(1);
        assertThat(ann.path("costOfReportedNanoUsd").longValue()).isEqualTo(100);
        JsonNode summary = answer.path("summary");
        assertThat(summary.path("developers").longValue()).isEqualTo(2);
        assertThat(summary.path("costNanoUsd").longValue()).isEqualTo(137);
        assertThat(summary.path("reportedCostNanoUsd").longValue()).isEqualTo(125);
        assertThat(api.get(admin, path + "&userId=bob")
                        .json()
                        .at("/summary/costNanoUsd")
                        .longValue())
                .isEqualTo(7);
        assertThat(api.get(admin, "/api/token-tracking/developers?teamId=acme&endDate=2026-09-01")
                        .json()
                        .at("/summary/runs")
                        .longValue())
                .isZero();
    }

    private static String agent(String user, String agent, String session, String reported) {
        return """
                {"userId":"%s","teamId":"acme","model":"m","conversationId":"%s","reportedCostNanoUsd":%s,\
                "tags":{"agent":"%s"},"tokens":{"input":7,"reasoning":3}}""".formatted(user, session, reported, agent);
    }

    private static String usage(String user, String model, String tag) {
        return """
                {"userId":"%s","teamId":"acme","model":"%s","tags":{"t":"%s"},"tokens":{"reasoning":3}}""".formatted(user, model, tag);
    }

    private Answer list(String query) {
        return api.get(admin, PATH + query);
    }

    /** All pages, of five events each. */
    private List<JsonNode> pages(String query) {
        var events = new ArrayList<JsonNode>();
        String cursor = "";
        do {
            JsonNode page = list("?teamId=acme&limit=5" + query + cursor).json();
            page.path("usage").forEach(events::add);
            cursor = page.path("nextCursor").isNull()
                    ? ""
                    : "&cursor=" + page.path("nextCursor").asText();
        } while (!cursor.isEmpty());
        return events;
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

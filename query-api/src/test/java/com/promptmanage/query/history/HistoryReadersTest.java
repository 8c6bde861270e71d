package com.promptmanage.query.history;

import static com.promptmanage.query.history.HistoryStand.TEAM;
import static com.promptmanage.query.history.RatedTopic.rated;
import static com.promptmanage.query.history.RatedTopic.unpriced;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.topics.account.Account;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What others make of the single events: statistics, meters, and the answers of other products. */
class HistoryReadersTest {

    @AutoClose
    private HistoryStand stand;

    @BeforeEach
    void start() throws Exception {
        stand = new HistoryStand();
    }

    @Test
    void severalPartsAtOnceAndAPartByAnythingAddUpWhatTheRowsSay() throws Exception {
        String time = "2026-11-23T18:30:00Z";
        stand.commit(List.of(
                RatedTopic.event("1", time, usage("ann", "a", "x"), "rated", "10"),
                RatedTopic.event("2", time, usage("ann", "a", "y"), "rated", "5"),
                RatedTopic.event("3", time, usage("ann", "b", "x"), "rated", "100"),
                RatedTopic.event("4", time, usage("bob", "b", "x"), "rated", "1000"),
                // In Kolkata still the 23rd.
                RatedTopic.event("5", "2026-11-23T18:29:59.999Z", usage("ann", "b", "x"), "rated", "7"),
                RatedTopic.event("6", "2026-11-22T18:29:59.999Z", usage("ann", "b", "x"), "rated", "3"),
                RatedTopic.event("7", "2026-11-24T18:30:00Z", usage("ann", "b", "x"), "rated", "9000"),
                unpriced(TEAM, "8", time, 9)));
        String days = "/api/token-tracking/stats?teamId=acme&startDate=2026-11-23&endDate=2026-11-24";

        JsonNode byModel = stand.get(days + "&userId=ann&groupBy=model").json();

        assertThat(byModel.path("source").textValue()).isEqualTo("history");
        assertThat(byModel.path("breakdown"))
                .extracting(row -> row.path("category").textValue() + " "
                        + row.path("costNanoUsd").longValue())
                .containsExactly("b 107", "a 15", "gpt-4o-mini 0");
        assertThat(byModel.at("/breakdown/1/runs").longValue()).isEqualTo(2);
        assertThat(byModel.path("breakdown"))
                .extracting(row -> row.path("unpricedRuns").longValue())
                .containsExactly(0L, 0L, 1L);
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

        JsonNode several = stand.get(days + "&userId=ann&model=b&tag=t:x").json();
        assertThat(several.at("/summary/totalCostNanoUsd").longValue()).isEqualTo(107);
        assertThat(several.at("/breakdown/0/category").textValue()).isEqualTo("2026-11-24");
        JsonNode byTag = stand.get(days + "&model=b&tag=t:x&groupBy=tag:t").json();
        assertThat(byTag.at("/breakdown/0/costNanoUsd").longValue()).isEqualTo(1_107);
        JsonNode unnamed = stand.get(days + "&userId=ann&groupBy=workflow").json();
        assertThat(unnamed.at("/breakdown/0/unattributed").booleanValue()).isTrue();
        assertThat(unnamed.at("/breakdown/0/runs").longValue()).isEqualTo(5);

        String viewer = stand.api().signIn("acme-viewer");
        assertThat(stand.api().get(viewer, days + "&userId=ann&model=b").status())
                .isEqualTo(403);
        assertThat(stand.api()
                        .get(viewer, days + "&userId=acme-viewer&model=b&groupBy=prompt")
                        .json()
                        .at("/summary/totalRuns")
                        .longValue())
                .isZero();
    }

    @Test
    void whatAgentsReportIsComparedForCallsThatHaveAPriceOnly() throws Exception {
        String time = "2026-11-24T00:00:00Z";
        stand.commit(List.of(
                RatedTopic.event("1", time, agent("carl", "claude-code", "s1", "40"), "rated", "60"),
                RatedTopic.event("2", time, agent("carl", "claude-code", "s1", "500"), "unpriced", "null"),
                RatedTopic.event("3", time, agent("carl", "claude-code", "s1", "null"), "rated", "9")));

        JsonNode carl = stand.get("/api/token-tracking/developers?teamId=acme&startDate=2026-11-01")
                .json()
                .at("/developers/0");

        assertThat(carl.path("userId").asText()).isEqualTo("carl");
        assertThat(carl.path("reportedRuns").longValue()).isEqualTo(2);
        assertThat(carl.path("reportedCostNanoUsd").longValue()).isEqualTo(540);
        assertThat(carl.path("comparedRuns").longValue()).isEqualTo(1);
        assertThat(carl.path("reportedOfComparedNanoUsd").longValue()).isEqualTo(40);
        assertThat(carl.path("reportedOfCompared").asText()).isEqualTo("0.00000004");
        assertThat(carl.path("costOfReportedNanoUsd").longValue()).isEqualTo(60);
    }

    @Test
    void whatDevelopersSpendStandsBesideWhatTheirAgentsReport() throws Exception {
        String time = "2026-11-24T00:00:00Z";
        stand.commit(List.of(
                RatedTopic.event("1", time, agent("ann", "claude-code", "s1", "120"), "rated", "100"),
                RatedTopic.event("2", time, agent("ann", "claude-code", "s1", "null"), "rated", "30"),
                RatedTopic.event("3", time, agent("bob", "codex", "s2", "5"), "rated", "7"),
                RatedTopic.event("4", "2026-10-01T00:00:00Z", agent("bob", "codex", "s3", "5"), "rated", "9"),
                rated(TEAM, "no-agent", time, 1, 1_000)));
        String path = "/api/token-tracking/developers?teamId=acme&startDate=2026-11-01";

        JsonNode answer = stand.get(path).json();

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
        assertThat(stand.get(path + "&userId=bob")
                        .json()
                        .at("/summary/costNanoUsd")
                        .longValue())
                .isEqualTo(7);
        assertThat(stand.get("/api/token-tracking/developers?teamId=acme&endDate=2026-09-01")
                        .json()
                        .at("/summary/runs")
                        .longValue())
                .isZero();
    }

    @Test
    void whatLiteLlmAnswersAddsUpAndIsForThoseWhoMaySeeIt() throws Exception {
        stand.commit(List.of(
                rated(TEAM, "a", "2026-11-22T23:59:59Z", 10, 1),
                rated(TEAM, "b", "2026-11-23T00:00:00Z", 20, 123_456_789),
                unpriced(TEAM, "c", "2026-11-24T09:00:00Z", 30)));
        String days = "?teamId=acme&start_date=2026-11-22&end_date=2026-11-24";

        JsonNode activity = stand.get("/user/daily/activity" + days).json();
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

        JsonNode teams = stand.get("/team/daily/activity?team_ids=acme&start_date=2026-11-23&end_date=2026-11-23")
                .json();
        assertThat(teams.path("results")
                        .path(0)
                        .path("breakdown")
                        .path("entities")
                        .path("acme")
                        .path("metrics"))
                .isEqualTo(metrics);
        JsonNode report = stand.get("/global/spend/report?group_by=team&start_date=2026-11-23&end_date=2026-11-23")
                .json();
        assertThat(report.path(0).path("teams").path(0).path("team_name").textValue())
                .isEqualTo("acme");
        assertThat(report.path(0).path("teams").path(0).path("total_spend").decimalValue())
                .isEqualByComparingTo("0.123456789");

        JsonNode breakdown = activity.path("results").path(1).path("breakdown");
        assertThat(breakdown.path("model_groups")).isEqualTo(breakdown.path("models"));
        assertThat(breakdown.path("mcp_servers").isObject()).isTrue();
        assertThat(breakdown.path("models").path("gpt-4o-mini").path("api_key_breakdown"))
                .isEqualTo(breakdown.path("api_keys"));
        for (String asked : List.of("group_by=api_key", "internal_user_id=ann")) {
            JsonNode keys = stand.get(
                            "/global/spend/report?team_id=acme&start_date=2026-11-22&end_date=2026-11-24&" + asked)
                    .json();
            assertThat(keys).hasSize(1);
            assertThat(keys.path(0).path("total_cost").decimalValue()).isEqualByComparingTo("0.123456790");
            assertThat(keys.path(0).path("total_input_tokens").longValue()).isEqualTo(60);
            assertThat(keys.path(0).path("total_output_tokens").longValue()).isEqualTo(6);
            assertThat(keys.path(0).path("model_details").path(0).path("model").textValue())
                    .isEqualTo("gpt-4o-mini");
        }
        assertThat(stand.get("/global/spend/report?team_id=acme&start_date=2026-11-22&customer_id=nobody")
                        .json())
                .isEmpty();

        JsonNode behind = stand.get("/spend/logs?teamId=acme&start_date=2026-11-22&end_date=2026-11-26")
                .json();
        assertThat(behind)
                .extracting(day -> day.path("startTime").asText())
                .as("days without calls stand behind the last that has some")
                .containsExactly("2026-11-22", "2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26");
        assertThat(behind.path(4).path("spend").decimalValue()).isEqualByComparingTo("0");
        JsonNode summary = stand.get("/spend/logs" + days).json();
        assertThat(summary.path(0).path("startTime").textValue()).isEqualTo("2026-11-22");
        assertThat(summary.path(1).path("users").path("ann").decimalValue()).isEqualByComparingTo("0.123456789");
        JsonNode calls = stand.get("/spend/logs" + days + "&summarize=false").json();
        assertThat(calls).extracting(call -> call.path("request_id").asText()).containsExactly("c", "b", "a");
        assertThat(calls.path(0).path("spend").isNull()).isTrue();
        assertThat(stand.get("/spend/logs?teamId=acme&request_id=b").json()).hasSize(1);
        String gateway =
                stand.api().key(NewKey.of("gateway", Account.team("acme")).speakingForOthers());
        String ofAnn = "?user_id=ann&start_date=2026-11-22&end_date=2026-11-24";
        assertThat(stand.api()
                        .get(gateway, "/spend/logs" + ofAnn + "&summarize=false")
                        .json())
                .as("a user of the key's account, though it may speak for others")
                .isEqualTo(calls);
        assertThat(stand.api().get(gateway, "/user/daily/activity" + ofAnn).json())
                .isEqualTo(activity);

        String editor = stand.api().signIn("acme-editor");
        assertThat(stand.api().get(editor, "/user/daily/activity" + days).status())
                .isEqualTo(403);
        assertThat(stand.api()
                        .get(editor, "/user/daily/activity" + days + "&user_id=acme-editor")
                        .status())
                .isEqualTo(200);
        assertThat(stand.api().get(editor, "/team/daily/activity?team_ids=acme").status())
                .isEqualTo(403);
        String unasking =
                stand.api().key(NewKey.of("sends only", Account.team("acme")).withScopes(Set.of(KeyScope.INGEST)));
        for (String route : List.of(
                "/global/spend/report",
                "/global/spend/report?group_by=customer",
                "/global/spend/report?group_by=api_key",
                "/team/daily/activity",
                "/team/daily/activity?team_ids=acme",
                "/user/daily/activity",
                "/spend/logs")) {
            assertThat(stand.api().get(unasking, route).status()).as(route).isEqualTo(403);
        }
        stand.api().team("other", "UTC");
        assertThat(stand.get("/global/spend/report?team_ids=other").status()).isEqualTo(404);
        assertThat(stand.get("/spend/logs?start_date=nonsense&end_date=x").status())
                .isEqualTo(400);
    }

    @Test
    void whatLiteLlmIsAskedForOfOneEndUserOrTeamIsOfThatAlone() throws Exception {
        String time = "2026-11-23T09:00:00Z";
        stand.commit(List.of(
                RatedTopic.event("a", time, ofEndUser("eve"), "rated", "5"),
                RatedTopic.event("b", time, ofEndUser("sam"), "rated", "70"),
                rated(TEAM, "c", time, 20, 900)));
        String days = "start_date=2026-11-23&end_date=2026-11-23";

        for (String team : List.of("teamId=acme", "team_id=acme")) {
            String logs = "/spend/logs?" + team + "&" + days;
            JsonNode calls = stand.get(logs + "&summarize=false").json();
            assertThat(calls)
                    .extracting(call -> call.path("request_id").asText() + " "
                            + call.path("end_user").asText())
                    .containsExactlyInAnyOrder("a eve", "b sam", "c null");
            assertThat(stand.get(logs + "&summarize=false&end_user=eve").json())
                    .extracting(call -> call.path("request_id").asText())
                    .containsExactly("a");
            assertThat(stand.get(logs + "&end_user=eve").json().at("/0/spend").decimalValue())
                    .isEqualByComparingTo("0.000000005");
            assertThat(stand.get(logs + "&end_user=nobody").json()).isEmpty();
            JsonNode activity = stand.get("/user/daily/activity?" + team + "&" + days + "&end_user=sam")
                    .json();
            assertThat(activity.at("/metadata/total_spend").decimalValue()).isEqualByComparingTo("0.00000007");
            JsonNode customers = stand.get(
                            "/global/spend/report?group_by=customer&" + team + "&" + days + "&end_user=sam")
                    .json();
            assertThat(customers.at("/0/customers")).hasSize(1);
            assertThat(customers.at("/0/customers/0/customer").textValue()).isEqualTo("sam");
        }
        for (String route :
                List.of("/spend/logs", "/user/daily/activity", "/team/daily/activity", "/global/spend/report")) {
            assertThat(stand.get(route + "?teamId=acme&" + days + "&min_spend=1")
                            .status())
                    .as(route)
                    .isEqualTo(400);
        }
    }

    @Test
    void whatLiteLlmIsAskedForPageByPageAndInAZoneComesSo() throws Exception {
        stand.commit(List.of(
                rated(TEAM, "a", "2026-11-22T23:59:59Z", 10, 1),
                rated(TEAM, "b", "2026-11-23T00:00:00Z", 20, 123_456_789),
                rated(TEAM, "c", "2026-11-24T09:00:00Z", 30, 2)));
        String days = "?teamId=acme&start_date=2026-11-22&end_date=2026-11-24";

        JsonNode first =
                stand.get("/user/daily/activity" + days + "&page=1&page_size=2").json();
        assertThat(first.path("results"))
                .extracting(day -> day.path("date").asText())
                .containsExactly("2026-11-24", "2026-11-23");
        assertThat(first.at("/metadata/total_pages").intValue()).isEqualTo(2);
        assertThat(first.at("/metadata/has_more").booleanValue()).isTrue();
        assertThat(first.at("/metadata/total_api_requests").longValue()).isEqualTo(2);
        JsonNode second = stand.get("/team/daily/activity?team_ids=acme&page=2&page_size=2"
                        + days.substring("?teamId=acme".length()))
                .json();
        assertThat(second.path("results"))
                .extracting(day -> day.path("date").asText())
                .containsExactly("2026-11-22");
        assertThat(second.at("/metadata/page").intValue()).isEqualTo(2);
        assertThat(second.at("/metadata/has_more").booleanValue()).isFalse();
        assertThat(stand.get("/user/daily/activity" + days + "&page=3&page_size=2")
                        .json()
                        .path("results"))
                .isEmpty();
        assertThat(stand.get("/user/daily/activity" + days + "&page=2").json().path("results"))
                .as("without a size all of it is on the first page")
                .isEmpty();

        String day = "/user/daily/activity?teamId=acme&start_date=2026-11-22&end_date=2026-11-22&timezone=";
        assertThat(stand.get(day + "480")
                        .json()
                        .at("/results/0/metrics/api_requests")
                        .longValue())
                .as("in Los Angeles both are of the 22nd")
                .isEqualTo(2);
        assertThat(stand.get(day + "-330").json().path("results"))
                .as("in Kolkata none is")
                .isEmpty();
        String teams = "/team/daily/activity?team_ids=acme&start_date=2026-11-22&end_date=2026-11-24";
        assertThat(stand.get(teams).json().path("results")).hasSize(3);
        assertThat(stand.get(teams + "&exclude_team_ids=other,%20acme").json().path("results"))
                .isEmpty();

        var wrongs = List.of("page=0", "page=x", "page_size=0", "page_size=1001", "timezone=841", "timezone=PST");
        for (String wrong : wrongs) {
            assertThat(stand.get("/user/daily/activity" + days + "&" + wrong).status())
                    .as(wrong)
                    .isEqualTo(400);
        }
        for (String untaken : List.of("page=1", "page_size=50", "timezone=0")) {
            assertThat(stand.get("/spend/logs" + days + "&" + untaken).status())
                    .as(untaken)
                    .isEqualTo(400);
            assertThat(stand.get("/global/spend/report?team_id=acme&" + untaken).status())
                    .as(untaken)
                    .isEqualTo(400);
        }
    }

    @Test
    void aMetersWindowsAndGroupsAddUpInAnyZone() throws Exception {
        stand.commit(List.of(
                rated(TEAM, "a", "2026-11-22T18:29:00Z", 10, 1),
                rated(TEAM, "b", "2026-11-22T18:31:00Z", 20, 123_456_789),
                rated(TEAM, "c", "2026-11-23T05:00:00Z", 30, 2)));
        String range = "?teamId=acme&from=2026-11-22T00:00:00Z&to=2026-11-24T00:00:00Z";

        JsonNode days = stand.get("/api/v1/meters/tokens_total/query" + range
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
        JsonNode cost = stand.get("/api/v1/meters/cost/query" + range).json();
        assertThat(cost.path("data").path(0).path("value").decimalValue()).isEqualByComparingTo("0.123456792");
        assertThat(cost.path("data").path(0).path("subject").isNull()).isTrue();
        assertThat(stand.get("/api/v1/meters/calls/query" + range + "&filterGroupBy[model]=another")
                        .json()
                        .path("data"))
                .isEmpty();
        assertThat(stand.get("/api/v1/meters/calls/query" + range + "&subject=ann&subject=bob&windowSize=MINUTE")
                        .json()
                        .path("data"))
                .hasSize(3);
        assertThat(stand.get("/api/v1/meters/tokens_total/subjects?teamId=acme").json())
                .extracting(JsonNode::asText)
                .containsExactly("ann");
        JsonNode events = stand.get("/api/v1/events?teamId=acme&limit=2").json();
        assertThat(events).hasSize(2);
        assertThat(events.path(0).path("event").path("id").textValue()).isEqualTo("c");

        assertThat(stand.get("/api/v1/meters").json()).hasSize(3);
        assertThat(stand.get("/api/v1/meters/nonsense/query" + range).status()).isEqualTo(404);
        assertThat(stand.get("/api/v1/meters/calls/query" + range + "&groupBy=nonsense")
                        .status())
                .isEqualTo(400);
        String editor = stand.api().signIn("acme-editor");
        assertThat(stand.api().get(editor, "/api/v1/meters/calls/query" + range).status())
                .isEqualTo(403);
        assertThat(stand.api()
                        .get(editor, "/api/v1/meters/calls/query" + range + "&subject=acme-editor")
                        .status())
                .isEqualTo(200);
    }

    private static String agent(String user, String agent, String session, String reported) {
        return """
                {"userId":"%s","teamId":"acme","model":"m","conversationId":"%s","reportedCostNanoUsd":%s,\
                "tags":{"agent":"%s"},"tokens":{"input":7,"reasoning":3}}""".formatted(user, session, reported, agent);
    }

    private static String ofEndUser(String endUser) {
        return """
                {"userId":"ann","teamId":"acme","model":"m","tags":{"enduser":"%s"},"tokens":{"input":7}}""".formatted(endUser);
    }

    private static String usage(String user, String model, String tag) {
        return """
                {"userId":"%s","teamId":"acme","model":"%s","tags":{"t":"%s"},"tokens":{"reasoning":3}}""".formatted(user, model, tag);
    }
}

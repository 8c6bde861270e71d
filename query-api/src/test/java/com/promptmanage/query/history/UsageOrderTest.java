package com.promptmanage.query.history;

import static com.promptmanage.query.history.HistoryStand.SORTED_MAX;
import static com.promptmanage.query.history.HistoryStand.TEAM;
import static com.promptmanage.query.history.RatedTopic.rated;
import static com.promptmanage.query.history.RatedTopic.unpriced;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The list of single events in other orders than that of their time. */
class UsageOrderTest {

    @AutoClose
    private HistoryStand stand;

    @BeforeEach
    void start() throws Exception {
        stand = new HistoryStand();
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
        stand.commit(events);
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

        String cursor = stand.list("?teamId=acme&sort=cost&limit=1")
                .json()
                .path("nextCursor")
                .asText();
        for (String other : List.of(
                "&cursor=" + cursor, "&sort=cost&order=asc&cursor=" + cursor, "&sort=tokens&cursor=" + cursor)) {
            assertThat(stand.list("?teamId=acme" + other)
                            .json()
                            .at("/errors/0/detail")
                            .asText())
                    .isEqualTo("is of another order");
        }
        stand.commit(List.of(rated(TEAM, "one-too-many", "2026-08-31T00:00:00Z", 1, 1)));
        JsonNode refused = stand.list("?teamId=acme&sort=cost&cursor=" + cursor).json();
        assertThat(refused.path("status").intValue()).isEqualTo(400);
        assertThat(refused.at("/errors/0/field").asText()).isEqualTo("sort");
        assertThat(stand.list("?teamId=acme&sort=cost&startDate=2026-09-01").status())
                .isEqualTo(200);
    }

    @Test
    void aPlaceThatNoEventHasIsRefused() {
        for (String query : List.of(
                "sort=time&cursor=zzzzzzzzzzz-1",
                "sort=cost&cursor=1-1.cost.desc.",
                "sort=cost&cursor=1-1.cost.desc.eA",
                "sort=tokens&cursor=1-1.tokens.desc.OTk5OTk5OTk5OTk5OTk5OTk5OTk",
                "sort=model&cursor=1-1.model.desc.AA")) {
            assertThat(stand.list("?teamId=acme&" + query)
                            .json()
                            .at("/errors/0/field")
                            .asText())
                    .as(query)
                    .isEqualTo("cursor");
        }
    }

    /** All pages, of five events each. */
    private List<JsonNode> pages(String query) {
        var events = new ArrayList<JsonNode>();
        String cursor = "";
        do {
            JsonNode page = stand.list("?teamId=acme&limit=5" + query + cursor).json();
            page.path("usage").forEach(events::add);
            cursor = page.path("nextCursor").isNull()
                    ? ""
                    : "&cursor=" + page.path("nextCursor").asText();
        } while (!cursor.isEmpty());
        return events;
    }
}

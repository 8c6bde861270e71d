package com.promptmanage.query.history;

import static com.promptmanage.query.history.HistoryStand.PATH;
import static com.promptmanage.query.history.HistoryStand.TEAM;
import static com.promptmanage.query.history.RatedTopic.rated;
import static com.promptmanage.query.history.RatedTopic.unpriced;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.topics.account.Account;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The list of single events: which of them are on it, and what it tells of each. */
class UsageRoutesTest {

    @AutoClose
    private HistoryStand stand;

    @BeforeEach
    void start() throws Exception {
        stand = new HistoryStand();
    }

    @Test
    void everyEventIsOnOnePageThoughManyShareAMomentAndOthersArriveMeanwhile() throws Exception {
        var events = new ArrayList<String>();
        for (int i = 0; i < 25; i++) {
            events.add(rated(TEAM, "id-" + i, "2026-%02d-01T00:00:00Z".formatted(9 + i % 3), 1, 1));
        }
        stand.commit(events);

        var ids = new ArrayList<String>();
        var times = new ArrayList<String>();
        String cursor = "";
        do {
            JsonNode page = stand.list("?teamId=acme&limit=4" + cursor).json();
            page.path("usage").forEach(event -> {
                ids.add(event.path("id").asText());
                times.add(event.path("time").asText());
            });
            if (ids.size() == 4) {
                stand.commit(List.of(rated(TEAM, "newer", "2026-11-24T00:00:00Z", 1, 1)));
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
        stand.commit(List.of(
                rated(TEAM, "dear", "2026-11-24T10:00:00Z", 3, 123_456_789_012_345_678L),
                unpriced(TEAM, "unknown", "2026-11-24T09:00:00Z", 7)));

        JsonNode usage = stand.list("?teamId=acme").json().path("usage");

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
        stand.commit(List.of(
                // In Kolkata the 24th begins at 18:30 of the 23rd.
                rated(TEAM, "before", "2026-11-23T18:29:59Z", 1, 1),
                rated(TEAM, "in", "2026-11-23T18:30:00Z", 1, 1),
                RatedTopic.event("tagged", "2026-11-24T18:29:59Z", tagged, "rated", "1"),
                unpriced(TEAM, "after", "2026-11-24T18:30:00Z", 1)));

        assertThat(ids("&startDate=2026-11-24&endDate=2026-11-24")).containsExactly("tagged", "in");
        assertThat(ids("&startDate=2026-11-24&endDate=2026-11-24&timezone=UTC")).containsExactly("after", "tagged");
        assertThat(ids("&endDate=2026-11-23T18:30:00Z")).containsExactly("before");
        assertThat(ids("&model=claude&workflowId=w&executionType=workflow_node&tag=env:prod:eu"))
                .containsExactly("tagged");
        assertThat(ids("&userId=bob")).containsExactly("tagged");
        assertThat(ids("&unpriced=true")).containsExactly("after");
        assertThat(ids("&model=nothing")).isEmpty();
        // Of the catalogue's models, by any of their names.
        assertThat(ids("&unpriced=true&model=openai/gpt-4o-mini-2024-07-18")).containsExactly("after");
        assertThat(ids("&unpriced=true&model=gpt-4o")).isEmpty();
    }

    @Test
    void aMemberSeesWhatIsTheirsAndAStrangerNothing() throws Exception {
        String own = """
                {"userId":"acme-viewer","teamId":"acme","model":"m","tokens":{"input":1}}""";
        stand.commit(List.of(
                rated(TEAM, "other", "2026-11-24T00:00:00Z", 1, 1),
                RatedTopic.event("own", "2026-11-24T00:00:00Z", own, "rated", "1")));
        String viewer = stand.api().signIn("acme-viewer");

        Answer seen = stand.api().get(viewer, PATH + "?teamId=acme&userId=acme-viewer");
        assertThat(seen.json().path("usage")).hasSize(1);
        assertThat(seen.json().path("usage").path(0).path("id").asText()).isEqualTo("own");
        assertThat(stand.api().get(viewer, PATH + "?teamId=acme").status()).isEqualTo(403);
        String stranger = stand.api().key(Account.team("x"), KeyScope.QUERY);
        assertThat(stand.api().get(stranger, PATH + "?teamId=acme&limit=-1").status())
                .isEqualTo(404);
    }

    @Test
    void everythingWrongWithARequestIsToldAtOnce() {
        Answer answer = stand.list(
                "?teamId=acme&startDate=x&endDate=2026-13-01&timezone=Mars&executionType=x&tag=x&unpriced=x&cursor=x&limit=x&sort=x&order=x");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("errors")).hasSize(10);
    }

    private List<String> ids(String filters) {
        var ids = new ArrayList<String>();
        stand.list("?teamId=acme" + filters)
                .json()
                .path("usage")
                .forEach(event -> ids.add(event.path("id").asText()));
        return ids;
    }
}

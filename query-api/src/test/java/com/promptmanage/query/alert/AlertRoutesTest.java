package com.promptmanage.query.alert;

import static com.promptmanage.query.alert.AlertTopic.alert;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.copy.TopicCopy;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Dimension;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AlertRoutesTest {

    private static final String PATH = "/api/token-tracking/alerts";

    private static final Account ACME = Account.team("acme");

    private static final Account OTHER = Account.team("other");

    private final EmbeddedKafka kafka = EmbeddedKafka.shared();

    private AlertTopic topic;

    private TestApi api;

    private TopicCopy copy;

    private String admin;

    @BeforeEach
    void start() throws Exception {
        topic = new AlertTopic(kafka);
        api = TestApi.start(
                Instant.parse("2026-11-24T12:00:00Z"),
                parts -> List.of(new AlertRoutes(
                        parts.access().authentication(), new AlertTable(parts.database()), parts.clock())));
        api.team("acme", "UTC");
        admin = api.signIn("acme-admin");
        copy = AlertWriter.start(
                topic.name(),
                api.database(),
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                AlertWriter.Listener.NONE,
                new SimpleMeterRegistry());
    }

    @AfterEach
    void stop() {
        copy.close();
        api.close();
        topic.close();
    }

    @Test
    void alertsAreListedNewestFirstPageByPageAndEachOnce() throws Exception {
        for (int i = 0; i < 7; i++) {
            topic.raise(alert("a" + i, ACME), alert("b" + i, OTHER));
            topic.raise(alert("a" + i, ACME));
        }
        awaitUnread(7);

        var seen = new ArrayList<String>();
        String cursor = "";
        int pages = 0;
        do {
            JsonNode page = list("?teamId=acme&limit=3" + cursor).json();
            page.path("alerts").forEach(found -> seen.add(found.path("id").asText()));
            cursor = page.path("nextCursor").isNull()
                    ? ""
                    : "&cursor=" + page.path("nextCursor").asText();
            pages++;
        } while (!cursor.isEmpty());

        assertThat(pages).isEqualTo(3);
        assertThat(seen)
                .containsExactlyElementsOf(
                        IntStream.range(0, 7).mapToObj(i -> "a" + (6 - i)).toList());
    }

    @Test
    void anAlertIsListedAsItWasRaised() throws Exception {
        topic.raise(alert("a", ACME));
        awaitUnread(1);

        JsonNode alert = list("").json().path("alerts").path(0);

        assertThat(alert.path("spentUsd").asText()).isEqualTo("2.250000001");
        assertThat(alert.path("spentNanoUsd").asLong()).isEqualTo(2_250_000_001L);
        assertThat(alert.path("severity").asText()).isEqualTo("info");
        assertThat(alert.path("threshold").decimalValue()).isEqualByComparingTo("75");
        assertThat(alert.path("occurredAt").asText()).isEqualTo("2026-11-24T12:00:00Z");
        assertThat(alert.path("acknowledged").booleanValue()).isFalse();
    }

    @Test
    void whoAcknowledgesFirstStaysTheOneWhoDid() throws Exception {
        topic.raise(alert("a", ACME), alert("b", ACME));
        awaitUnread(2);

        Answer first = api.post(admin, PATH + "/a/acknowledge", "");
        api.clock().advance(java.time.Duration.ofHours(1));
        Answer again = api.post(api.signIn("acme-owner"), PATH + "/a/acknowledge", "");

        assertThat(first.status()).isEqualTo(200);
        assertThat(first.json().path("acknowledged").booleanValue()).isTrue();
        assertThat(again.json().path("acknowledgedBy").asText()).isEqualTo("acme-admin");
        assertThat(again.json().path("acknowledgedAt").asText()).isEqualTo("2026-11-24T12:00:00Z");
        assertThat(list("").json().path("unread").asLong()).isEqualTo(1);
        assertThat(ids(list("?acknowledged=true"))).containsExactly("a");
        assertThat(ids(list("?acknowledged=false"))).containsExactly("b");
        assertThat(api.database()
                        .<List<String>, RuntimeException>asSystem(handle ->
                                handle.createQuery("""
                                SELECT concat_ws(' ', account, actor_id, resource_type, resource_id, old_values, new_values)
                                FROM audit_log WHERE action = 'alert_acknowledged' ORDER BY id
                                """).mapTo(String.class).list()))
                .as("who came second has changed nothing")
                .containsExactly("team:acme acme-admin alert a {\"acknowledged\": false} {\"acknowledged\": true}");
    }

    @Test
    void whatIsReadIsReadByEachForThemselves() throws Exception {
        topic.raise(alert("a", ACME), alert("b", ACME), alert("mine", ACME, Dimension.MEMBER, "acme-viewer"));
        awaitUnread(3);
        String owner = api.signIn("acme-owner");
        String viewer = api.signIn("acme-viewer");

        assertThat(api.post(admin, PATH + "/a/read", "").status()).isEqualTo(204);
        assertThat(api.post(admin, PATH + "/a/read", "").status()).isEqualTo(204);
        assertThat(api.post(viewer, PATH + "/mine/read", "").status()).isEqualTo(204);

        assertThat(list("").json().path("unread").asLong()).isEqualTo(2);
        assertThat(list("").json().path("alerts").findValuesAsText("read")).containsExactly("false", "false", "true");
        assertThat(api.get(owner, PATH).json().path("unread").asLong()).isEqualTo(3);
        assertThat(api.get(viewer, PATH + "?teamId=acme&userId=acme-viewer")
                        .json()
                        .path("unread")
                        .asLong())
                .isZero();
        assertThat(api.post(owner, PATH + "/read-all?teamId=acme", "")
                        .json()
                        .path("marked")
                        .asInt())
                .isEqualTo(3);
        assertThat(api.get(owner, PATH).json().path("unread").asLong()).isZero();
        assertThat(api.post(viewer, PATH + "/a/read", "").status()).isEqualTo(404);
        assertThat(api.post(api.key(ACME, KeyScope.QUERY), PATH + "/a/read", "").status())
                .isEqualTo(403);
    }

    @Test
    void filtersNarrowTheList() throws Exception {
        topic.raise(alert("a", ACME), alert("mine", ACME, Dimension.MEMBER, "acme-viewer"));
        awaitUnread(2);

        assertThat(ids(list("?teamId=acme&severity=info"))).containsExactly("mine", "a");
        assertThat(ids(list("?teamId=acme&severity=critical"))).isEmpty();
        assertThat(ids(list("?teamId=acme&budgetId=budget-of-acme"))).hasSize(2);
        assertThat(ids(list("?teamId=acme&budgetId=x"))).isEmpty();
        assertThat(ids(api.get(api.signIn("acme-viewer"), PATH + "?teamId=acme&userId=acme-viewer")))
                .containsExactly("mine");
    }

    @Test
    void strangersAreToldNothing() throws Exception {
        topic.raise(alert("a", ACME), alert("b", OTHER));
        awaitUnread(1);
        String stranger = api.key(OTHER, KeyScope.QUERY, KeyScope.MANAGE);

        assertThat(ids(api.get(stranger, PATH))).containsExactly("b");
        assertThat(api.get(stranger, PATH + "?teamId=acme").status()).isEqualTo(404);
        Answer theirs = api.post(stranger, PATH + "/a/acknowledge", "");
        Answer nothing = api.post(stranger, PATH + "/none/acknowledge", "");
        assertThat(theirs.status()).isEqualTo(404);
        assertThat(theirs.json().path("detail")).isEqualTo(nothing.json().path("detail"));
        assertThat(api.post(api.signIn("acme-viewer"), PATH + "/a/acknowledge", "")
                        .status())
                .isEqualTo(403);
        assertThat(api.get("", PATH).status()).isEqualTo(401);
    }

    @Test
    void everythingWrongWithARequestIsToldAtOnce() {
        Answer answer = list("?severity=loud&acknowledged=maybe&cursor=!&limit=0");
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("errors")).hasSize(4);
    }

    private Answer list(String query) {
        return api.get(admin, PATH + query);
    }

    private void awaitUnread(long count) throws Exception {
        Await.until(() ->
                assertThat(list("?teamId=acme").json().path("unread").asLong()).isEqualTo(count));
    }

    private static List<String> ids(Answer answer) {
        var ids = new ArrayList<String>();
        answer.json().path("alerts").forEach(alert -> ids.add(alert.path("id").asText()));
        return ids;
    }
}

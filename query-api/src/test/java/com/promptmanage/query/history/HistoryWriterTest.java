package com.promptmanage.query.history;

import static com.promptmanage.query.history.RatedTopic.rated;
import static com.promptmanage.query.history.WrittenHistory.NOON;
import static com.promptmanage.query.history.WrittenHistory.TEAM;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.copy.TopicCopy;
import com.promptmanage.query.history.WrittenHistory.Held;
import com.promptmanage.service.database.RowSecurity;
import com.promptmanage.service.database.Scope;
import com.promptmanage.testkit.Await;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HistoryWriterTest {

    @AutoClose
    private WrittenHistory history;

    private RatedTopic topic;

    @BeforeEach
    void open() throws Exception {
        history = new WrittenHistory();
        topic = history.topic();
    }

    @Test
    void aRowHoldsAllThatItsEventSaid() throws Exception {
        String usage = """
                {"userId":"ann","teamId":"acme","model":"claude","provider":"anthropic","executionType":"workflow_node",\
                "promptId":"p","runId":"r","workflowId":"w","executionId":"e","nodeId":"n","apiKeyId":"k",\
                "conversationId":"c","serviceTier":"batch","durationMs":1234,"tags":{"env":"prod","say":"\\"hi\\" ü"},\
                "reservationId":"v","reportedCostNanoUsd":77,\
                "tokens":{"input":1,"cacheRead":2,"cacheWrite5m":3,"cacheWrite1h":4,"inputAudio":5,"inputImage":6,\
                "output":7,"reasoning":8,"outputAudio":9,"outputImage":10}}""";
        try (TopicCopy copy = history.start()) {
            assertThat(copy.isAlive()).isTrue();
            topic.commitOne(
                    TEAM, List.of(RatedTopic.event("id-1", "2026-11-24T14:00:00.1239+02:00", usage, "rated", "42")));
            history.awaitRows(1);
        }

        assertThat(history.rows("SELECT * FROM usage_history")).singleElement().satisfies(row -> {
            assertThat(row)
                    .containsEntry("account", TEAM)
                    .containsEntry("source", "app")
                    .containsEntry("event_id", "id-1")
                    .containsEntry("user_id", "ann")
                    .containsEntry("model", "claude")
                    .containsEntry("provider", "anthropic")
                    .containsEntry("execution_type", "workflow_node")
                    .containsEntry("prompt_id", "p")
                    .containsEntry("run_id", "r")
                    .containsEntry("workflow_id", "w")
                    .containsEntry("execution_id", "e")
                    .containsEntry("node_id", "n")
                    .containsEntry("api_key_id", "k")
                    .containsEntry("conversation_id", "c")
                    .containsEntry("service_tier", "batch")
                    .containsEntry("reservation_id", "v")
                    .containsEntry("duration_ms", 1234L)
                    .containsEntry("reported_cost_nano_usd", 77L)
                    .containsEntry("cost_nano_usd", 42L)
                    .containsEntry("price_id", "price-1")
                    .containsEntry("unpriced", false)
                    .containsEntry("input_tokens", 1L)
                    .containsEntry("cache_read_tokens", 2L)
                    .containsEntry("cache_write_5m_tokens", 3L)
                    .containsEntry("cache_write_1h_tokens", 4L)
                    .containsEntry("input_audio_tokens", 5L)
                    .containsEntry("input_image_tokens", 6L)
                    .containsEntry("output_tokens", 7L)
                    .containsEntry("reasoning_tokens", 8L)
                    .containsEntry("output_audio_tokens", 9L)
                    .containsEntry("output_image_tokens", 10L);
        });
        assertThat(history.rows("""
                        SELECT (time = '2026-11-24 12:00:00.123Z')::text AS time, tags ->> 'say' AS say,
                               costs ->> 'input' AS cost, tableoid::regclass::text AS partition
                        FROM usage_history
                        """))
                .containsExactly(
                        Map.of("time", "true", "say", "\"hi\" ü", "cost", "42", "partition", "usage_history_2026_11"));
    }

    @Test
    void whatAnAbortedTransactionSaidIsNotThere() throws Exception {
        try (TopicCopy copy = history.start()) {
            assertThat(copy.isAlive()).isTrue();
            topic.abortOne(TEAM, List.of(rated(TEAM, "never", NOON, 5, 50)));
            topic.commitOne(TEAM, List.of(rated(TEAM, "one", NOON, 1, 10)));
            topic.abortOne(TEAM, List.of(rated(TEAM, "nor this", NOON, 5, 50)));
            topic.commitOne(TEAM, List.of(rated(TEAM, "two", NOON, 1, 10)));
            history.awaitRows(2);
        }

        assertThat(history.rows("SELECT event_id FROM usage_history ORDER BY id"))
                .extracting(row -> row.get("event_id"))
                .containsExactly("one", "two");
        assertThat(history.totals(TEAM)).isEqualTo(new Held(2, 0, 6, 20));
    }

    @Test
    void aRecordThatCannotBeReadIsToldOfAndDoesNotStopTheNext() throws Exception {
        try (TopicCopy copy = history.start()) {
            assertThat(copy.isAlive()).isTrue();
            topic.commitRaw(TEAM, "{\"data\":{\"events\":[{\"id\":");
            topic.commitRaw("nobody", "{}");
            topic.commitOne(TEAM, List.of(rated(TEAM, "good", NOON, 1, 1)));
            history.awaitRows(1);
            // They are in several partitions, which are read in any order.
            Await.until(() -> assertThat(unreadable()).isEqualTo(2));
        }
    }

    private double unreadable() {
        return history.meters().counter("history.unreadable.records").count();
    }

    @Test
    void aStrangeMemberThatTheLedgerDoesNotCareAboutCostsNoEvent() throws Exception {
        String usage = """
                {"userId":"ann","teamId":"acme","model":"m","x":1,"x":{"x":[1e999999]},"runId":{"a":1},"durationMs":-1.5,\
                "nodeId":"n\\u0000ul \\ud800","tags":{"a":1,"b":"","c":"first","c":"second"},"tokens":{"input":1}}""";
        try (TopicCopy copy = history.start()) {
            assertThat(copy.isAlive()).isTrue();
            topic.commitOne(TEAM, List.of(RatedTopic.event("odd", "2026-11-24t12:00:60.5z", usage, "rated", "1")));
            history.awaitRows(1);
        }
        assertThat(history.rows("""
                        SELECT coalesce(run_id, '-') AS run_id, coalesce(duration_ms, 0) AS ms, node_id, tags::text AS tags,
                               (time = '2026-11-24 12:01:00.5Z') AS in_time
                        FROM usage_history
                        """))
                .containsExactly(Map.of(
                        "run_id", "-", "ms", 0L, "node_id", "nul ?", "tags", "{\"c\": \"first\"}", "in_time", true));
    }

    @Test
    void aTenantSeesItsOwnRowsAndNoOthers() throws Exception {
        try (TopicCopy copy = history.start()) {
            assertThat(copy.isAlive()).isTrue();
            topic.commitOne(TEAM, List.of(rated(TEAM, "ours", NOON, 1, 1)));
            topic.commitOne("team:other", List.of(rated("team:other", "theirs", NOON, 1, 1)));
            history.awaitRows(2);
        }
        List<String> seen = history.database()
                .inTransaction(
                        new Scope.Tenant("ann", Set.of(TEAM)),
                        handle -> handle.createQuery("SELECT event_id FROM usage_history")
                                .mapTo(String.class)
                                .list());
        assertThat(seen).containsExactly("ours");
        assertThat(RowSecurity.problems(history.database())).isEmpty();
    }
}

package com.promptmanage.query.history;

import static com.promptmanage.query.history.RatedTopic.rated;
import static com.promptmanage.query.history.RatedTopic.rerated;
import static com.promptmanage.query.history.RatedTopic.unpriced;
import static com.promptmanage.query.history.WrittenHistory.NOON;
import static com.promptmanage.query.history.WrittenHistory.TEAM;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.copy.TopicCopy;
import com.promptmanage.query.history.WrittenHistory.Held;
import com.promptmanage.testkit.Await;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is written of events whose models have no price when they come. */
class LatePricesTest {

    @AutoClose
    private WrittenHistory history;

    private RatedTopic topic;

    @BeforeEach
    void open() throws Exception {
        history = new WrittenHistory();
        topic = history.topic();
    }

    @Test
    void anEventThatGetsItsPriceLaterIsReplacedNotAdded() throws Exception {
        try (TopicCopy copy = history.start()) {
            assertThat(copy.isAlive()).isTrue();
            // The same id stands twice, far apart: each has its own price to wait for.
            topic.commitOne(TEAM, List.of(unpriced(TEAM, "one", NOON, 1), unpriced(TEAM, "twice", NOON, 3)));
            topic.commitOne(TEAM, List.of(unpriced(TEAM, "twice", NOON, 3)));
            history.awaitRows(3);
            assertThat(history.held(TEAM)).isEqualTo(new Held(3, 3, 13, 0));
            assertThat(history.totals(TEAM)).isEqualTo(new Held(3, 3, 13, 0));

            topic.commit(
                    TEAM,
                    List.of(
                            List.of(rerated(TEAM, "one", NOON, 1, 10), rerated(TEAM, "twice", NOON, 3, 30)),
                            List.of(unpriced(TEAM, "at once", NOON, 4), rerated(TEAM, "at once", NOON, 4, 40))));
            history.awaitRows(4);
        }

        assertThat(history.held(TEAM)).isEqualTo(new Held(4, 1, 19, 80));
        assertThat(history.totals(TEAM)).isEqualTo(new Held(4, 1, 19, 80));
        assertThat(history.meters().counter("history.unmatched.prices").count()).isZero();
    }

    @Test
    void anEventStandsUnderTheNamesThatItCountsUnder() throws Exception {
        String counted = "\"model\":\"the-model\",\"provider\":\"the-provider\",\"status\"";
        try (TopicCopy copy = history.start()) {
            assertThat(copy.isAlive()).isTrue();
            topic.commitOne(
                    TEAM,
                    List.of(
                            rated(TEAM, "other names", NOON, 1, 10).replace("\"status\"", counted),
                            rated(TEAM, "its own", NOON, 1, 10),
                            unpriced(TEAM, "waits", NOON, 1),
                            unpriced(TEAM, "waited", NOON, 1)));
            topic.commitOne(TEAM, List.of(rerated(TEAM, "waited", NOON, 1, 10).replace("\"status\"", counted)));
            history.awaitRows(4);
            Await.until(() -> assertThat(history.totals(TEAM).unpriced()).isEqualTo(1));
        }

        assertThat(history.rows("SELECT event_id, model, coalesce(provider, '-') AS provider FROM usage_history"))
                .containsExactlyInAnyOrder(
                        Map.of("event_id", "other names", "model", "the-model", "provider", "the-provider"),
                        Map.of("event_id", "its own", "model", "gpt-4o-mini", "provider", "-"),
                        Map.of("event_id", "waits", "model", "gpt-4o-mini", "provider", "-"),
                        Map.of("event_id", "waited", "model", "the-model", "provider", "the-provider"));
    }

    /** Whichever name its price has for it. */
    @Test
    void whatGetsItsPriceInTheSameBreathHasNotBeenWithoutOne() throws Exception {
        try (TopicCopy copy = history.start()) {
            assertThat(copy.isAlive()).isTrue();
            topic.commit(
                    TEAM,
                    List.of(List.of(
                            unpriced(TEAM, "at once", NOON, 4),
                            rerated(TEAM, "at once", NOON, 4, 40)
                                    .replace("\"status\"", "\"model\":\"the-model\",\"status\""))));
            history.awaitRows(1);
        }

        assertThat(history.rows("SELECT 1 AS told FROM outbox")).isEmpty();
    }

    @Test
    void usageWithoutAPriceIsToldOfOnceForEachAccountModelAndDay() throws Exception {
        try (TopicCopy copy = history.start()) {
            assertThat(copy.isAlive()).isTrue();
            topic.commitOne(TEAM, List.of(unpriced(TEAM, "one", NOON, 1), unpriced(TEAM, "two", NOON, 1)));
            topic.commitOne(TEAM, List.of(unpriced(TEAM, "long ago", "2026-01-24T12:00:00Z", 1)));
            topic.commitOne("user:eve", List.of(unpriced("user:eve", "hers", NOON, 1)));
            topic.commit(
                    "team:lucky",
                    List.of(List.of(
                            unpriced("team:lucky", "at once", NOON, 4),
                            rerated("team:lucky", "at once", NOON, 4, 40))));
            history.awaitRows(5);
        }
        // As if all had to be copied once more: nothing of it is news.
        history.database().useAsSystem(handle -> handle.execute("DELETE FROM copied_offsets"));
        try (TopicCopy copy = history.start()) {
            assertThat(copy.isAlive()).isTrue();
            history.awaitRows(10);
        }

        assertThat(
                        history.rows(
                                "SELECT convert_from(record_key, 'UTF8') AS account, convert_from(record_value, 'UTF8') AS alert FROM outbox ORDER BY 1"))
                .satisfiesExactly(
                        told -> {
                            assertThat(told).containsEntry("account", TEAM);
                            assertThat(String.valueOf(told.get("alert")))
                                    .contains(
                                            "\"type\":\"unpriced_usage\"",
                                            "\"model\":\"gpt-4o-mini\"",
                                            "\"occurredAt\":\"2026-11-25T08:09:10Z\"",
                                            "\"severity\":\"warning\"");
                        },
                        told -> assertThat(told).containsEntry("account", "user:eve"));
    }
}

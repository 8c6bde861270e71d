package com.promptmanage.runner.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import com.promptmanage.runner.MigratedDatabase;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.journal.GivenInputs.Given;
import com.promptmanage.runner.journal.NodeJournal.Begun;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.runner.work.RunningEngine;
import com.promptmanage.runner.work.Workflow;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.id.Ids;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a node is told of what has just been put out is not read from the table: it must be what the table holds. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ValuesTest {

    private static final Taker TAKER = new Taker("test", Duration.ofHours(1), 10);

    private final Database database = Database.open(
            DatabaseSettings.of(MigratedDatabase.url(), "of-the-tests").withConnectionsMax(5));

    private final Clock clock = Clock.systemUTC();

    private final Ids ids = new Ids(clock);

    private final Runs runs = new Runs(database, new Versions(), ids, clock);

    private final NodeJournal journal = new NodeJournal(database, new Versions(), ids, clock);

    private final GivenInputs table = new GivenInputs(database);

    @AfterAll
    void stop() {
        database.close();
    }

    static Stream<Outcome> outcomes() {
        JsonNode numbers = StoredJson.read("""
                {"exact": 0.10, "large": 1e400, "long": 123456789012345678901234567890, "negative": -0.0, "int": 7}""");
        return Stream.concat(
                Stream.of(
                                numbers,
                                TextNode.valueOf("ü 漢 😀 \ud800 half, \u0000 none, \n line, \u2028 line, \\u0041"),
                                TextNode.valueOf(""),
                                JsonNodeFactory.instance.nullNode(),
                                JsonNodeFactory.instance.missingNode(),
                                JsonNodeFactory.instance
                                        .arrayNode()
                                        .add(1)
                                        .addNull()
                                        .add("two"),
                                JsonNodeFactory.instance.numberNode(3L),
                                JsonNodeFactory.instance.numberNode(2.5f),
                                JsonNodeFactory.instance.binaryNode(new byte[] {1, 2, 3}),
                                // Kept beside the row.
                                TextNode.valueOf("x".repeat(Payloads.INLINE_BYTES_MAX)),
                                TextNode.valueOf("é".repeat(Payloads.INLINE_BYTES_MAX / 3)))
                        .map(Outcome.Completed::new),
                Stream.of(new Outcome.Branched(numbers, true), new Outcome.Records(List.of(numbers, numbers))));
    }

    @ParameterizedTest
    @MethodSource("outcomes")
    void whatFollowsIsToldWhatTheTableHolds(Outcome outcome) throws Exception {
        Begun first = begin(Workflow.step("first"));

        Begun second = followers(first, outcome).getFirst();
        Begun third = followers(second, new Outcome.Completed(TextNode.valueOf("second")))
                .getFirst();

        assertThat(second.facts().outputs()).containsOnlyKeys("first");
        assertThat(second.facts()).isEqualTo(read(second));
        assertThat(third.facts().outputs()).containsOnlyKeys("first", "second");
        assertThat(third.facts()).isEqualTo(read(third));
    }

    @Test
    void whatRunsForItemsIsToldWhatTheTableHoldsOfItsOwnOne() throws Exception {
        Begun source = begin(Workflow.source("first"));

        List<Begun> items = followers(
                source, new Outcome.Records(List.of(StoredJson.read("{\"n\": 1.0}"), TextNode.valueOf("two"))));

        assertThat(items).hasSize(2);
        for (Begun item : items) {
            Begun behind = followers(
                            item,
                            new Outcome.Completed(TextNode.valueOf(item.lease().scope())))
                    .getFirst();
            assertThat(item.facts()).isEqualTo(read(item));
            assertThat(behind.facts()).isEqualTo(read(behind));
            assertThat(behind.facts().outputs())
                    .containsEntry("second", TextNode.valueOf(item.lease().scope()));
        }
    }

    @Test
    void whatIsRefusedIsToldToNobody() throws Exception {
        Begun late = begin(Workflow.step("first"), new Taker("late", Duration.ZERO, 1));
        Begun first = journal.begin(journal.claim(TAKER).getFirst()).orElseThrow();
        assertThat(first.lease().id()).isEqualTo(late.lease().id());

        assertThatThrownBy(() -> followers(late, new Outcome.Completed(TextNode.valueOf("late"))))
                .isInstanceOf(StaleLeaseException.class);
        Begun second = followers(first, new Outcome.Completed(TextNode.valueOf("in time")))
                .getFirst();

        assertThat(second.facts().outputs()).containsEntry("first", TextNode.valueOf("in time"));
        assertThat(second.facts()).isEqualTo(read(second));
    }

    private Begun begin(Node first) throws Exception {
        return begin(first, TAKER);
    }

    /** The first of three nodes in a row. */
    private Begun begin(Node first, Taker taker) throws Exception {
        String workflow = RunningEngine.add(
                database,
                Workflow.of(first, Workflow.step("second"), Workflow.step("third"))
                        .edge("first", "second")
                        .edge("second", "third")
                        .definition(),
                1);
        runs.enqueue(new Runs.NewRun(
                workflow, null, "ada", Runs.TriggeredBy.MANUAL, "{\"city\":\"Paris\"}", null, false, null));
        return journal.begin(journal.claim(taker).getFirst()).orElseThrow();
    }

    private List<Begun> followers(Begun begun, Outcome outcome) throws StaleLeaseException {
        return journal.complete(begun, outcome, Set.of(), 0, TAKER).taken();
    }

    private NodeFacts read(Begun begun) {
        return table.find(
                        Scope.EVERYONE,
                        begun.lease().executionId(),
                        begun.lease().id())
                .map(given -> ((Given.Known) given).facts())
                .orElseThrow();
    }
}

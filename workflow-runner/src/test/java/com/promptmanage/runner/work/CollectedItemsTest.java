package com.promptmanage.runner.work;

import static com.promptmanage.runner.work.Script.completed;
import static com.promptmanage.runner.work.Script.done;
import static com.promptmanage.runner.work.Script.numbers;
import static com.promptmanage.runner.work.Workflow.collect;
import static com.promptmanage.runner.work.Workflow.condition;
import static com.promptmanage.runner.work.Workflow.source;
import static com.promptmanage.runner.work.Workflow.step;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.promptmanage.runner.node.Outcome;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a node that collects is given, where not every item comes to it on every way. Even numbers go one way, odd ones the other. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CollectedItemsTest {

    @AutoClose
    private final RunningEngine engine = new RunningEngine();

    @BeforeEach
    void tell() {
        engine.script().when("counts", asked -> done(new Outcome.Records(numbers(6))));
        engine.script().when("isEven", asked -> {
            JsonNode number = asked.context().input();
            return done(new Outcome.Branched(number, number.intValue() % 2 == 0));
        });
        engine.script()
                .when(
                        "turned",
                        asked -> completed(
                                IntNode.valueOf(-asked.context().input().intValue())));
    }

    @Test
    void straightBehindAConditionAreTheItemsOfThatSideOnly() throws Exception {
        String execution = engine.run(
                Workflow.of(source("counts"), condition("isEven", "evens", "odds"), collect("evens"), collect("odds"))
                        .edge("counts", "isEven")
                        .edge("isEven", "evens", "true")
                        .edge("isEven", "odds", "false"));

        assertThat(engine.output(execution, "evens")).isEqualTo("[0,2,4]");
        assertThat(engine.output(execution, "odds")).isEqualTo("[1,3,5]");
    }

    @Test
    void whereOneSideComesStraightAndTheOtherByANodeEachItemComesOnce() throws Exception {
        String execution = engine.run(
                Workflow.of(source("counts"), condition("isEven", "all", "turned"), step("turned"), collect("all"))
                        .edge("counts", "isEven")
                        .edge("isEven", "all", "true")
                        .edge("isEven", "turned", "false")
                        .edge("turned", "all"));

        assertThat(engine.output(execution, "all")).isEqualTo("[0,-1,2,-3,4,-5]");
    }
}

package com.promptmanage.runner.fault;

import static com.promptmanage.runner.work.Workflow.collect;
import static com.promptmanage.runner.work.Workflow.condition;
import static com.promptmanage.runner.work.Workflow.delay;
import static com.promptmanage.runner.work.Workflow.loop;
import static com.promptmanage.runner.work.Workflow.prompt;
import static com.promptmanage.runner.work.Workflow.source;
import static com.promptmanage.runner.work.Workflow.step;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.node.NodeInvocation;
import com.promptmanage.runner.node.Outcome;
import com.promptmanage.runner.node.Plan;
import com.promptmanage.runner.work.Script;
import com.promptmanage.runner.work.Workflow;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/** The workflows that are run while workers die, and what their nodes do: always the same, whoever runs them. */
final class Shapes {

    private Shapes() {}

    /** @param nodes how many runs of nodes complete, and how many are skipped, and how many calls are answered */
    record Shape(Workflow workflow, int nodes, int skipped, int calls) {}

    static Map<String, Shape> all() {
        return Map.of(
                "diamond",
                new Shape(
                        Workflow.of(
                                        step("begin"),
                                        condition("ask", "yes", "no"),
                                        step("yes"),
                                        step("no"),
                                        prompt("say"),
                                        step("join"))
                                .edge("begin", "ask")
                                .edge("ask", "yes", "true")
                                .edge("ask", "no", "false")
                                .edge("begin", "say")
                                .edge("yes", "join")
                                .edge("no", "join")
                                .edge("say", "join"),
                        5,
                        1,
                        1),
                "records",
                new Shape(
                        Workflow.of(source("fetch"), prompt("each"), step("keep"), collect("all"))
                                .edge("fetch", "each")
                                .edge("each", "keep")
                                .edge("keep", "all"),
                        1 + 4 * 2 + 1,
                        0,
                        4),
                "loop",
                new Shape(
                        Workflow.of(
                                        step("three"),
                                        loop("loop", "one", "two"),
                                        step("one"),
                                        step("two"),
                                        delay("wait", 300),
                                        step("last"))
                                .edge("three", "loop")
                                .edge("one", "two")
                                .edge("loop", "wait")
                                .edge("wait", "last"),
                        4 + 3 * 2,
                        0,
                        0));
    }

    /** @param model answers a node's question, by the key that is the node's own */
    static void teach(Script script, BiFunction<NodeInvocation, String, CallResult> model) {
        script.when("ask", asked -> done(new Outcome.Branched(asked.context().input(), true)));
        script.when("fetch", asked -> done(new Outcome.Records(numbers(4))));
        script.when(
                "three",
                asked -> done(new Outcome.Completed(
                        JsonNodeFactory.instance.arrayNode().addAll(numbers(3)))));
        for (String prompt : List.of("say", "each")) {
            script.when(
                    prompt,
                    asked -> new Plan.Calls(
                            new Script.Call(asked.idempotencyKey(), question -> model.apply(asked, question))));
        }
    }

    private static Plan done(Outcome outcome) {
        return new Plan.Done(outcome);
    }

    private static List<JsonNode> numbers(int count) {
        return IntStream.range(0, count).<JsonNode>mapToObj(IntNode::valueOf).toList();
    }
}

package com.promptmanage.runner.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.definition.NodeConfig.Condition;
import com.promptmanage.runner.definition.NodeConfig.Delay;
import com.promptmanage.runner.definition.NodeConfig.Loop;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnchangedTest {

    private static final Edge A_TO_B = new Edge("1", "a", "b");

    private static final Edge B_TO_C = new Edge("2", "b", "c");

    @Test
    void howNodesAreDrawnAndCalledAndFailMakesNoDifference() {
        var moved = new Node(
                new NodeId("b"),
                "Another name",
                new Position(7, 9),
                new Delay(0, null),
                new NodePolicy(null, ErrorHandling.CONTINUE, null, null));

        assertThat(unchanged(
                        graph(List.of(step("a"), step("b")), A_TO_B),
                        graph(List.of(moved, step("a")), new Edge("named anew", "a", "b"))))
                .containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void aNodeThatDoesSomethingElseIsChangedAndAllBehindIt() {
        assertThat(unchanged(
                        graph(List.of(step("a"), step("b"), step("c")), A_TO_B, B_TO_C),
                        graph(List.of(step("a"), other("b"), step("c")), A_TO_B, B_TO_C)))
                .containsExactly("a");
    }

    @Test
    void whatFollowsANodeChangesNothingAboutIt() {
        assertThat(unchanged(
                        graph(List.of(step("a"), step("b")), A_TO_B),
                        graph(List.of(step("a"), step("b"), step("c")), A_TO_B, B_TO_C)))
                .containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void whatLeadsToANodeIsPartOfIt() {
        Graph before = graph(List.of(step("a"), step("b"), step("c")), A_TO_B, B_TO_C);

        assertThat(unchanged(before, graph(List.of(step("a"), step("b"), step("c")), A_TO_B)))
                .containsExactlyInAnyOrder("a", "b");
        assertThat(unchanged(
                        before,
                        graph(
                                List.of(step("a"), step("b"), step("c")),
                                A_TO_B,
                                new Edge("2", "b", "c", "input.n > 1"))))
                .containsExactlyInAnyOrder("a", "b");
        assertThat(unchanged(
                        graph(List.of(step("a"), step("b"), step("c")), new Edge("1", "a", "c"), B_TO_C),
                        graph(List.of(step("a"), step("b"), step("c")), B_TO_C, new Edge("1", "a", "c"))))
                .as("which input is which")
                .containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void aConditionWithOneMoreWayIsTheSame() {
        Graph before = graph(List.of(condition("b"), step("b")), new Edge("1", "if", "b", "true"));
        Graph now = graph(
                List.of(condition("b", "c"), step("b"), step("c")),
                new Edge("1", "if", "b", "true"),
                new Edge("2", "if", "c", "true"));

        assertThat(unchanged(before, now)).containsExactlyInAnyOrder("if", "b");
    }

    @Test
    void whatALoopRepeatsComesBeforeWhatFollowsTheLoop() {
        var loop = new Node("loop", new Loop("input", "item", List.of(new NodeId("body")), null, null));
        var after = new Edge("1", "loop", "after");

        assertThat(unchanged(
                        graph(List.of(loop, step("body"), step("after")), after),
                        graph(List.of(loop, other("body"), step("after")), after)))
                .containsExactly("loop");
    }

    private static Graph graph(List<Node> nodes, Edge... edges) {
        return Graph.of(new Definition(Definition.VERSION, nodes, List.of(edges), Settings.UNSET));
    }

    private static List<String> unchanged(Graph before, Graph now) {
        return Unchanged.of(before, now).stream().map(NodeId::value).toList();
    }

    private static Node step(String id) {
        return new Node(id, new Delay(0, null));
    }

    private static Node other(String id) {
        return new Node(id, new Delay(1, null));
    }

    private static Node condition(String... yes) {
        return new Node(
                "if",
                new Condition("true", List.of(yes).stream().map(NodeId::new).toList(), List.of()));
    }
}

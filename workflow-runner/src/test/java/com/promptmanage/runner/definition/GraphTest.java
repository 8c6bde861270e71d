package com.promptmanage.runner.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.definition.NodeConfig.DataSource;
import com.promptmanage.runner.definition.NodeConfig.Delay;
import com.promptmanage.runner.definition.NodeConfig.Loop;
import com.promptmanage.runner.definition.NodeConfig.Query;
import com.promptmanage.runner.definition.NodeConfig.RecordTransform;
import com.promptmanage.runner.definition.NodeConfig.SourceType;
import com.promptmanage.runner.definition.NodeConfig.Transform;
import com.promptmanage.runner.definition.NodeConfig.TransformType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GraphTest {

    @Test
    void aNodeComesAfterAllThatItDependsOn() {
        Graph graph = graph(List.of(work("d"), work("c"), work("b"), work("a")), "a>b", "a>c", "b>d", "c>d");

        assertThat(graph.isAcyclic()).isTrue();
        assertThat(graph.order()).containsExactlyElementsOf(ids("a", "b", "c", "d"));
        assertThat(graph.levels()).containsExactly(ids("a"), ids("b", "c"), ids("d"));
        assertThat(graph.predecessors(new NodeId("d"))).isEqualTo(ids("b", "c"));
        assertThat(graph.ancestors(new NodeId("d"))).containsExactlyInAnyOrderElementsOf(ids("a", "b", "c"));
        assertThat(graph.starts(Optional.empty())).isEqualTo(ids("a"));
        assertThat(graph.ends(Optional.empty())).isEqualTo(ids("d"));
    }

    /** As many layers and edges as a definition may have: each node comes after hundreds, by more ways than can be walked. */
    @Test
    void whoComesBeforeWhomIsKnownOfEachPairOfTheDensestGraph() {
        int layers = 80;
        int wide = 5;
        var nodes = new ArrayList<Node>();
        var edges = new ArrayList<String>();
        for (int i = 0; i < layers * wide; i++) {
            nodes.add(work("n" + i));
            for (int before = (i / wide - 1) * wide; before >= 0 && before < i / wide * wide; before++) {
                edges.add("n%d>n%d".formatted(before, i));
            }
        }
        Graph graph = graph(nodes, edges.toArray(String[]::new));

        for (int i = 0; i < nodes.size(); i++) {
            NodeId id = nodes.get(i).id();
            List<NodeId> inLayersBefore =
                    nodes.stream().limit((long) i / wide * wide).map(Node::id).toList();
            assertThat(graph.ancestors(id)).containsExactlyInAnyOrderElementsOf(inLayersBefore);
            assertThat(nodes.stream().map(Node::id).filter(other -> graph.comesBefore(other, id)))
                    .containsExactlyElementsOf(inLayersBefore);
        }
    }

    @Test
    void whatIsOnACycleComesBeforeItselfAndBeforeWhatIsBehindIt() {
        Graph graph = graph(List.of(work("a"), work("b"), work("c"), work("behind")), "a>b", "b>c", "c>b", "c>behind");

        assertThat(graph.comesBefore(new NodeId("b"), new NodeId("b"))).isTrue();
        assertThat(graph.comesBefore(new NodeId("a"), new NodeId("behind"))).isTrue();
        assertThat(graph.comesBefore(new NodeId("behind"), new NodeId("b"))).isFalse();
        assertThat(graph.comesBefore(new NodeId("c"), new NodeId("a"))).isFalse();
        assertThat(graph.comesBefore(new NodeId("ghost"), new NodeId("a"))).isFalse();
        assertThat(graph.comesBefore(new NodeId("a"), new NodeId("ghost"))).isFalse();
    }

    @Test
    void eachCycleIsNamedByTheNodesAlongIt() {
        Graph graph = graph(
                List.of(work("a"), work("b"), work("c"), work("x"), work("y"), work("behind")),
                "a>b",
                "b>c",
                "c>b",
                "c>behind",
                "x>y",
                "y>x");

        assertThat(graph.isAcyclic()).isFalse();
        assertThat(graph.order()).isEqualTo(ids("a"));
        assertThat(graph.cycles()).hasSize(2);
        assertThat(graph.cycles().get(0)).containsExactlyInAnyOrderElementsOf(ids("b", "c"));
        assertThat(graph.cycles().get(1)).containsExactlyInAnyOrderElementsOf(ids("x", "y"));
    }

    @Test
    void aLoopsBodyComesBetweenTheLoopAndWhatFollowsIt() {
        Graph graph = graph(
                List.of(work("after"), loop("outer", "one", "inner"), loop("inner", "deep"), work("deep"), work("one")),
                "outer>after",
                "outer>one",
                "one>inner");

        assertThat(graph.order()).isEqualTo(ids("outer", "one", "inner", "deep", "after"));
        assertThat(graph.body(new NodeId("outer"))).isEqualTo(ids("inner", "one"));
        assertThat(graph.incoming(new NodeId("one"))).isEmpty();
        assertThat(graph.starts(Optional.of(new NodeId("outer")))).isEqualTo(ids("one"));
        assertThat(graph.ends(Optional.of(new NodeId("outer")))).isEqualTo(ids("inner"));
        assertThat(Scopes.of(graph).of(new NodeId("deep"))).isEqualTo(ids("outer", "inner"));
        assertThat(Scopes.of(graph).of(new NodeId("after"))).isEmpty();
    }

    @Test
    void aLoopWithinItsOwnBodyIsACycle() {
        Graph graph = graph(List.of(loop("a", "b"), loop("b", "a")));

        assertThat(graph.cycles()).hasSize(1);
    }

    @Test
    void aListFansOutUntilSomethingCollects() {
        Graph graph = graph(
                List.of(
                        source("leads", true),
                        work("score"),
                        transform("good", TransformType.FILTER, false),
                        work("tell")),
                "leads>score",
                "score>good",
                "good>tell");
        Scopes scopes = Scopes.of(graph);

        assertThat(scopes.of(new NodeId("leads"))).isEmpty();
        assertThat(scopes.of(new NodeId("score"))).isEqualTo(ids("leads"));
        assertThat(scopes.of(new NodeId("good"))).isEmpty();
        assertThat(scopes.collected(new NodeId("good"))).contains(new NodeId("leads"));
        assertThat(scopes.of(new NodeId("tell"))).isEmpty();
        assertThat(scopes.sees(new NodeId("tell"), new NodeId("good"))).isTrue();
        assertThat(scopes.sees(new NodeId("tell"), new NodeId("score"))).isFalse();
        assertThat(scopes.sees(new NodeId("score"), new NodeId("leads"))).isTrue();
    }

    @Test
    void whoIsToldThatASourceFailedRunsOnceAndNotForRecordsThatThereAreNot() {
        Graph graph = Graph.of(new Definition(
                Definition.VERSION,
                List.of(source("leads", true), work("score"), work("tell"), work("after")),
                List.of(
                        new Edge("e1", "leads", "score"),
                        new Edge("e2", "leads", "tell", "error"),
                        new Edge("e3", "tell", "after")),
                Settings.UNSET));
        Scopes scopes = Scopes.of(graph);

        assertThat(scopes.of(new NodeId("score"))).isEqualTo(ids("leads"));
        assertThat(scopes.of(new NodeId("tell"))).isEmpty();
        assertThat(scopes.of(new NodeId("after"))).isEmpty();
        assertThat(scopes.clashes()).isEmpty();
    }

    @Test
    void whatAMapMakesFansOutAgain() {
        Graph graph = graph(
                List.of(source("leads", true), transform("parts", TransformType.MAP, true), work("tell")),
                "leads>parts",
                "parts>tell");

        assertThat(Scopes.of(graph).of(new NodeId("parts"))).isEmpty();
        assertThat(Scopes.of(graph).of(new NodeId("tell"))).isEqualTo(ids("parts"));
    }

    @Test
    void aTransformInALoopsBodyStaysThere() {
        Graph graph = graph(
                List.of(loop("each", "sum", "ask"), transform("sum", TransformType.REDUCE, true), work("ask")),
                "ask>sum");
        Scopes scopes = Scopes.of(graph);

        assertThat(scopes.of(new NodeId("sum"))).isEqualTo(ids("each"));
        assertThat(scopes.collected(new NodeId("sum"))).isEmpty();
    }

    @Test
    void recordsOfTwoSourcesCannotBeJoined() {
        Graph graph = graph(
                List.of(source("a", true), source("b", true), source("c", false), work("x"), work("y")),
                "a>x",
                "b>x",
                "a>y",
                "c>y");
        Scopes scopes = Scopes.of(graph);

        assertThat(scopes.clashes()).singleElement().satisfies(clash -> {
            assertThat(clash.node()).isEqualTo(new NodeId("x"));
            assertThat(clash.oneScope()).isEqualTo(ids("a"));
            assertThat(clash.otherScope()).isEqualTo(ids("b"));
        });
        assertThat(scopes.of(new NodeId("y"))).isEqualTo(ids("a"));
    }

    @Test
    void edgesIntoNothingAreLeftOut() {
        Graph graph = graph(List.of(work("a"), work("a"), work("b")), "a>b", "a>ghost", "ghost>b");

        assertThat(graph.nodes()).hasSize(2);
        assertThat(graph.order()).isEqualTo(ids("a", "b"));
    }

    private static Graph graph(List<Node> nodes, String... edges) {
        var list = new ArrayList<Edge>();
        for (String edge : edges) {
            String[] ends = edge.split(">", -1);
            list.add(new Edge("e" + list.size(), ends[0], ends[1]));
        }
        return Graph.of(new Definition(Definition.VERSION, nodes, list, Settings.UNSET));
    }

    private static Node work(String id) {
        return new Node(id, new Delay(0, null));
    }

    private static Node loop(String id, String... body) {
        return new Node(id, new Loop("input", "item", ids(body), null, null));
    }

    private static Node source(String id, boolean fanOut) {
        return new Node(id, new DataSource("s", SourceType.CSV, Query.ALL, RecordTransform.NONE, fanOut));
    }

    private static Node transform(String id, TransformType type, boolean fanOut) {
        return new Node(id, new Transform(type, "item", Map.of(), null, fanOut));
    }

    private static List<NodeId> ids(String... ids) {
        return Stream.of(ids).map(NodeId::new).toList();
    }
}

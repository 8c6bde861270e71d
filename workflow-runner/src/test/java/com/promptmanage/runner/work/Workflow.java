package com.promptmanage.runner.work;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.Edge;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodeConfig;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.definition.RetryPolicy;
import com.promptmanage.runner.definition.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts definitions together. What a node really does is the {@link Script}'s. */
public final class Workflow {

    private final List<Node> nodes = new ArrayList<>();

    private final List<Edge> edges = new ArrayList<>();

    private Settings settings = Settings.UNSET;

    public static Workflow of(Node... nodes) {
        var workflow = new Workflow();
        workflow.nodes.addAll(List.of(nodes));
        return workflow;
    }

    public Workflow edge(String from, String to) {
        edges.add(new Edge(from + "-" + to, from, to));
        return this;
    }

    public Workflow edge(String from, String to, String condition) {
        edges.add(new Edge(from + "-" + to, from, to, condition));
        return this;
    }

    public Workflow with(Settings other) {
        settings = other;
        return this;
    }

    public Definition definition() {
        return new Definition(Definition.VERSION, nodes, edges, settings);
    }

    /** Three attempts, a moment apart. */
    static Settings quick() {
        return new Settings(
                null,
                null,
                new RetryPolicy(3, RetryPolicy.Backoff.CONSTANT, Duration.ofMillis(10), Duration.ofMillis(10)),
                null,
                null,
                null,
                null);
    }

    public static Node step(String id) {
        return new Node(id, new NodeConfig.Transform(NodeConfig.TransformType.CUSTOM, "input", Map.of(), null, false));
    }

    public static Node prompt(String id) {
        return new Node(
                id,
                new NodeConfig.Prompt(
                        "Say something.",
                        "gpt-4o-mini",
                        null,
                        null,
                        null,
                        null,
                        NodeConfig.ResponseFormat.TEXT,
                        List.of(),
                        null,
                        false));
    }

    public static Node source(String id) {
        return new Node(
                id,
                new NodeConfig.DataSource(
                        "src_1",
                        NodeConfig.SourceType.JSON,
                        NodeConfig.Query.ALL,
                        NodeConfig.RecordTransform.NONE,
                        true));
    }

    public static Node condition(String id, String yes, String no) {
        return new Node(id, new NodeConfig.Condition("true", List.of(new NodeId(yes)), List.of(new NodeId(no))));
    }

    public static Node loop(String id, String... body) {
        return new Node(
                id,
                new NodeConfig.Loop(
                        "input", "item", List.of(body).stream().map(NodeId::new).toList(), null, null));
    }

    /** Takes what came of all items together. */
    public static Node collect(String id) {
        return new Node(
                id,
                new NodeConfig.Transform(
                        NodeConfig.TransformType.REDUCE,
                        "accumulator",
                        Map.of(),
                        JsonNodeFactory.instance.arrayNode(),
                        false));
    }

    public static Node delay(String id, long ms) {
        return delay(id, ms, null);
    }

    public static Node delay(String id, long ms, @Nullable String condition) {
        return new Node(id, new NodeConfig.Delay(ms, condition));
    }
}

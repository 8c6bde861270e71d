package com.promptmanage.runner.run;

import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.Edge;
import com.promptmanage.runner.definition.ErrorHandling;
import com.promptmanage.runner.definition.Graph;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodeConfig;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.definition.Scopes;
import com.promptmanage.runner.definition.Settings;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The steps of a definition. */
public final class DefinedGraph {

    private DefinedGraph() {}

    /** @throws IllegalArgumentException if nodes wait for each other, which a checked definition's do not */
    public static StepGraph of(Definition definition) {
        Graph graph = Graph.of(definition);
        Scopes scopes = Scopes.of(graph);
        Settings.Effective settings = definition.settings().effective();
        List<Step> steps =
                graph.nodes().stream().map(node -> step(node, scopes, settings)).toList();
        List<Link> links = graph.nodes().stream()
                .flatMap(node -> graph.outgoing(node.id()).stream())
                .map(edge ->
                        new Link(edge.id(), edge.source().value(), edge.target().value(), when(edge.kind())))
                .toList();
        return new StepGraph(steps, links);
    }

    private static Step step(Node node, Scopes scopes, Settings.Effective settings) {
        List<NodeId> path = scopes.of(node.id());
        @Nullable String owner = path.isEmpty() ? null : path.getLast().value();
        return new Step(node.id().value(), kind(node), onError(node, settings), owner, windowMax(node, settings));
    }

    private static Step.Kind kind(Node node) {
        if (node.config() instanceof NodeConfig.Loop) {
            return Step.Kind.LOOP;
        }
        return Scopes.fansOut(node) ? Step.Kind.SOURCE : Step.Kind.PLAIN;
    }

    private static Step.OnError onError(Node node, Settings.Effective settings) {
        @Nullable ErrorHandling own = node.policy().errorHandling();
        return switch (own == null ? settings.errorHandling() : own) {
            case STOP, FALLBACK -> Step.OnError.STOP;
            case CONTINUE -> Step.OnError.CONTINUE;
        };
    }

    private static int windowMax(Node node, Settings.Effective settings) {
        if (node.config() instanceof NodeConfig.Loop loop) {
            return loop.concurrency() == null ? 1 : loop.concurrency();
        }
        return settings.maxConcurrentNodes();
    }

    private static Link.When when(Edge.Kind kind) {
        return switch (kind) {
            case ALWAYS, GUARDED -> Link.When.SUCCESS;
            case WHEN_TRUE -> Link.When.TRUE;
            case WHEN_FALSE -> Link.When.FALSE;
            case ON_ERROR -> Link.When.ERROR;
        };
    }
}

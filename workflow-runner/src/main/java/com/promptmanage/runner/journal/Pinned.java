package com.promptmanage.runner.journal;

import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.Graph;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.definition.Scopes;
import com.promptmanage.runner.definition.Settings;
import com.promptmanage.runner.run.DefinedGraph;
import com.promptmanage.runner.run.StepGraph;

/** One version of a workflow, ready to be run. Immutable, and made once for many executions. */
public record Pinned(
        String workflowId,
        int version,
        Definition definition,
        Graph nodes,
        Scopes scopes,
        StepGraph graph,
        Settings.Effective settings) {

    static Pinned of(String workflowId, int version, Definition definition) {
        Graph nodes = Graph.of(definition);
        return new Pinned(
                workflowId,
                version,
                definition,
                nodes,
                Scopes.of(nodes),
                DefinedGraph.of(definition),
                definition.settings().effective());
    }

    public Node node(String id) {
        return nodes.node(new NodeId(id));
    }
}

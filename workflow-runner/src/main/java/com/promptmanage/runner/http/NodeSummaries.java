package com.promptmanage.runner.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.journal.RunsAlike;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What all runs of each node of an execution come to, however many there are. */
final class NodeSummaries {

    private NodeSummaries() {}

    /** @param isOver whether the execution is */
    static void put(ArrayNode nodes, List<RunsAlike> runs, Definition definition, boolean isOver) {
        runs.stream()
                .collect(Collectors.groupingBy(RunsAlike::nodeId, LinkedHashMap::new, Collectors.toList()))
                .forEach((nodeId, ofNode) -> {
                    ObjectNode node = nodes.addObject().put("nodeId", nodeId);
                    definition
                            .node(new NodeId(nodeId))
                            .ifPresent(drawn ->
                                    node.put("nodeType", drawn.type().value()).put("label", drawn.label()));
                    sums(node, ofNode);
                    states(node.putArray("states"), ofNode, isOver);
                });
    }

    private static void sums(ObjectNode node, List<RunsAlike> runs) {
        node.put("runs", runs.stream().mapToLong(RunsAlike::runs).sum());
        node.put("kept", runs.stream().mapToLong(RunsAlike::kept).sum());
        node.put("tokens", runs.stream().mapToLong(RunsAlike::tokens).sum());
        WorkflowJson.money(
                node, "cost", runs.stream().mapToLong(RunsAlike::costNanoUsd).sum());
        node.put(
                "unpricedCalls",
                runs.stream().mapToLong(RunsAlike::unpricedCalls).sum());
        node.put(
                "longestMs",
                runs.stream()
                        .flatMap(alike -> Stream.ofNullable(alike.longestMs()))
                        .max(Long::compare)
                        .orElse(null));
    }

    private static void states(ArrayNode states, List<RunsAlike> runs, boolean isOver) {
        Map<String, List<RunsAlike>> byStatus = runs.stream()
                .collect(Collectors.groupingBy(
                        alike -> WorkflowJson.status(alike.status(), alike.hasError(), alike.isWaiting(), isOver),
                        LinkedHashMap::new,
                        Collectors.toList()));
        byStatus.forEach((status, alike) -> {
            ObjectNode state = states.addObject().put("status", status);
            state.put("runs", alike.stream().mapToLong(RunsAlike::runs).sum());
            WorkflowJson.time(state, "waitsUntil", firstOf(alike));
        });
    }

    /** Null if one of them waits for no time: what is told of all is true of each. */
    private static @Nullable Instant firstOf(List<RunsAlike> alike) {
        return alike.stream().allMatch(RunsAlike::isWaiting)
                ? alike.stream()
                        .flatMap(one -> Stream.ofNullable(one.waitsUntil()))
                        .min(Instant::compareTo)
                        .orElse(null)
                : null;
    }
}

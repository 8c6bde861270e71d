package com.promptmanage.runner.work;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.node.NodeInvocation.Context;
import java.util.Optional;

/** Evaluates what decides which nodes run, and how often. Safe for use by several threads. */
public interface Expressions {

    /** Of an edge or a delay. False also if it cannot be evaluated, as the product wants it. */
    boolean holds(String condition, Context context);

    /** What a loop iterates over; empty if there is no such thing. */
    Optional<JsonNode> value(String path, Context context);
}

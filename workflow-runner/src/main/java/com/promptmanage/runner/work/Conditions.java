package com.promptmanage.runner.work;

import com.promptmanage.runner.node.NodeInvocation.Context;

/** Decides the conditions that stand beside nodes: of edges, and of delays. Safe for use by several threads. */
@FunctionalInterface
public interface Conditions {

    /** @return false also if the expression cannot be evaluated, as the product wants it */
    boolean holds(String expression, Context context);
}

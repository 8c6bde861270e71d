package com.promptmanage.runner.node;

import com.promptmanage.runner.call.Answer;

/**
 * Does what nodes of one type do.
 *
 * <p>The engine's part, in this order:
 *
 * <ol>
 *   <li>{@link #plan}: renders the node's fields; touches nothing outside. A {@link Plan.Done} is the end of it.
 *   <li>For each call of a {@link Plan.Calls}, until one answers: asks whether it may be paid for if it has an {@link
 *       ExternalCall#estimate}; stores that it is about to be made; {@link ExternalCall#make makes} it, with retries as the
 *       class of a failure allows; stores the {@link Answer} and what it used.
 *   <li>{@link ExternalCall#use}: makes of the stored answer what the node puts out. After a crash this can be done again
 *       with the stored answer, and gives the same.
 * </ol>
 *
 * <p>Safe for use by several threads. None of it takes a database connection while it waits for others.
 */
public interface NodeExecutor {

    /**
     * What is to be done. Deterministic: the same invocation gives the same plan, whatever its attempt.
     *
     * <p>It does not throw for what a workflow's author or its data got wrong: that is a {@link Plan.Done} with a {@link
     * Outcome.Failed}.
     */
    Plan plan(NodeInvocation invocation);
}

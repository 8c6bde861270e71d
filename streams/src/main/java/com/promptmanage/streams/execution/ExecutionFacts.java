package com.promptmanage.streams.execution;

import com.promptmanage.streams.ledger.Buckets;
import com.promptmanage.streams.read.RunFigures;
import com.promptmanage.topics.execution.ExecutionChange.ExecutionChanged;
import com.promptmanage.topics.execution.ExecutionEvent;
import java.util.OptionalLong;

/**
 * What is known of one execution. It follows from the events that were seen, not from their order or how often they came.
 *
 * @param firstOrder of the first of its events that was seen
 * @param firstMs that event's time: when the execution was queued
 * @param latestMs the latest time of any of its events
 * @param order of the newest event about the execution itself; −1 if only its nodes were heard of
 * @param state what that event says; empty if there is none
 * @param ms how long it took; −1 while it is not over
 */
record ExecutionFacts(
        String workflowId,
        long firstOrder,
        long firstMs,
        long latestMs,
        long order,
        String state,
        long ms,
        long tokens,
        long costNanoUsd) {

    private static final byte VERSION = 1;

    static ExecutionFacts first(ExecutionEvent event) {
        long timeMs = event.change().time().toEpochMilli();
        return new ExecutionFacts(
                        event.change().execution().workflowId(), event.order(), timeMs, timeMs, -1, "", -1, 0, 0)
                .with(event);
    }

    /** After one more event. The same as before if it is a repeat. */
    ExecutionFacts with(ExecutionEvent event) {
        long timeMs = event.change().time().toEpochMilli();
        long eventOrder = event.order();
        boolean isFirst = eventOrder < firstOrder;
        var seen = new ExecutionFacts(
                workflowId,
                isFirst ? eventOrder : firstOrder,
                isFirst ? timeMs : firstMs,
                Math.max(timeMs, latestMs),
                order,
                state,
                ms,
                tokens,
                costNanoUsd);
        return event.change() instanceof ExecutionChanged changed && eventOrder > order
                ? seen.as(changed, eventOrder)
                : seen;
    }

    private ExecutionFacts as(ExecutionChanged changed, long changedOrder) {
        Long took = changed.durationMs();
        return new ExecutionFacts(
                workflowId,
                firstOrder,
                firstMs,
                latestMs,
                changedOrder,
                changed.status().value(),
                took == null ? -1 : took,
                changed.totals().tokens(),
                changed.totals().costNanoUsd());
    }

    /** Where it counts. */
    int quarter() {
        return Buckets.quarter(firstMs);
    }

    RunFigures figures() {
        return state.isEmpty()
                ? RunFigures.NONE
                : RunFigures.ofOne(state, tokens, costNanoUsd, ms < 0 ? OptionalLong.empty() : OptionalLong.of(ms));
    }

    byte[] encode() {
        return new Packed.Writer(VERSION)
                .text(workflowId)
                .number(firstOrder)
                .number(firstMs)
                .number(latestMs)
                .number(order)
                .number(RunFigures.STATES.indexOf(state))
                .number(ms)
                .number(tokens)
                .number(costNanoUsd)
                .bytes();
    }

    static ExecutionFacts decode(byte[] stored) {
        var reader = new Packed.Reader(stored, VERSION);
        String workflowId = reader.text();
        long firstOrder = reader.number();
        long firstMs = reader.number();
        long latestMs = reader.number();
        long order = reader.number();
        int state = reader.count();
        return new ExecutionFacts(
                workflowId,
                firstOrder,
                firstMs,
                latestMs,
                order,
                state < 0 ? "" : RunFigures.STATES.get(state),
                reader.number(),
                reader.number(),
                reader.number());
    }
}

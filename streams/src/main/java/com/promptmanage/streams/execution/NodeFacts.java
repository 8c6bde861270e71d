package com.promptmanage.streams.execution;

import com.promptmanage.streams.read.RunFigures;
import com.promptmanage.topics.execution.ExecutionChange.NodeChanged;
import java.util.OptionalLong;

/**
 * What is known of one run of a node: what the newest event about it says.
 *
 * @param order of that event
 * @param ms how long it took; −1 while it is not over
 */
record NodeFacts(long order, String state, long ms, long tokens, long costNanoUsd) {

    private static final byte VERSION = 1;

    static NodeFacts of(NodeChanged changed, long order) {
        Long ms = changed.durationMs();
        return new NodeFacts(
                order, changed.status().value(), ms == null ? -1 : ms, changed.tokens(), changed.costNanoUsd());
    }

    RunFigures figures() {
        return RunFigures.ofOne(state, tokens, costNanoUsd, ms < 0 ? OptionalLong.empty() : OptionalLong.of(ms));
    }

    byte[] encode() {
        return new Packed.Writer(VERSION)
                .number(order)
                .number(RunFigures.STATES.indexOf(state))
                .number(ms)
                .number(tokens)
                .number(costNanoUsd)
                .bytes();
    }

    static NodeFacts decode(byte[] stored) {
        var reader = new Packed.Reader(stored, VERSION);
        return new NodeFacts(
                reader.number(),
                RunFigures.STATES.get(reader.count()),
                reader.number(),
                reader.number(),
                reader.number());
    }
}

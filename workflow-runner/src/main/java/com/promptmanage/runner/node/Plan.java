package com.promptmanage.runner.node;

import java.util.List;

/** What a node is going to do, with every template rendered. */
public sealed interface Plan {

    /** It is done already: nothing outside was needed. */
    record Done(Outcome outcome) implements Plan {}

    /**
     * The answer is there from before, and nothing is paid for it.
     *
     * @param savedNanoUsd what it would have cost at list price; 0 if that is not known
     */
    record Known(Outcome outcome, long savedNanoUsd) implements Plan {}

    /**
     * It needs the outside world.
     *
     * @param alternatives at least one; the next is for when the one before has failed for good. More than one only where a
     *     prompt names models to fall back on
     */
    record Calls(List<? extends ExternalCall> alternatives) implements Plan {

        public Calls {
            alternatives = List.copyOf(alternatives);
            if (alternatives.isEmpty()) {
                throw new IllegalArgumentException("a plan that needs the outside world must say for what");
            }
        }

        public Calls(ExternalCall only) {
            this(List.of(only));
        }
    }
}

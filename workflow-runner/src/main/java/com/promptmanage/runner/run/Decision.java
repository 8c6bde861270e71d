package com.promptmanage.runner.run;

import java.util.List;

/**
 * What follows from something that happened.
 *
 * @param scopes those that are new or have changed, to be stored
 * @param effects in the order in which they follow from each other
 */
public record Decision(List<ScopeState> scopes, List<Effect> effects) {

    public Decision {
        scopes = List.copyOf(scopes);
        effects = List.copyOf(effects);
    }

    /** One consequence. */
    public sealed interface Effect {

        /** The step is to be run in this scope. */
        record Start(String scope, String step) implements Effect {}

        /**
         * The step will not be run in this scope: nothing active leads to it. For a step of a block that was never opened, the
         * scope is the one that the block would have been opened in.
         */
        record Skip(String scope, String step) implements Effect {}

        /** All iterations of a loop are over: its result is what they put out. */
        record Collect(String scope, String loop, int iterations) implements Effect {}

        /** Nothing is left to do. */
        record Complete() implements Effect {}

        /** The step's failure is the execution's. */
        record Fail(String scope, String step) implements Effect {}
    }
}

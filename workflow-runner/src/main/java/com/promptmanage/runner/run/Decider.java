package com.promptmanage.runner.run;

import com.promptmanage.runner.run.Decision.Effect;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * What to do next. Pure: the same graph, scopes and happening give the same decision.
 *
 * <p>It is asked for one execution after the other happening, never for two at a time: who stores its decisions holds the
 * execution's lock meanwhile.
 */
public final class Decider {

    private Decider() {}

    /** How a step ended well. */
    public sealed interface Success {

        /** There is nothing to choose and nothing to repeat. */
        record Plain() implements Success {}

        /** A condition holds or not. */
        record Branch(boolean holds) implements Success {}

        /** A source or a loop has so many items. */
        record Items(int count) implements Success {

            public Items {
                if (count < 0) {
                    throw new IllegalArgumentException("fewer than no items: " + count);
                }
            }
        }
    }

    /** The execution begins. */
    public static Decision start(StepGraph graph) {
        var making = new Making(graph, List.of());
        making.openRoot();
        return making.decision();
    }

    /**
     * A step has done what it does.
     *
     * @param scopes the scope it was run in, and all that that one is inside of
     * @param shut links that would be followed, but for a condition of their own. Not asked of a loop: it is over later
     */
    public static Decision succeeded(
            StepGraph graph,
            Collection<ScopeState> scopes,
            String scope,
            String step,
            Success success,
            Set<String> shut) {
        var making = new Making(graph, scopes);
        making.succeed(making.scope(scope), graph.step(step), success, shut);
        return making.decision();
    }

    /** A step has failed and will not be tried again. As for {@link #succeeded}. */
    public static Decision failed(StepGraph graph, Collection<ScopeState> scopes, String scope, String step) {
        boolean handled = graph.outgoing(step).stream().anyMatch(link -> link.when() == Link.When.ERROR);
        if (!handled && graph.step(step).onError() == Step.OnError.STOP) {
            // The step stays started: to go on later is to start it again, with all else as it is.
            return new Decision(List.of(), List.of(new Effect.Fail(scope, step)));
        }
        var making = new Making(graph, scopes);
        making.fail(making.scope(scope), graph.step(step));
        return making.decision();
    }
}

package com.promptmanage.runner.definition;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a node wants done when it fails. Each component is null where the workflow's settings apply.
 *
 * @param timeout for one attempt
 * @param onAmbiguous for a call that was sent and whose answer is not known, as after a crash
 */
public record NodePolicy(
        @Nullable RetryPolicy retryPolicy,
        @Nullable ErrorHandling errorHandling,
        @Nullable OnAmbiguous onAmbiguous,
        @Nullable Duration timeout) {

    public static final NodePolicy INHERITED = new NodePolicy(null, null, null, null);

    /** What to do about a call of which nobody knows whether it happened. */
    public enum OnAmbiguous {
        /** Call again, and count the first call's cost as possibly wasted. */
        RETRY,
        /** Fail the node. */
        FAIL,
        /** Hold the execution until a person decides. */
        ASK;

        /** The name in JSON. */
        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

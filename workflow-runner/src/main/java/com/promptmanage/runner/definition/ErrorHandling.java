package com.promptmanage.runner.definition;

import java.util.Locale;

/** What becomes of an execution in which a node has failed for good, and no edge of kind error leaves it. */
public enum ErrorHandling {
    /** The execution fails. */
    STOP,
    /** What depends on the node is skipped, the rest goes on; if nothing is completed at all, the execution fails. */
    CONTINUE,
    /** A prompt tries its other models; after that, and for other nodes, it is as under {@link #STOP}. */
    FALLBACK;

    /** The name in JSON. */
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }
}

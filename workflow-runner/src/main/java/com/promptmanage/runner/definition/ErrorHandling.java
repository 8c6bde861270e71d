package com.promptmanage.runner.definition;

import java.util.Locale;

/** What becomes of an execution in which a node has failed for good. */
public enum ErrorHandling {
    /** The execution fails. */
    STOP,
    /** What depends on the node is skipped, the rest goes on. */
    CONTINUE,
    /** A prompt tries its other models; after that, and for other nodes, the edges of kind error are followed. */
    FALLBACK;

    /** The name in JSON. */
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package com.promptmanage.runner.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Failure;
import java.util.List;

/** What became of a node. */
public sealed interface Outcome {

    /** It worked. */
    record Completed(JsonNode output) implements Outcome {}

    /**
     * A data source has these records; what comes after runs once for each. There may be none, which is no failure.
     *
     * @param records in the order of the source
     */
    record Records(List<JsonNode> records) implements Outcome {

        public Records {
            records = List.copyOf(records);
        }
    }

    /**
     * A condition was found to hold or not; only the edges of that branch go on.
     *
     * @param output the condition, its result, the branch, and the input that is passed through
     */
    record Branched(JsonNode output, boolean result) implements Outcome {}

    /** It did not work. Where there are more alternatives, the engine goes on to the next. */
    record Failed(Failure failure) implements Outcome {

        public Failed(Failure.Kind kind, String message) {
            this(new Failure(kind, message));
        }
    }
}

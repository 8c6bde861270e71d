package com.promptmanage.runner.call;

/** How a call ended. */
public sealed interface CallResult {

    /** The other side answered. */
    record Answered(Answer answer) implements CallResult {}

    /** It did not answer, or refused. */
    record Failed(Failure failure) implements CallResult {}
}

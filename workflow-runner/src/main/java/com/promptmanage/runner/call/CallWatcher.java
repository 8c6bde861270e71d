package com.promptmanage.runner.call;

/** Is told while a call is under way. Must return quickly. */
@FunctionalInterface
public interface CallWatcher {

    /** Does not care. */
    CallWatcher NONE = text -> {};

    /** A piece of a streamed answer has come. The pieces in a row make the answer's text. */
    void received(String text);
}

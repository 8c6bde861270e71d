package com.promptmanage.runner.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Answer;
import com.promptmanage.runner.call.CallResult;
import com.promptmanage.runner.call.CallWatcher;
import java.time.Duration;
import java.util.Optional;

/** One planned call to something outside: a model, an API, a table, a mailbox. */
public interface ExternalCall {

    /**
     * Names what is called, for people: a model, or a method and an address without query and without secrets. At most 256
     * characters.
     */
    String target();

    /** What is sent, for the record of the run. Secrets stand in it as the references they were written as. */
    JsonNode request();

    /**
     * SHA-256 of all that decides the answer, in hexadecimal. Two calls with the same are the same question. No secret can be
     * found out by it.
     */
    String fingerprint();

    /** What it will use at most, if it is one that costs: for the budget. */
    Optional<CallEstimate> estimate();

    /** Whether it may be made again when nobody knows if it reached the other side. */
    Repeat repeat();

    /**
     * Makes the call, once: whoever calls this decides about trying again. Gives up after the timeout, which covers all of it,
     * reading the answer included; at an interrupt it lets go of the connection at once.
     *
     * @param watcher is told of signs of life, on the calling thread
     * @throws InterruptedException if the thread was interrupted: whether the call had reached the other side is not known
     *     then
     */
    CallResult make(Duration timeout, CallWatcher watcher) throws InterruptedException;

    /** Makes the node's outcome of the answer. Pure: no clock, no outside, no chance. */
    Outcome use(Answer answer);

    /** What it means to make a call a second time. */
    enum Repeat {
        /** It has no effect, or the same effect however often. */
        HARMLESS,
        /** It has no effect, but is paid for each time. */
        PAID_AGAIN,
        /** The other side knows repeats by the key that is sent with it, if it keeps to the usual rules. */
        KNOWN_BY_KEY,
        /** Each call has its own effect. */
        HARMFUL
    }
}

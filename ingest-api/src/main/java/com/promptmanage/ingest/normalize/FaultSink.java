package com.promptmanage.ingest.normalize;

/** Takes what is wrong with one event, so that reading goes on and all of it is told at once. */
@FunctionalInterface
public interface FaultSink {

    /**
     * @param field where in the event
     * @param detail what is wrong, with the value that is
     * @param remedy what to send instead
     */
    void add(String field, String detail, String remedy);
}

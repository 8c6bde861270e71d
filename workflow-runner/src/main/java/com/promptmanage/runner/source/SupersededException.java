package com.promptmanage.runner.source;

/** A sync was taken for dead while it was still at work: another may run by now. */
final class SupersededException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SupersededException(String syncId) {
        super("the sync %s has been ended by others".formatted(syncId));
    }
}

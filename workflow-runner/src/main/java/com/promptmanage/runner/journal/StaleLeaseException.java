package com.promptmanage.runner.journal;

/**
 * A worker brings what it may not bring any more: its lease was given to another, or the execution has ended meanwhile. What
 * it brings is dropped; an answer that was paid for is stored all the same.
 */
public final class StaleLeaseException extends Exception {

    private static final long serialVersionUID = 1L;

    StaleLeaseException(NodeLease lease) {
        super(
                "node run %d of %s is not under fence %d any more"
                        .formatted(lease.id(), lease.executionId(), lease.fence()),
                null,
                false,
                false);
    }
}

package com.promptmanage.ingest.publish;

import com.promptmanage.topics.account.Account;

/** A record to be. */
public final class OutgoingEvent {

    /** What it takes to wait for the broker's word on an event, besides its bytes. */
    private static final int OVERHEAD_BYTES = 256;

    private final Account account;

    private final byte[] json;

    /**
     * @param account whose partition it goes to
     * @param json the CloudEvent, in UTF-8. Not copied: whoever made it leaves it alone
     */
    public OutgoingEvent(Account account, byte[] json) {
        this.account = account;
        this.json = json;
    }

    public byte[] key() {
        return account.key();
    }

    public byte[] json() {
        return json;
    }

    /** About how much memory it holds until the broker has it. */
    public long heldBytes() {
        return (long) OVERHEAD_BYTES + json.length;
    }
}

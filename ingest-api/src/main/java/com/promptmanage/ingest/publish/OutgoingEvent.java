package com.promptmanage.ingest.publish;

import com.promptmanage.topics.account.Account;

/** A record to be. */
public final class OutgoingEvent {

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
}

package com.promptmanage.ingest.publish;

import com.promptmanage.topics.Topic;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;

/** A record to be. */
public final class OutgoingEvent {

    /** What it takes to wait for the broker's word on an event, besides its bytes. */
    private static final int OVERHEAD_BYTES = 256;

    private final Topic topic;

    private final Account account;

    private final byte[] json;

    /**
     * What is to be counted.
     *
     * @param account whose partition it goes to
     * @param json the CloudEvent, in UTF-8. Not copied: whoever made it leaves it alone
     */
    public OutgoingEvent(Account account, byte[] json) {
        this(Topics.USAGE_EVENTS, account, json);
    }

    private OutgoingEvent(Topic topic, Account account, byte[] json) {
        this.topic = topic;
        this.account = account;
        this.json = json;
    }

    /** What is to be kept as it came, for the meters that people define. */
    public static OutgoingEvent plain(Account account, byte[] json) {
        return new OutgoingEvent(Topics.PLAIN_EVENTS, account, json);
    }

    public String topic() {
        return topic.name();
    }

    /** Whether it goes to the metering, which receipts are about. */
    public boolean isCounted() {
        return topic.equals(Topics.USAGE_EVENTS);
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

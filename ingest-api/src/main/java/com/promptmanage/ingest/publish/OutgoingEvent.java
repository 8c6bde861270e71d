package com.promptmanage.ingest.publish;

import com.promptmanage.topics.account.Account;

/**
 * A record to be.
 *
 * @param account whose partition it goes to
 * @param json the CloudEvent, in UTF-8. Not copied: whoever makes one leaves it alone
 */
public record OutgoingEvent(Account account, byte[] json) {}

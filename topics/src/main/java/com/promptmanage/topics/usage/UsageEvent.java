package com.promptmanage.topics.usage;

import com.promptmanage.topics.account.Account;
import java.time.Instant;

/**
 * One call's usage in its envelope, as it stands on {@code usage.events}.
 *
 * @param id identifies the event together with {@code source}: the same pair again is a repeat, counted once
 * @param time when the call ended; decides its price and the period it is charged to
 */
public record UsageEvent(String id, String source, Instant time, TokenUsage usage) {

    /** The CloudEvents type. */
    public static final String TYPE = "com.promptmanage.token.usage.v1";

    public UsageEvent {
        if (!Account.isId(id) || !Account.isId(source)) {
            throw new IllegalArgumentException("id and source must be 1 to 256 characters");
        }
    }

    public Account account() {
        return usage.account();
    }
}

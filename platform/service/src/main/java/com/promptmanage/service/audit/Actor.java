package com.promptmanage.service.audit;

import org.jspecify.annotations.Nullable;

/**
 * Who changes something.
 *
 * @param kind {@code person}, {@code key} or {@code system}
 * @param id a user's or a key's
 * @param name for people to read
 * @param address the client's in the network, as far as proxies are trusted to tell it; null if it came from no request
 * @param userAgent what the client says it is; null if it says nothing
 */
public record Actor(
        String kind,
        String id,
        String name,
        @Nullable String address,
        @Nullable String userAgent) {

    private static final int USER_AGENT_MAX = 256;

    public Actor {
        if (userAgent != null && userAgent.length() > USER_AGENT_MAX) {
            userAgent = userAgent.substring(0, USER_AGENT_MAX);
        }
    }

    /** The product itself, without anyone asking. */
    public static final Actor SYSTEM = new Actor("system", "system", "Prompt Manage", null, null);
}

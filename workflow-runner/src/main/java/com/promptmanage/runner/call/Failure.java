package com.promptmanage.runner.call;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Why something failed.
 *
 * @param kind decides whether it is tried again
 * @param message for the workflow's author: what happened and what to do. At most {@value #MESSAGE_CHARS_MAX} characters; no
 *     secret in it
 * @param details for programs, and no secret either: {@code status}, an excerpt of the answer, the provider's own code; may
 *     be empty
 * @param retryAfter how long the other side asked to be left alone
 * @param usage what was used all the same, as by a stream that broke off
 */
public record Failure(
        Kind kind, String message, JsonNode details, Optional<Duration> retryAfter, Optional<CallUsage> usage) {

    public static final int MESSAGE_CHARS_MAX = 2_000;

    public Failure {
        // Others write into it, and no database keeps this one.
        message = message.replace("\0", "");
        if (message.length() > MESSAGE_CHARS_MAX) {
            message = message.substring(0, MESSAGE_CHARS_MAX - 1) + "…";
        }
    }

    public Failure(Kind kind, String message) {
        this(kind, message, JsonNodeFactory.instance.objectNode(), Optional.empty(), Optional.empty());
    }

    public Failure with(JsonNode other) {
        return new Failure(kind, message, other, retryAfter, usage);
    }

    public Failure retryAfter(Optional<Duration> other) {
        return new Failure(kind, message, details, other, usage);
    }

    /** The classes of failures: each is tried again in its own way, or not at all. */
    public enum Kind {
        /** The other side is in trouble, and did not take the call: it may work soon. */
        TRANSIENT(true),
        /** The other side takes no more for now, and may have said until when. */
        RATE_LIMITED(true),
        /** What was sent, or what came back, is not right; the same again would not be either. */
        VALIDATION(false),
        /** Not known, or not allowed: a person must mend a credential. */
        AUTH(false),
        /** Nobody knows whether the other side took the call: the node's own policy decides. */
        AMBIGUOUS(false),
        /** It will never work. */
        PERMANENT(false);

        private final boolean isRetryable;

        Kind(boolean isRetryable) {
            this.isRetryable = isRetryable;
        }

        /** Whether it may be tried again without a thought for what the first try did. */
        public boolean isRetryable() {
            return isRetryable;
        }

        /** The name in JSON. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

package com.promptmanage.service.outbound;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A call that brought no whole answer. Its message is for whoever gave the address. */
public final class OutboundException extends IOException {

    private static final long serialVersionUID = 1L;

    private final Failure failure;

    /** Why, and with it whether the other side may have seen the request. */
    public enum Failure {
        /** The address is not one that may be called; the same call will always fail. */
        ADDRESS_REFUSED(false),
        /** A redirect that is not followed: to another host with a body, from encrypted to plain, or too many of them. */
        REDIRECT_REFUSED(true),
        /** The request is too large for the operator's setting. */
        REQUEST_TOO_LARGE(false),
        UNKNOWN_HOST(false),
        NO_CONNECTION(false),
        /** The other side is not who it should be, or does not agree on encryption. */
        NOT_SECURE(false),
        /** No connection was free in time: this process is making as many calls as it may. */
        BUSY(false),
        TIMED_OUT(true),
        RESPONSE_TOO_LARGE(true),
        /** It broke off, or the answer is not HTTP. */
        BROKEN(true);

        private final boolean maybeReceived;

        Failure(boolean maybeReceived) {
            this.maybeReceived = maybeReceived;
        }

        /** Whether the other side may have received the request, so that to send it again may do its work twice. */
        public boolean maybeReceived() {
            return maybeReceived;
        }
    }

    OutboundException(Failure failure, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.failure = failure;
    }

    public Failure failure() {
        return failure;
    }
}

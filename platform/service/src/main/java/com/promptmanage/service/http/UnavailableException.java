package com.promptmanage.service.http;

import java.time.Duration;

/** Something that the answer needs is away for now: the database, the broker. A request that ends so is answered 503. */
public class UnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    /** @param message for the caller: names what is away, and nothing that only we should know */
    public UnavailableException(String message, Duration retryAfter, Throwable cause) {
        super(message, cause);
        this.retryAfter = retryAfter;
    }

    public Duration retryAfter() {
        return retryAfter;
    }
}

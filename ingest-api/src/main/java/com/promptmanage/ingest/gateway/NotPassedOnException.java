package com.promptmanage.ingest.gateway;

/** Ends a request for what is nowhere: that is told in the words of the provider, too. */
final class NotPassedOnException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Provider provider;

    NotPassedOnException(Provider provider, String message) {
        super(message, null, false, false);
        this.provider = provider;
    }

    Provider provider() {
        return provider;
    }
}

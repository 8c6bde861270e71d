package com.promptmanage.runner.model;

import java.net.URI;

/**
 * Where a provider is reached, and with what key.
 *
 * @param baseUrl with the version in its path, as {@code https://api.openai.com/v1}
 * @param apiKey empty where none is needed, as for a model in one's own house
 * @param isTrusted whether the operator gave the address: then it may be one of the inside
 */
record Endpoint(URI baseUrl, String apiKey, boolean isTrusted) {

    /** Without the key. */
    @Override
    public String toString() {
        return "Endpoint[" + baseUrl + "]";
    }
}

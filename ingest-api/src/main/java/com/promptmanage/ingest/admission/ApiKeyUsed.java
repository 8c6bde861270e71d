package com.promptmanage.ingest.admission;

import com.promptmanage.ingest.normalize.CallFields;
import com.promptmanage.service.access.Caller;
import org.jspecify.annotations.Nullable;

/** Which API key a call counts for. */
public final class ApiKeyUsed {

    private ApiKeyUsed() {}

    /** The caller's, unless it may speak for others and names another: else a key could spend another one's budget. */
    public static @Nullable String by(Caller caller, CallFields call) {
        return switch (caller) {
            case Caller.Person person -> null;
            case Caller.Key key -> {
                String named = key.maySpeakForOthers() ? call.apiKeyId() : null;
                yield named == null ? key.keyId() : named;
            }
        };
    }
}

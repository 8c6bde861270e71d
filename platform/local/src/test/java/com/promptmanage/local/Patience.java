package com.promptmanage.local;

import java.util.HashMap;
import java.util.Map;

/**
 * Settings for a machine that stands still for some seconds now and then: what is awaited is answered later then, and nobody is
 * told to come again.
 */
final class Patience {

    static final Map<String, String> SETTINGS =
            Map.of("PM_QUERY_RECEIPT_WAIT", "PT20S", "PM_INGEST_ANSWER_TIMEOUT", "PT20S");

    private Patience() {}

    /** These settings with others besides. */
    static Map<String, String> with(Map<String, String> others) {
        var all = new HashMap<>(SETTINGS);
        all.putAll(others);
        return all;
    }
}

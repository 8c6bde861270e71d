package com.promptmanage.local;

import com.promptmanage.service.database.Waits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Settings for a machine that stands still for some seconds now and then: what is awaited is answered later then, and
 * nobody is told to come again.
 */
public final class Patience {

    static final Map<String, String> SETTINGS =
            Map.of("PM_QUERY_RECEIPT_WAIT", "PT20S", "PM_INGEST_ANSWER_TIMEOUT", "PT20S");

    static final Waits WAITS = Waits.of(Duration.ofSeconds(20));

    private Patience() {}

    /** A stack with these settings, and others besides. */
    public static LocalStack.Options in(Path directory, Map<String, String> others) {
        var settings = new HashMap<>(SETTINGS);
        settings.putAll(others);
        return LocalStack.Options.in(directory).withEnvironment(settings).withWaits(WAITS);
    }
}

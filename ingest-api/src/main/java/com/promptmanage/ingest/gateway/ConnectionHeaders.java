package com.promptmanage.ingest.gateway;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Headers that a message says are of its connection alone, besides those of which everybody knows it (RFC 9110, 7.6.1). */
final class ConnectionHeaders {

    static final String NAME = "Connection";

    private ConnectionHeaders() {}

    /**
     * Their names, in lower case: they go no further.
     *
     * @param values of each {@link #NAME} header of the message
     */
    static Set<String> named(Stream<String> values) {
        return values.flatMap(value -> Arrays.stream(value.split(",", -1)))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }
}

package com.promptmanage.service.outbound;

import com.promptmanage.service.outbound.Call.Header;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A whole answer, of whatever status.
 *
 * @param uri where it came from in the end
 */
@SuppressWarnings("ArrayRecordComponent")
public record Reply(int status, URI uri, List<Header> headers, byte[] body) {

    public Reply {
        headers = List.copyOf(headers);
    }

    /** The first of that name. */
    public Optional<String> header(String name) {
        return first(headers, name);
    }

    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    static Optional<String> first(List<Header> headers, String name) {
        return headers.stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .map(Header::value)
                .findFirst();
    }
}

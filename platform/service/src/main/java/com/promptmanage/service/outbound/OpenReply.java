package com.promptmanage.service.outbound;

import com.promptmanage.service.outbound.Call.Header;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/** An answer whose body is read while it comes, for example server-sent events. Close it, also if it was read to its end. */
public final class OpenReply implements AutoCloseable {

    private final int status;

    private final URI uri;

    private final List<Header> headers;

    private final BoundedBody body;

    OpenReply(int status, URI uri, List<Header> headers, BoundedBody body) {
        this.status = status;
        this.uri = uri;
        this.headers = List.copyOf(headers);
        this.body = body;
    }

    public int status() {
        return status;
    }

    /** Where it came from in the end. */
    public URI uri() {
        return uri;
    }

    public List<Header> headers() {
        return headers;
    }

    /** The first of that name. */
    public Optional<String> header(String name) {
        return Reply.first(headers, name);
    }

    /**
     * Fails with an {@link OutboundException} if the body is too large, the call's time is over, or it breaks off: what ends
     * without an exception is whole.
     */
    public InputStream body() {
        return body;
    }

    @Override
    public void close() {
        body.close();
    }

    /** Ends the answer, but not the call. */
    void abandon() {
        body.abandon();
    }
}

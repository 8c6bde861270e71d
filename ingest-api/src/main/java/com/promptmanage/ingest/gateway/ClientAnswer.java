package com.promptmanage.ingest.gateway;

import com.promptmanage.service.budget.CallCost;
import com.promptmanage.service.outbound.Call.Header;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The answer that our caller gets, as it goes out. */
final class ClientAnswer {

    private static final String COST = "Prompt-Manage-Cost";

    private static final String COST_BASIS = "Prompt-Manage-Cost-Basis";

    /** It has no trailers, whatever the request says. */
    private static final String HTTP_1_0 = "HTTP/1.0";

    /** What governs a connection, which is ours here; what is the provider's business with a browser; what we set ourselves. */
    private static final Set<String> NOT_PASSED = Set.of(
            "alt-svc",
            "cache-control",
            "clear-site-data",
            "connection",
            "content-encoding",
            "content-length",
            "content-security-policy",
            "keep-alive",
            "location",
            "referrer-policy",
            "set-cookie",
            "set-cookie2",
            "strict-transport-security",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "x-content-type-options",
            "x-frame-options");

    /** Likewise; those that begin as ours do would be taken for ours. */
    private static final List<String> PREFIXES_NOT_PASSED = List.of("access-control-", Attribution.PREFIX, "proxy-");

    private final Context ctx;

    private @Nullable OutputStream out;

    private volatile Map<String, String> trailers = Map.of();

    /** Whoever asked has gone. */
    static final class GoneException extends IOException {

        private static final long serialVersionUID = 1L;

        GoneException(IOException cause) {
            super("the caller has gone", cause);
        }
    }

    ClientAnswer(Context ctx) {
        this.ctx = ctx;
    }

    boolean hasBegun() {
        return out != null;
    }

    /** The head of a provider's answer, unchanged but for what is not {@link #isPassed passed} and what is of its connection. */
    void head(int status, List<Header> headers) {
        ctx.status(status);
        ctx.res().setContentType(null);
        Set<String> ofConnection = ConnectionHeaders.named(headers.stream()
                .filter(header -> header.name().equalsIgnoreCase(ConnectionHeaders.NAME))
                .map(Header::value));
        var seen = new HashSet<String>();
        for (Header header : headers) {
            String name = header.name().toLowerCase(Locale.ROOT);
            if (name.equals("content-type")) {
                ctx.contentType(header.value());
                if (!header.value().toLowerCase(Locale.ROOT).contains("charset")) {
                    // Nothing is added to it.
                    ctx.res().setCharacterEncoding((String) null);
                }
            } else if (isPassed(name) && !ofConnection.contains(name)) {
                // Such as the request's id: who complains to the provider needs the provider's.
                if (seen.add(name)) {
                    ctx.res().setHeader(header.name(), header.value());
                } else {
                    ctx.res().addHeader(header.name(), header.value());
                }
            }
        }
    }

    void header(String name, String value) {
        ctx.header(name, value);
    }

    /** Told in the head if that has not gone out, else behind the answer to who takes trailers. */
    void cost(CallCost cost) {
        var told = Map.of(COST, cost.cost().toUsd(), COST_BASIS, cost.basis());
        if (hasBegun()) {
            trailers = told;
        } else {
            told.forEach(ctx::header);
        }
    }

    /** From here on nothing can go wrong that the caller would be told of by a status. */
    void begin() throws GoneException {
        try {
            if (takesTrailers()) {
                ctx.header("Trailer", COST + ", " + COST_BASIS);
                ctx.res().setTrailerFields(() -> trailers);
            }
            out = ctx.res().getOutputStream();
        } catch (IOException e) {
            throw new GoneException(e);
        }
    }

    void length(long bytes) {
        ctx.res().setContentLengthLong(bytes);
    }

    void write(byte[] bytes, int from, int length) throws GoneException {
        try {
            stream().write(bytes, from, length);
        } catch (IOException e) {
            throw new GoneException(e);
        }
    }

    void flush() throws GoneException {
        try {
            stream().flush();
        } catch (IOException e) {
            throw new GoneException(e);
        }
    }

    private static boolean isPassed(String name) {
        return !NOT_PASSED.contains(name) && PREFIXES_NOT_PASSED.stream().noneMatch(name::startsWith);
    }

    private OutputStream stream() {
        OutputStream begun = out;
        if (begun == null) {
            throw new IllegalStateException("the answer has not begun");
        }
        return begun;
    }

    private boolean takesTrailers() {
        String te = ctx.header("TE");
        return te != null && te.toLowerCase(Locale.ROOT).contains("trailers") && !HTTP_1_0.equals(ctx.protocol());
    }
}

package com.promptmanage.service.oidc;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.promptmanage.service.oidc.IssuerException.Kind;
import com.promptmanage.service.outbound.Call;
import com.promptmanage.service.outbound.Outbound;
import com.promptmanage.service.outbound.OutboundException;
import com.promptmanage.service.outbound.Reply;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls an issuer, by the same guarded way as every other call to the outside. */
final class IssuerCalls {

    static final Duration CALL_MAX = Duration.ofSeconds(10);

    private static final int BYTES_MAX = 1 << 20;

    private final Outbound outbound;

    IssuerCalls(Outbound outbound) {
        this.outbound = outbound;
    }

    /** @throws IssuerException unless it answers 200 */
    String text(URI uri) throws IssuerException {
        Reply reply = send(Call.get(uri).withHeader("Accept", "application/json"));
        if (reply.status() != 200) {
            throw new IssuerException(Kind.AWAY, "%s answered %d".formatted(uri, reply.status()), null);
        }
        return reply.text();
    }

    /** Whatever it answers. */
    HTTPResponse send(HTTPRequest request) throws IssuerException {
        @Nullable String body = request.getBody();
        Call call = Call.of(
                request.getMethod().name(),
                request.getURI(),
                body == null ? null : body.getBytes(StandardCharsets.UTF_8));
        for (Map.Entry<String, List<String>> header : request.getHeaderMap().entrySet()) {
            for (String value : header.getValue()) {
                call = call.withHeader(header.getKey(), value);
            }
        }
        Reply reply = send(call);
        var response = new HTTPResponse(reply.status());
        try {
            response.setContentType(reply.header("Content-Type").orElse("application/json"));
        } catch (ParseException e) {
            throw new IssuerException(Kind.AWAY, "%s answered with no content type".formatted(request.getURI()), e);
        }
        response.setBody(reply.text());
        return response;
    }

    private Reply send(Call call) throws IssuerException {
        try {
            return outbound.send(call.withTotalMax(CALL_MAX).withResponseBytesMax(BYTES_MAX));
        } catch (OutboundException e) {
            throw new IssuerException(Kind.AWAY, "%s: %s".formatted(call.uri(), e.getMessage()), e);
        }
    }
}

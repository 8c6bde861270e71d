package com.promptmanage.service.http;

import java.nio.ByteBuffer;
import java.util.Map;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/**
 * What the server refuses before there is a route: a request that cannot be read, an address or headers that are too long. It is
 * told as every other {@link Problem}; the server's own way would be a page of HTML.
 */
final class ConnectionErrors extends ErrorHandler {

    private final Map<String, String> headers;

    /** @param headers of every answer */
    ConnectionErrors(Map<String, String> headers) {
        this.headers = Map.copyOf(headers);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        HttpException refused = request.getAttribute(ERROR_EXCEPTION) instanceof HttpException known ? known : null;
        int status = status(refused == null ? response.getStatus() : refused.getCode());
        response.setStatus(status);
        if (HttpStatus.hasNoBody(status)) {
            callback.succeeded();
            return true;
        }
        String id = RequestIds.of(request.getHeaders().get(RequestIds.HEADER));
        String reason = refused == null ? null : refused.getReason();
        byte[] body = Json.bytes(problem(status, reason == null ? HttpStatus.getMessage(status) : reason)
                .in(id));
        HttpFields.Mutable fields = response.getHeaders();
        headers.forEach(fields::put);
        fields.put(RequestIds.HEADER, id);
        fields.put("Cache-Control", "no-store");
        fields.put("Content-Type", Problem.CONTENT_TYPE);
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }

    /** A version that nobody speaks is noise as any other, and no trouble of ours that someone is to look after. */
    private static int status(int told) {
        return told == HttpStatus.HTTP_VERSION_NOT_SUPPORTED_505 ? HttpStatus.BAD_REQUEST_400 : told;
    }

    private static Problem problem(int status, String reason) {
        return switch (status) {
            case HttpStatus.BAD_REQUEST_400,
                    HttpStatus.EXPECTATION_FAILED_417,
                    HttpStatus.UPGRADE_REQUIRED_426,
                    HttpStatus.NOT_IMPLEMENTED_501 ->
                ProblemException.invalid(
                                "request",
                                "cannot be read: " + reason,
                                "Send HTTP/1.1 as RFC 9112 has it, to an address without escaped slashes and dots.")
                        .problem()
                        .withStatus(status);
            case HttpStatus.URI_TOO_LONG_414, HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431 ->
                Answers.of(status, "The address and the headers may have 8 KiB together.");
            // What broke on our side has been logged, and is nobody else's business.
            default -> Answers.of(status, HttpStatus.getMessage(status)).withStatus(status);
        };
    }
}

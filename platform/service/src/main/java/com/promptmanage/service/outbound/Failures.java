package com.promptmanage.service.outbound;

import com.promptmanage.service.outbound.OutboundException.Failure;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.jspecify.annotations.Nullable;

/** What the HTTP library's exceptions mean. */
final class Failures {

    private Failures() {}

    static OutboundException of(IOException e, Deadline deadline) {
        if (e instanceof OutboundException known) {
            return known;
        }
        // Whatever it is that a closed connection brought about.
        if (deadline.isOver()) {
            return timedOut(deadline, e);
        }
        return switch (e) {
            case RefusedAddressException refused ->
                new OutboundException(
                        Failure.ADDRESS_REFUSED, "the address may not be called: " + refused.getMessage(), e);
            case UnknownHostException unknown ->
                new OutboundException(Failure.UNKNOWN_HOST, String.valueOf(unknown.getMessage()), e);
            case ConnectionRequestTimeoutException busy ->
                new OutboundException(Failure.BUSY, "too many calls are made at the same time", busy);
            case ConnectTimeoutException slow ->
                new OutboundException(Failure.NO_CONNECTION, "the host did not take the connection in time", slow);
            case ConnectException refused ->
                new OutboundException(Failure.NO_CONNECTION, "the host does not take connections there", refused);
            case NoRouteToHostException unreachable ->
                new OutboundException(Failure.NO_CONNECTION, "no way leads to the host", unreachable);
            case SSLException insecure ->
                new OutboundException(
                        Failure.NOT_SECURE,
                        "no encrypted connection to whom the address names: " + insecure.getMessage(),
                        insecure);
            case SocketTimeoutException silent ->
                new OutboundException(Failure.TIMED_OUT, "the host was silent for too long", silent);
            default -> new OutboundException(Failure.BROKEN, "the connection broke off, or its answer is not HTTP", e);
        };
    }

    static OutboundException timedOut(Deadline deadline, @Nullable Exception cause) {
        return new OutboundException(
                Failure.TIMED_OUT,
                "no whole answer within " + shown(deadline.totalMax().toMillis()),
                cause);
    }

    /** As people say it: what is left of a minute or a second by the time that a call is made is nobody's setting. */
    private static String shown(long millis) {
        return millis < 950 ? "%d ms".formatted(millis) : "%.1f s".formatted(millis / 1_000.0);
    }
}

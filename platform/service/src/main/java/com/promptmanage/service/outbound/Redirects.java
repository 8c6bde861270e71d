package com.promptmanage.service.outbound;

import com.promptmanage.service.outbound.Call.Header;
import com.promptmanage.service.outbound.OutboundException.Failure;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Which call a redirect asks for. */
final class Redirects {

    private static final Set<Integer> STATUSES = Set.of(301, 302, 303, 307, 308);

    /** What another host may know. Everything else could be a credential, for APIs name those as they like. */
    private static final Set<String> FOR_ANYONE = Set.of("accept", "accept-language", "content-type", "user-agent");

    private Redirects() {}

    /**
     * @param location of the answer, if it has one
     * @return empty if the answer is no redirect, or one that this call does not follow
     * @throws OutboundException if it leads to where it must not be followed
     */
    static Optional<Call> next(Call call, int status, Optional<String> location) throws OutboundException {
        if (call.redirectsMax() == 0 || !STATUSES.contains(status) || location.isEmpty()) {
            return Optional.empty();
        }
        URI from = call.uri();
        URI to = resolve(from, location.get());
        if (from.getScheme().equalsIgnoreCase("https") && !to.getScheme().equalsIgnoreCase("https")) {
            throw refused("it leads from an encrypted address to one that is not");
        }
        boolean asGet = !call.method().equals("GET")
                && !call.method().equals("HEAD")
                && (status == 303 || (call.method().equals("POST") && status < 303));
        Call next = asGet
                ? new Call(
                        "GET",
                        to,
                        withoutBody(call.headers()),
                        null,
                        call.redirectsMax(),
                        call.totalMax(),
                        call.silenceMax(),
                        call.responseBytesMax())
                : to(call, to);
        if (isSameOrigin(from, to)) {
            return Optional.of(next);
        }
        if (next.body() != null) {
            throw refused("it asks to send the body to another host");
        }
        return Optional.of(new Call(
                next.method(),
                to,
                next.headers().stream()
                        .filter(header -> FOR_ANYONE.contains(header.name().toLowerCase(Locale.ROOT)))
                        .toList(),
                null,
                next.redirectsMax(),
                next.totalMax(),
                next.silenceMax(),
                next.responseBytesMax()));
    }

    static OutboundException refused(String why) {
        return new OutboundException(Failure.REDIRECT_REFUSED, "a redirect is not followed: " + why, null);
    }

    private static Call to(Call call, URI to) {
        return new Call(
                call.method(),
                to,
                call.headers(),
                call.body(),
                call.redirectsMax(),
                call.totalMax(),
                call.silenceMax(),
                call.responseBytesMax());
    }

    private static URI resolve(URI from, String location) throws OutboundException {
        URI to;
        try {
            to = from.resolve(location.strip());
        } catch (IllegalArgumentException e) {
            throw refused("it leads to what is no address");
        }
        if (to.getScheme() == null) {
            throw refused("it leads to what is no address");
        }
        return to;
    }

    private static List<Header> withoutBody(List<Header> headers) {
        return headers.stream()
                .filter(header -> !header.name().toLowerCase(Locale.ROOT).startsWith("content-"))
                .toList();
    }

    private static boolean isSameOrigin(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme())
                && one.getHost().equalsIgnoreCase(other.getHost())
                && port(one) == port(other);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }
}

package com.promptmanage.service.outbound;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request to an address that a user gave.
 *
 * @param body null for none
 * @param redirectsMax how many redirects are followed; what they lead to is checked like the first address
 * @param totalMax from the look-up of the host to the last byte of the answer; empty for the operator's setting
 * @param silenceMax how long the other side may send nothing; empty for as long as the whole may take
 * @param responseBytesMax empty for the operator's setting
 */
@SuppressWarnings("ArrayRecordComponent")
public record Call(
        String method,
        URI uri,
        List<Header> headers,
        byte @Nullable [] body,
        int redirectsMax,
        Optional<Duration> totalMax,
        Optional<Duration> silenceMax,
        Optional<Integer> responseBytesMax) {

    private static final int TOKEN_LENGTH_MAX = 256;

    private static final int VALUE_LENGTH_MAX = 16_384;

    /** What a token may hold besides letters and digits (RFC 9110, 5.6.2). */
    private static final String TOKEN_SIGNS = "!#$%&'*+-.^_`|~";

    /** What the connection is governed by, which is ours. */
    private static final Set<String> OURS = Set.of(
            "connection",
            "content-length",
            "expect",
            "host",
            "keep-alive",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    /** One line of a request's or response's head. Names are alike in upper and lower case. */
    public record Header(String name, String value) {}

    public Call {
        if (!isToken(method)) {
            throw new IllegalArgumentException("'%s' is no HTTP method".formatted(method));
        }
        headers = List.copyOf(headers);
        for (Header header : headers) {
            if (!isToken(header.name()) || !isValue(header.value())) {
                throw new IllegalArgumentException(
                        "header '%s' has a name or a value that cannot be sent".formatted(header.name()));
            }
            String name = header.name().toLowerCase(Locale.ROOT);
            if (OURS.contains(name) || name.startsWith("proxy-")) {
                throw new IllegalArgumentException(
                        "header '%s' is set by the connection itself".formatted(header.name()));
            }
        }
        if (redirectsMax < 0 || redirectsMax > 20) {
            throw new IllegalArgumentException("redirectsMax is 0 to 20, got " + redirectsMax);
        }
    }

    public static Call get(URI uri) {
        return of("GET", uri, null);
    }

    public static Call post(URI uri, String contentType, byte[] body) {
        return of("POST", uri, body).withHeader("Content-Type", contentType);
    }

    /** @param method such as {@code PUT} */
    public static Call of(String method, URI uri, byte @Nullable [] body) {
        return new Call(method, uri, List.of(), body, 0, Optional.empty(), Optional.empty(), Optional.empty());
    }

    public Call withHeader(String name, String value) {
        return withHeaders(List.of(new Header(name, value)));
    }

    /** Behind those that are there. */
    public Call withHeaders(List<Header> others) {
        var more = new ArrayList<>(headers);
        more.addAll(others);
        return new Call(method, uri, more, body, redirectsMax, totalMax, silenceMax, responseBytesMax);
    }

    public Call withRedirectsMax(int other) {
        return new Call(method, uri, headers, body, other, totalMax, silenceMax, responseBytesMax);
    }

    public Call withTotalMax(Duration other) {
        return new Call(method, uri, headers, body, redirectsMax, Optional.of(other), silenceMax, responseBytesMax);
    }

    public Call withSilenceMax(Duration other) {
        return new Call(method, uri, headers, body, redirectsMax, totalMax, Optional.of(other), responseBytesMax);
    }

    public Call withResponseBytesMax(int other) {
        return new Call(method, uri, headers, body, redirectsMax, totalMax, silenceMax, Optional.of(other));
    }

    private static boolean isToken(String text) {
        if (text.isEmpty() || text.length() > TOKEN_LENGTH_MAX) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean isLetterOrDigit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!isLetterOrDigit && TOKEN_SIGNS.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    /** Visible characters of Latin 1, blanks and tabs: no line ends, which would begin another header. */
    private static boolean isValue(String text) {
        if (text.length() > VALUE_LENGTH_MAX) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean isVisible = (c >= ' ' && c <= '~') || (c >= 0xa0 && c <= 0xff);
            if (!isVisible && c != '\t') {
                return false;
            }
        }
        return true;
    }

    /** Without headers, body and query: they hold secrets. */
    @Override
    public String toString() {
        return method + " " + uri.getScheme() + "://" + uri.getRawAuthority();
    }
}

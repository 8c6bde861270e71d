package com.promptmanage.ingest.gateway;

import com.promptmanage.service.access.ApiKeys;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.outbound.Call;
import com.promptmanage.service.outbound.Call.Header;
import io.javalin.http.Context;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the provider is sent: what we were, without what is ours or between us and our caller. */
final class UpstreamCall {

    /**
     * Keys, ours among them; what governs a connection; what tells of our caller's network and browser; what has the provider take
     * the request for one of another method than the one that it was let in by; what has Google leave out of an answer what the call
     * used. Answers come unpacked, for they are looked at as they pass.
     */
    private static final Set<String> NOT_PASSED = Set.of(
            "accept-encoding",
            "authorization",
            "cf-connecting-ip",
            "connection",
            "content-encoding",
            "content-length",
            "cookie",
            "expect",
            "forwarded",
            "host",
            "keep-alive",
            "origin",
            "referer",
            "te",
            "trailer",
            "transfer-encoding",
            "true-client-ip",
            "upgrade",
            "via",
            "x-api-key",
            "x-client-ip",
            "x-goog-api-key",
            "x-goog-fieldmask",
            "x-http-method",
            "x-http-method-override",
            "x-method-override",
            "x-real-ip");

    private static final List<String> PREFIXES_NOT_PASSED =
            List.of(Attribution.PREFIX, "proxy-", "sec-", "x-forwarded-");

    /**
     * Likewise in a query, by which Google's take headers too: names as they are when they are decoded, in lower case, and without
     * the {@code $} that may stand before them.
     */
    private static final Set<String> PARAMETERS_NOT_PASSED = Set.of(
            "_method",
            "fields",
            "httpheaders",
            "httpmethod",
            "key",
            "x-http-method",
            "x-http-method-override",
            "x-method-override");

    /** In which form Google's answer, and those of them in which can be found what the call used. */
    private static final String FORM = "alt";

    private static final Set<String> FORMS_PASSED = Set.of("json", "sse");

    private UpstreamCall() {}

    /**
     * @param path behind the provider's address
     * @param body empty for none
     * @throws ProblemException 400 if the request has a header or a query that cannot be passed on
     */
    static Call of(Context ctx, URI address, String path, byte[] body, Header credentials) {
        var headers = new ArrayList<Header>();
        Set<String> ofConnection =
                ConnectionHeaders.named(Collections.list(ctx.req().getHeaders(ConnectionHeaders.NAME)).stream());
        for (String name : Collections.list(ctx.req().getHeaderNames())) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (isPassed(lower) && !ofConnection.contains(lower)) {
                Collections.list(ctx.req().getHeaders(name)).stream()
                        .filter(value -> !ApiKeys.isKeyIn(value) && !isUnreadableForm(lower, value))
                        .forEach(value -> headers.add(new Header(name, value)));
            }
        }
        headers.add(new Header("Accept-Encoding", "identity"));
        headers.add(credentials);
        try {
            // Whoever wants a head alone is answered with that of the whole.
            String method =
                    ctx.req().getMethod().equals("HEAD") ? "GET" : ctx.req().getMethod();
            URI uri = URI.create(address + path + query(ctx.queryString()));
            return Call.of(method, uri, body.length == 0 ? null : body).withHeaders(headers);
        } catch (IllegalArgumentException e) {
            throw ProblemException.invalid(
                    "request",
                    "has a header or a query that cannot be passed on",
                    "Send headers of visible characters, and a query that is percent-encoded.");
        }
    }

    private static boolean isPassed(String name) {
        if (NOT_PASSED.contains(name)) {
            return false;
        }
        for (String prefix : PREFIXES_NOT_PASSED) {
            if (name.startsWith(prefix)) {
                return false;
            }
        }
        return true;
    }

    /** Without a key: one in an address is ours by mistake. The rest is as it came. */
    private static String query(@Nullable String query) {
        if (query == null || query.isEmpty()) {
            return "";
        }
        String passed = Arrays.stream(query.split("&", -1))
                .filter(UpstreamCall::isParameterPassed)
                .collect(Collectors.joining("&"));
        return passed.isEmpty() ? "" : "?" + passed;
    }

    /** @throws IllegalArgumentException if it is not percent-encoded as it should be */
    private static boolean isParameterPassed(String parameter) {
        String decoded = URLDecoder.decode(parameter, StandardCharsets.UTF_8);
        int equals = decoded.indexOf('=');
        String name = equals < 0 ? decoded : decoded.substring(0, equals);
        String plain = name.strip().replaceFirst("^\\$", "").toLowerCase(Locale.ROOT);
        boolean isReadable = !plain.equals(FORM)
                || FORMS_PASSED.contains(decoded.substring(equals + 1).strip().toLowerCase(Locale.ROOT));
        return isReadable && !PARAMETERS_NOT_PASSED.contains(plain) && !ApiKeys.isKeyIn(decoded);
    }

    /** Google's answer in it to who says that they take it. */
    private static boolean isUnreadableForm(String name, String value) {
        return name.equals("accept") && value.toLowerCase(Locale.ROOT).contains("protobuf");
    }
}

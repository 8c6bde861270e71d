package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.JsonPathException;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.outbound.Call.Header;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an API's configuration says.
 *
 * @param headers those of the credential included
 * @param body null unless one is sent
 */
@SuppressWarnings("ArrayRecordComponent")
record ApiConfig(
        URI url,
        URI writeUrl,
        String method,
        List<Header> headers,
        byte @Nullable [] body,
        Optional<JsonPath> responsePath,
        Pagination pagination,
        Optional<String> sinceParam,
        String idField) {

    private static final Set<String> METHODS = Set.of("GET", "POST");

    private static final Set<String> PAGINATIONS = Set.of("page", "offset", "cursor", "none");

    private static final int PATH_LENGTH_MAX = 500;

    /**
     * In so few characters, more work than a processor ever does: the same places several times over on each level, the whole answer
     * anew for each record, lists against lists, functions of other places. Within quotes, too: it is not worth a parser of our own.
     */
    private static final Pattern COSTLY = Pattern.compile(
            ",|\\?.*\\$|\\w\\(\\s*[^\\s)]|\\s(?:subsetof|anyof|noneof|all)\\s+@",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    static void check(JsonNode config, String path, Faults faults, HttpSender sender) {
        checkUrl(config, "url", true, path, faults, sender);
        checkUrl(config, "writeUrl", false, path, faults, sender);
        String method = config.path("method").asText("GET");
        if (!METHODS.contains(method)) {
            faults.add(path + "method", "'%s' is not a way to read".formatted(method), "Use GET or POST.");
        }
        if (config.has("headers") && !config.path("headers").isObject()) {
            faults.add(path + "headers", "is not an object", "Send names and values: { \"Accept\": \"…\" }.");
        }
        String responsePath = config.path("responsePath").asText("");
        faultOfPath(responsePath)
                .ifPresent(fault -> faults.add(
                        path + "responsePath", fault, "Send a JSONPath as $.data[*] that leads to one list."));
        String type = config.path("pagination").path("type").asText("none");
        if (!PAGINATIONS.contains(type)) {
            faults.add(
                    path + "pagination.type", "'%s' is not known".formatted(type), "Use page, offset, cursor or none.");
        }
    }

    static ApiConfig of(Access access) throws ConnectorException {
        JsonNode config = access.config();
        URI url = HttpSender.uri(config.path("url").asText(""));
        String writeUrl = config.path("writeUrl").asText("");
        JsonNode body = config.path("body");
        return new ApiConfig(
                url,
                writeUrl.isBlank() ? url : HttpSender.uri(writeUrl),
                config.path("method").asText("GET"),
                headers(access),
                body.isMissingNode() || body.isNull()
                        ? null
                        : body.isTextual() ? body.textValue().getBytes(StandardCharsets.UTF_8) : Json.bytes(body),
                responsePath(config.path("responsePath").asText("")),
                Pagination.of(config.path("pagination")),
                Optional.of(config.path("sinceParam").asText("")).filter(name -> !name.isBlank()),
                config.path("idField").asText("id"));
    }

    private static List<Header> headers(Access access) throws ConnectorException {
        var headers = new ArrayList<Header>();
        headers.add(new Header("Accept", "application/json"));
        access.config().path("headers").properties().forEach(header -> {
            headers.removeIf(other -> other.name().equalsIgnoreCase(header.getKey()));
            headers.add(new Header(header.getKey(), header.getValue().asText()));
        });
        authenticate(headers, access);
        return headers;
    }

    /** Adds what the credential says, in place of what the configuration says: two of a name are refused, or the wrong one counts. */
    static void authenticate(List<Header> headers, Access access) throws ConnectorException {
        for (Header own : authentication(access)) {
            headers.removeIf(other -> other.name().equalsIgnoreCase(own.name()));
            headers.add(own);
        }
    }

    /** By what the credential holds: a token, a key, or a name and a password. */
    static List<Header> authentication(Access access) throws ConnectorException {
        String kind = access.config().path("auth").asText("");
        Optional<String> token = access.secret("token");
        if (token.isPresent()) {
            return List.of(new Header("Authorization", "Bearer " + token.get()));
        }
        Optional<String> apiKey = access.secret("apiKey");
        if (apiKey.isPresent()) {
            String name = access.config().path("apiKeyHeader").asText("");
            return List.of(
                    new Header(name.isBlank() ? access.secret("header").orElse("X-API-Key") : name, apiKey.get()));
        }
        if (access.secret("username").isPresent()) {
            String both = access.secret("username").get() + ":"
                    + access.secret("password").orElse("");
            return List.of(new Header(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8))));
        }
        if (!kind.isBlank() && !kind.equals("none")) {
            throw new ConnectorException(
                    Failure.Kind.AUTH,
                    "the data source wants to sign in with '%s', but has no credential for it: choose one"
                            .formatted(kind));
        }
        return List.of();
    }

    private static Optional<JsonPath> responsePath(String path) throws ConnectorException {
        if (path.isBlank()) {
            return Optional.empty();
        }
        Optional<String> fault = faultOfPath(path);
        if (fault.isPresent()) {
            throw new ConnectorException(Failure.Kind.VALIDATION, "responsePath " + fault.get());
        }
        return Optional.of(JsonPath.compile(path));
    }

    /** Regular expressions in it would be matched by a backtracking engine against whatever comes. */
    private static Optional<String> faultOfPath(String path) {
        if (path.isBlank()) {
            return Optional.empty();
        }
        if (path.length() > PATH_LENGTH_MAX) {
            return Optional.of("is longer than %d characters".formatted(PATH_LENGTH_MAX));
        }
        if (path.contains("=~") || path.contains("..")) {
            return Optional.of("has a regular expression or a search through all levels in it");
        }
        if (COSTLY.matcher(path).find()) {
            return Optional.of("names several places at once, or holds one list against another");
        }
        try {
            JsonPath.compile(path);
            return Optional.empty();
        } catch (JsonPathException | IllegalArgumentException e) {
            return Optional.of("is not a JSONPath");
        }
    }

    private static void checkUrl(
            JsonNode config, String name, boolean isRequired, String path, Faults faults, HttpSender sender) {
        String url = config.path(name).asText("");
        if (url.isBlank()) {
            if (isRequired) {
                faults.add(path + name, "is missing", "Send an address: https://…");
            }
            return;
        }
        sender.faultOf(url).ifPresent(fault -> faults.add(path + name, fault, "Send a public address: https://…"));
    }
}

package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.JsonPathException;
import com.jayway.jsonpath.Option;
import com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.NodeConfig.Operation;
import com.promptmanage.runner.definition.NodeConfig.Query;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.outbound.Call.Header;
import com.promptmanage.service.outbound.Reply;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An API as a list of records. */
final class ApiSession implements Session {

    private static final Configuration PATHS = Configuration.builder()
            .jsonProvider(new JacksonJsonNodeJsonProvider(Json.mapper()))
            .options(Option.SUPPRESS_EXCEPTIONS)
            .build();

    /** What is answered to whoever asks for a page behind the last. */
    private static final Set<Integer> NO_SUCH_PAGE = Set.of(400, 404, 416, 422);

    private final ApiConfig config;

    private final Access access;

    private final HttpSender sender;

    /** On the page that was read last. */
    private List<JsonNode> before = List.of();

    ApiSession(ApiConfig config, Access access, HttpSender sender) {
        this.config = config;
        this.access = access;
        this.sender = sender;
    }

    @Override
    public String test() throws ConnectorException, InterruptedException {
        Page page = read(ReadRequest.all(Query.ALL));
        return "It answers, with %d records on the first page."
                .formatted(page.records().size());
    }

    @Override
    public Page read(ReadRequest request) throws ConnectorException, InterruptedException {
        var parameters = new TreeMap<>(config.pagination().parameters(request.cursor()));
        request.since()
                .ifPresent(since -> config.sinceParam()
                        .ifPresent(name -> parameters.put(name, since.time().toString())));
        request.query().options().forEach((name, value) -> {
            if (name.startsWith("param.")) {
                parameters.put(name.substring("param.".length()), value.asText());
            }
        });
        var headers = new ArrayList<>(config.headers());
        byte[] body = config.method().equals("POST") ? config.body() : null;
        if (body != null) {
            withJson(headers);
        }
        return page(
                new HttpSender.Request(config.method(), with(config.url(), parameters), headers, body),
                request.cursor());
    }

    private Page page(HttpSender.Request request, @Nullable String cursor)
            throws ConnectorException, InterruptedException {
        boolean isDoubtful = config.pagination().isDoubtful(cursor);
        Reply reply;
        try {
            reply = sender.send(request, access.time(), access.redaction());
        } catch (ConnectorException e) {
            if (isDoubtful
                    && NO_SUCH_PAGE.contains(
                            e.failure().details().path("status").asInt())) {
                return new Page(List.of(), null, false, 0);
            }
            throw e;
        }
        JsonNode answer = HttpSender.json(reply);
        JsonNode found = found(answer);
        List<JsonNode> records = records(found);
        // It knows of no pages, and gives the same again.
        if (isDoubtful && records.equals(before)) {
            return new Page(List.of(), null, false, reply.body().length);
        }
        before = records;
        @Nullable String next = config.pagination().next(cursor, answer, records.size());
        // What is no list is all that there is, unless the answer says something else.
        boolean isAll = !found.isArray() && config.pagination().isDoubtful(next);
        return new Page(records, isAll ? null : next, false, reply.body().length);
    }

    @Override
    public Written write(WriteRequest request) throws ConnectorException, InterruptedException {
        URI uri = config.writeUrl();
        String method = "POST";
        if (request.operation() == Operation.UPDATE) {
            String id = request.recordId()
                    .orElseThrow(
                            () -> new ConnectorException(
                                    Failure.Kind.VALIDATION,
                                    "an API's record is updated by its id, and recordId is not set, or came out empty: what was read has no such field"));
            if (id.equals(".") || id.equals("..")) {
                throw new ConnectorException(
                        Failure.Kind.VALIDATION, "'%s' is no record's id, and would lead elsewhere".formatted(id));
            }
            uri = HttpSender.uri(
                    uri.toString().replaceFirst("/*$", "") + "/" + URLEncoder.encode(id, StandardCharsets.UTF_8));
            method = "PATCH";
        } else if (request.operation() == Operation.UPSERT) {
            throw new ConnectorException(
                    Failure.Kind.VALIDATION, "an API is not upserted into: use create, or update with recordId");
        }
        var headers = new ArrayList<>(config.headers());
        withJson(headers);
        headers.add(new Header("Idempotency-Key", request.idempotencyKey()));
        Reply reply = sender.send(
                new HttpSender.Request(method, uri, headers, Json.bytes(request.record())),
                access.time(),
                access.redaction());
        JsonNode answer = HttpSender.jsonOf(reply).orElseGet(Json.mapper()::nullNode);
        JsonNode id = answer.path(config.idField());
        return new Written(
                1,
                id.isValueNode() && !id.isNull() ? List.of(id.asText()) : List.of(),
                access.redaction().apply(answer));
    }

    private JsonNode found(JsonNode answer) throws ConnectorException {
        JsonNode found = answer;
        if (config.responsePath().isPresent()) {
            try {
                Object at = config.responsePath().get().read(answer, PATHS);
                found = at instanceof JsonNode node ? node : Json.mapper().nullNode();
            } catch (JsonPathException | IllegalArgumentException e) {
                throw new ConnectorException(
                        Failure.Kind.VALIDATION, "responsePath cannot be followed in what the API answers");
            }
        }
        // A path to one list selects a list with this list in it.
        return found.isArray() && found.size() == 1 && found.get(0).isArray() ? found.get(0) : found;
    }

    private List<JsonNode> records(JsonNode found) {
        var records = new ArrayList<JsonNode>();
        if (found.isArray()) {
            found.forEach(record -> records.add(asObject(record)));
        } else if (found.isObject()) {
            records.add(found);
        } else if (!found.isNull() && !found.isMissingNode()) {
            records.add(asObject(found));
        }
        return records.stream().map(access.redaction()::apply).toList();
    }

    private static JsonNode asObject(JsonNode record) {
        return record.isObject() ? record : Json.mapper().createObjectNode().set("value", record);
    }

    private static void withJson(List<Header> headers) {
        if (headers.stream().noneMatch(header -> header.name().equalsIgnoreCase("Content-Type"))) {
            headers.add(new Header("Content-Type", "application/json"));
        }
    }

    /** Parameters that the address has already are replaced. */
    static URI with(URI uri, Map<String, String> parameters) throws ConnectorException {
        if (parameters.isEmpty()) {
            return uri;
        }
        var all = new ArrayList<String>();
        String query = uri.getRawQuery();
        if (query != null && !query.isEmpty()) {
            for (String pair : query.split("&", -1)) {
                String name = java.net.URLDecoder.decode(pair.split("=", 2)[0], StandardCharsets.UTF_8);
                if (!parameters.containsKey(name)) {
                    all.add(pair);
                }
            }
        }
        all.add(parameters.entrySet().stream()
                .map(pair -> URLEncoder.encode(pair.getKey(), StandardCharsets.UTF_8) + "="
                        + URLEncoder.encode(pair.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&")));
        String text = uri.toString().replaceFirst("[?#].*$", "");
        return HttpSender.uri(text + "?" + String.join("&", all));
    }
}

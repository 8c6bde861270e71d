package com.promptmanage.service.operations;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.promptmanage.service.http.HttpServer;
import com.promptmanage.service.http.Several;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The description of an API (OpenAPI 3.1), merged from one hand-written file for each part that is mounted: paths, and
 * the components they share. Two parts may define the same component if they define it alike.
 */
public final class OpenApi {

    /** What describes {@code /api/auth}. */
    public static final String ACCESS = "openapi/access.yaml";

    /** What describes {@code /health}, {@code /metrics} and this description. */
    public static final String OPERATIONS = "openapi/operations.yaml";

    private static final YAMLMapper YAML = new YAMLMapper();

    private static final Set<String> METHODS =
            Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace", "query");

    private final ObjectNode document;

    private OpenApi(ObjectNode document) {
        this.document = document;
    }

    /** @param resources on the class path, in the order in which they are to be shown */
    public static OpenApi of(String title, String version, List<String> resources) {
        ObjectNode document = YAML.createObjectNode();
        document.put("openapi", "3.1.0");
        document.putObject("info").put("title", title).put("version", version);
        var security = document.putArray("security");
        security.addObject().putArray("bearer");
        security.addObject().putArray("session");
        document.putObject("paths");
        ObjectNode schemes = document.putObject("components").putObject("securitySchemes");
        schemes.putObject("bearer")
                .put("type", "http")
                .put("scheme", "bearer")
                .put("description", "An API key (pm_…), or the token of a session.");
        schemes.putObject("session")
                .put("type", "apiKey")
                .put("in", "cookie")
                .put("name", "__Host-pm_session")
                .put(
                        "description",
                        "For browsers: counts for requests of our own pages, and for what changes nothing."
                                + " Where there is no https it is pm_session.");
        resources.forEach(resource -> merge(document, resource));
        return new OpenApi(document);
    }

    /** As JSON. */
    public byte[] json() {
        return com.promptmanage.service.http.Json.bytes(document);
    }

    /**
     * Where description and server do not agree: an address that is mounted and not described, or the other way round; a
     * parameter that is a list, so that it is sent several times, to one of them alone. Empty if all is well. Meant for a
     * test of each service.
     */
    public List<String> differencesFrom(HttpServer server) {
        Set<String> mounted =
                server.endpoints().stream().map(OpenApi::address).collect(Collectors.toCollection(TreeSet::new));
        Map<String, Set<String>> described = described();
        var differences = new TreeSet<String>();
        mounted.stream()
                .filter(endpoint -> !described.containsKey(endpoint))
                .forEach(endpoint -> differences.add(endpoint + " is mounted, but not described"));
        described.keySet().stream()
                .filter(endpoint -> !mounted.contains(endpoint))
                .forEach(endpoint -> differences.add(endpoint + " is described, but not mounted"));
        var several = new TreeMap<String, Several>();
        server.several().forEach((endpoint, names) -> several.put(address(endpoint), names));
        described.forEach((endpoint, lists) -> {
            Several taken = several.getOrDefault(endpoint, Several.of());
            lists.stream()
                    .filter(name -> !taken.allows(name))
                    .forEach(name -> differences.add(
                            "%s is described with a list of '%s', but takes it once".formatted(endpoint, name)));
            taken.names().stream()
                    .filter(name -> !lists.contains(name))
                    .forEach(name -> differences.add(
                            "%s takes '%s' several times, but is not described so".formatted(endpoint, name)));
        });
        return List.copyOf(differences);
    }

    /** References that lead nowhere; empty if all is well. Meant for a test of each service. */
    public List<String> danglingReferences() {
        return document.findValuesAsText("$ref").stream()
                .distinct()
                .filter(reference ->
                        document.at(reference.replaceFirst("^#", "")).isMissingNode())
                .sorted()
                .toList();
    }

    /** What is described, each with the parameters of its query that are lists. */
    private Map<String, Set<String>> described() {
        var described = new TreeMap<String, Set<String>>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(member -> {
                    if (METHODS.contains(member.getKey())) {
                        var lists = new TreeSet<String>();
                        addLists(lists, path.getValue().path("parameters"));
                        addLists(lists, member.getValue().path("parameters"));
                        described.put(
                                member.getKey().toUpperCase(Locale.ROOT) + " " + withoutNames(path.getKey()), lists);
                    }
                }));
        return described;
    }

    private void addLists(Set<String> lists, JsonNode parameters) {
        for (JsonNode given : parameters) {
            JsonNode parameter = followed(given);
            JsonNode schema = followed(parameter.path("schema"));
            JsonNode value = parameter.path("style").asText().equals("deepObject")
                    ? followed(schema.path("additionalProperties"))
                    : schema;
            if (parameter.path("in").asText().equals("query")
                    && value.path("type").asText().equals("array")) {
                lists.add(parameter.path("name").asText());
            }
        }
    }

    private JsonNode followed(JsonNode node) {
        return node.has("$ref") ? document.at(node.path("$ref").asText().replaceFirst("^#", "")) : node;
    }

    private static String address(HttpServer.Endpoint endpoint) {
        return endpoint.method() + " " + withoutNames(endpoint.path());
    }

    /** What a parameter is called makes no other address. */
    private static String withoutNames(String path) {
        return path.replaceAll("[{<][^}>]*[}>]", "{}");
    }

    private static void merge(ObjectNode document, String resource) {
        JsonNode part = read(resource);
        part.path("paths").properties().forEach(path -> {
            ObjectNode methods = ((ObjectNode) document.path("paths")).withObjectProperty(path.getKey());
            path.getValue().properties().forEach(method -> put(methods, method.getKey(), method.getValue(), resource));
        });
        part.path("components").properties().forEach(kind -> {
            ObjectNode components = ((ObjectNode) document.path("components")).withObjectProperty(kind.getKey());
            kind.getValue().properties().forEach(one -> put(components, one.getKey(), one.getValue(), resource));
        });
    }

    private static void put(ObjectNode into, String name, JsonNode value, String resource) {
        JsonNode there = into.get(name);
        if (there != null && !there.equals(value)) {
            throw new IllegalStateException(
                    "%s describes '%s', which another part describes differently".formatted(resource, name));
        }
        into.set(name, value);
    }

    private static JsonNode read(String resource) {
        try (InputStream content = OpenApi.class.getClassLoader().getResourceAsStream(resource)) {
            if (content == null) {
                throw new IllegalArgumentException("no resource " + resource + " on the class path");
            }
            return YAML.readTree(content);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + resource, e);
        }
    }
}

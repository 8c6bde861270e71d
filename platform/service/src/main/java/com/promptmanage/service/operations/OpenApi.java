package com.promptmanage.service.operations;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.promptmanage.service.http.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
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
                .put("name", "pm_session")
                .put(
                        "description",
                        "For browsers: counts for requests of our own pages, and for what changes nothing.");
        resources.forEach(resource -> merge(document, resource));
        return new OpenApi(document);
    }

    /** As JSON. */
    public byte[] json() {
        return com.promptmanage.service.http.Json.bytes(document);
    }

    /**
     * Where description and server do not agree: an address that is mounted and not described, or the other way round.
     * Empty if all is well. Meant for a test of each service.
     */
    public List<String> differencesFrom(HttpServer server) {
        Set<String> mounted = server.endpoints().stream()
                .map(endpoint -> endpoint.method() + " " + withoutNames(endpoint.path()))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> described = described();
        var differences = new TreeSet<String>();
        mounted.stream()
                .filter(endpoint -> !described.contains(endpoint))
                .forEach(endpoint -> differences.add(endpoint + " is mounted, but not described"));
        described.stream()
                .filter(endpoint -> !mounted.contains(endpoint))
                .forEach(endpoint -> differences.add(endpoint + " is described, but not mounted"));
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

    private Set<String> described() {
        var described = new TreeSet<String>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(member -> {
                    if (METHODS.contains(member)) {
                        described.add(member.toUpperCase(Locale.ROOT) + " " + withoutNames(path.getKey()));
                    }
                }));
        return described;
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

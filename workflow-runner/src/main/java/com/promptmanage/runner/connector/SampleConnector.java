package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.connector.ConnectorType.Ability;
import com.promptmanage.runner.connector.ConnectorType.Auth;
import com.promptmanage.runner.connector.ConnectorType.Setting;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Made-up records, so that a new workflow has something to work on before anything is connected. */
public final class SampleConnector implements Connector {

    /** What stands for it where a data source's id is asked for; may be followed by a slash and a resource. */
    public static final String ID = "sample";

    private static final String FIRST = "customers";

    static final ConnectorType TYPE = new ConnectorType(
            ID,
            "Sample records",
            "1.0",
            List.of(Auth.NONE),
            Set.of(Ability.READ, Ability.LIST_RESOURCES),
            List.of(new Setting("resource", "text", false, "Which of the samples; customers unless said")));

    private final Map<String, List<JsonNode>> samples = load();

    @Override
    public ConnectorType type() {
        return TYPE;
    }

    @Override
    public void check(JsonNode config, String path, Faults faults) {
        String resource = config.path("resource").asText(FIRST);
        if (!samples.containsKey(resource)) {
            faults.add(path + "resource", "'%s' is no sample".formatted(resource), "Use one of " + samples.keySet());
        }
    }

    @Override
    public Session open(Access access) {
        return new Session() {
            @Override
            public String test() {
                return "Sample records are always there.";
            }

            @Override
            public List<Resource> resources() {
                return samples.keySet().stream().map(id -> new Resource(id, id)).toList();
            }

            @Override
            public Page read(ReadRequest request) throws ConnectorException {
                String resource = Optional.of(access.config().path("resource").asText(""))
                        .filter(name -> !name.isBlank())
                        .or(() -> request.option("table"))
                        .orElse(FIRST);
                List<JsonNode> records = samples.get(resource);
                if (records == null) {
                    throw new ConnectorException(
                            Failure.Kind.VALIDATION,
                            "there is no sample '%s': use one of %s".formatted(resource, samples.keySet()));
                }
                return new Page(records, null, false, 0);
            }
        };
    }

    private static Map<String, List<JsonNode>> load() {
        try (InputStream file = SampleConnector.class.getResourceAsStream("samples.json")) {
            if (file == null) {
                throw new IllegalStateException("samples.json is not beside " + SampleConnector.class.getName());
            }
            var samples = new TreeMap<String, List<JsonNode>>();
            Json.mapper()
                    .readTree(file)
                    .properties()
                    .forEach(sample -> samples.put(
                            sample.getKey(), sample.getValue().valueStream().toList()));
            return samples;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

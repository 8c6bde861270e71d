package com.promptmanage.runner.template;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The templates that come with the product, in the order in which they are shown. */
public final class TemplateCatalogue {

    private static final String INDEX = "index.json";

    private final Map<String, WorkflowTemplate> templates;

    private TemplateCatalogue(Map<String, WorkflowTemplate> templates) {
        this.templates = Collections.unmodifiableMap(templates);
    }

    /** Reads them all. One that cannot be read is a fault of the build, and no start. */
    public static TemplateCatalogue load() {
        var templates = new LinkedHashMap<String, WorkflowTemplate>();
        try {
            for (JsonNode id : TemplateJson.MAPPER.readTree(bytes(INDEX))) {
                WorkflowTemplate template = TemplateJson.read(bytes(id.textValue() + ".json"));
                templates.put(template.id(), template);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new TemplateCatalogue(templates);
    }

    public List<WorkflowTemplate> all() {
        return new ArrayList<>(templates.values());
    }

    public Optional<WorkflowTemplate> find(String id) {
        return Optional.ofNullable(templates.get(id));
    }

    private static byte[] bytes(String name) throws IOException {
        try (InputStream file = TemplateCatalogue.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException(
                        "%s is not beside %s".formatted(name, TemplateCatalogue.class.getName()));
            }
            return file.readAllBytes();
        }
    }
}

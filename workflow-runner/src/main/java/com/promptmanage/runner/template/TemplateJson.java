package com.promptmanage.runner.template;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.promptmanage.runner.definition.Limits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Templates as JSON: resources of the product, and files that people exchange. */
final class TemplateJson {

    static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(64)
                            .maxNumberLength(64)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final int BYTES_MAX = 2 * Limits.DOCUMENT_BYTES_MAX;

    /** Each is looked up when it is deployed. */
    private static final int PARAMETERS_MAX = 1_000;

    private static final String UNFIT = "has a value that does not belong there";

    private TemplateJson() {}

    static byte[] bytes(WorkflowTemplate template) {
        try {
            return MAPPER.writeValueAsBytes(template);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws IllegalArgumentException if it is not a template, saying where it goes wrong */
    static WorkflowTemplate read(byte[] json) {
        if (json.length > BYTES_MAX) {
            throw new IllegalArgumentException("a template has at most %,d bytes".formatted(BYTES_MAX));
        }
        try {
            WorkflowTemplate template = MAPPER.readValue(json, WorkflowTemplate.class);
            if (template.parameters().size() > PARAMETERS_MAX) {
                throw new IllegalArgumentException("a template has at most %,d parameters".formatted(PARAMETERS_MAX));
            }
            return template;
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(said(e), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Without the names of our classes, of which the sender knows nothing. */
    private static String said(JsonProcessingException problem) {
        if (!(problem instanceof JsonMappingException mapping)) {
            return "it is not JSON";
        }
        String place = mapping.getPath().stream()
                .map(step ->
                        step.getFieldName() == null ? "[%d]".formatted(step.getIndex()) : "." + step.getFieldName())
                .collect(Collectors.joining())
                .replaceFirst("^\\.", "");
        Throwable cause = mapping.getCause();
        @Nullable String refusal = cause == null ? null : cause.getMessage();
        String what = switch (mapping) {
            case UnrecognizedPropertyException unknown -> "is not known here";
            case ValueInstantiationException refused -> refusal == null ? UNFIT : refusal;
            default -> UNFIT;
        };
        return place.isEmpty() ? what : "%s: %s".formatted(place, what);
    }
}

package com.promptmanage.runner.template;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a template leaves open and its deployment fills in.
 *
 * @param name as it stands in the template's texts: {@code {{NAME}}}
 * @param label for people
 * @param description what to enter
 * @param connector the type of data source wanted; null unless it is one
 * @param defaultValue used if nothing is given; null if something must be
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TemplateParameter(
        String name,
        Kind kind,
        String label,
        String description,
        @Nullable String connector,
        @Nullable String defaultValue) {

    public TemplateParameter {
        requireNonNull(name, "name is missing");
        requireNonNull(kind, "kind is missing");
        requireNonNull(label, "label is missing");
        requireNonNull(description, "description is missing");
    }

    /** What a parameter stands for. */
    public enum Kind {
        /** A data source's id, or a document's. */
        DATA_SOURCE,
        /** The name of a stored secret. The secret itself never becomes part of a workflow. */
        SECRET,
        /** A text. */
        TEXT;

        /** The name in JSON. */
        @JsonValue
        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

package com.promptmanage.runner.template;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
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
 * @param minimum the least that a number may be; null for no bound
 * @param maximum the most that a number may be; of a list or of addresses, how many there may be. Null for no bound of its own
 * @param sample the sample records that have what a data source is read for, to try the template out; null if there are none,
 *     or it is written to
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TemplateParameter(
        String name,
        Kind kind,
        String label,
        String description,
        @Nullable String connector,
        @Nullable String defaultValue,
        @Nullable BigDecimal minimum,
        @Nullable BigDecimal maximum,
        @Nullable String sample) {

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
        TEXT,
        /** A number with a point before its decimals. */
        NUMBER,
        /** Texts with commas between them. They stand in an expression, as what is within the brackets of a list. */
        LIST,
        /** E-mail addresses with commas between them. */
        EMAIL,
        /** An address that begins with {@code https://} or {@code http://}. */
        URL;

        /** The name in JSON. */
        @JsonValue
        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

package com.promptmanage.runner.expression;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.expression.Allowance.SpentException;
import com.promptmanage.runner.expression.Template.Literal;
import com.promptmanage.runner.expression.Template.Value;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Puts values into templates, in one pass: braces within a value are text. Nothing found is an empty text and a {@linkplain
 * #missing warning}; zero and false are what they are. Not safe for use by several threads; made anew for each node.
 */
public final class Renderer {

    private final Scope scope;

    private final Lookup lookup;

    private final Function<String, Optional<String>> secrets;

    private final Allowance allowance = new Allowance();

    private final Map<String, Reference> missing = new LinkedHashMap<>();

    private Renderer(Scope scope, Function<String, Optional<String>> secrets) {
        this.scope = scope;
        this.lookup = new Lookup(scope);
        this.secrets = secrets;
    }

    /** References to secrets stay as they are written: what this makes may be kept and shown. */
    public static Renderer of(Scope scope) {
        return new Renderer(scope, name -> Optional.of("{{%s.%s}}".formatted(Names.SECRETS, name)));
    }

    /** The same with secrets: for what goes outside, never for what is kept. A secret that is not there ends the rendering. */
    public Renderer withSecrets(Function<String, Optional<String>> secretByName) {
        return new Renderer(scope, secretByName);
    }

    /** Always a text: nothing for null, JSON for lists and objects. */
    public String text(String template) throws EvaluationException {
        return rendered(template, (text, value) -> text.append(plain(value)));
    }

    /** If the template is one reference and nothing else, its value with its type; else a text. */
    public JsonNode value(String template) throws EvaluationException {
        Template parsed = parsed(template);
        Optional<Reference> whole = parsed.whole().filter(reference -> !reference.isSecret());
        if (whole.isEmpty()) {
            return JsonNodeFactory.instance.textNode(rendered(parsed, (text, value) -> text.append(plain(value))));
        }
        JsonNode value = find(whole.get());
        try {
            allowance.take(value);
        } catch (SpentException e) {
            throw new EvaluationException("%s: %s".formatted(shown(template), e.getMessage()));
        }
        return value;
    }

    /** What a name stands for, written with or without braces; empty if there is no such thing, or no such name. */
    public Optional<JsonNode> find(String path) {
        String stripped = path.strip();
        Template template = Template.parse(stripped.startsWith("{{") ? stripped : "{{" + stripped + "}}");
        return template.whole().filter(reference -> !reference.isSecret()).flatMap(lookup::find);
    }

    /** JSON with each text in it as a {@link #value}. Names of fields are no templates. */
    public JsonNode tree(JsonNode templates) throws EvaluationException {
        if (templates.isTextual()) {
            return value(templates.textValue());
        }
        if (templates.isObject()) {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            for (Map.Entry<String, JsonNode> field : templates.properties()) {
                object.set(field.getKey(), tree(field.getValue()));
            }
            return object;
        }
        if (templates.isArray()) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            for (JsonNode element : templates) {
                array.add(tree(element));
            }
            return array;
        }
        return templates;
    }

    /**
     * A template of a JSON document as text. A value within quotes is escaped, so that it cannot end them; one outside of
     * quotes is written as JSON, with its type.
     */
    public String jsonText(String template) throws EvaluationException {
        var quotes = new QuoteTracker();
        return rendered(template, (text, value) -> {
            quotes.read(text);
            if (quotes.isInside()) {
                JsonStringEncoder.getInstance().quoteAsString(plain(value), text);
            } else {
                text.append(value);
            }
            quotes.skipTo(text.length());
        });
    }

    /**
     * A template of an address. A value at its very start is taken as it is, since it may be all of the address; others
     * are encoded, so that they cannot lead to another place; dots alone stay what they are, and so are refused.
     */
    public String url(String template) throws EvaluationException {
        return rendered(template, (text, value) -> {
            String plain = plain(value);
            boolean isPlace = text.indexOf("?") < 0 && text.indexOf("#") < 0;
            if (!text.isEmpty() && isPlace && (plain.equals(".") || plain.equals(".."))) {
                throw new EvaluationException(
                        "a value put into an address is \"%s\", which would lead to another place".formatted(plain));
            }
            text.append(text.isEmpty() ? plain : encoded(plain));
        });
    }

    /** What was referred to and not found, in the order of its first use. */
    public List<Reference> missing() {
        return List.copyOf(missing.values());
    }

    private String rendered(String template, Writing writing) throws EvaluationException {
        return rendered(parsed(template), writing);
    }

    private String rendered(Template template, Writing writing) throws EvaluationException {
        var text = new StringBuilder();
        for (Template.Part part : template.parts()) {
            int lengthBefore = text.length();
            try {
                switch (part) {
                    case Literal literal -> text.append(literal.text());
                    case Value value -> writing.append(text, resolve(value.reference()));
                }
                allowance.take(text.length() - lengthBefore);
            } catch (SpentException e) {
                throw new EvaluationException("a template with %d parts: %s"
                        .formatted(template.parts().size(), e.getMessage()));
            }
        }
        return text.toString();
    }

    private JsonNode resolve(Reference reference) throws EvaluationException {
        if (!reference.isSecret()) {
            return find(reference);
        }
        String name = String.join(
                ".", reference.segments().subList(1, reference.segments().size()));
        return secrets.apply(name)
                .map(JsonNodeFactory.instance::textNode)
                .orElseThrow(() -> new EvaluationException("there is no secret %s".formatted(name)));
    }

    private JsonNode find(Reference reference) {
        return lookup.find(reference).orElseGet(() -> {
            missing.putIfAbsent(reference.source(), reference);
            return JsonNodeFactory.instance.textNode("");
        });
    }

    private static Template parsed(String text) throws EvaluationException {
        Template template = Template.parse(text);
        if (!template.faults().isEmpty()) {
            throw new EvaluationException(
                    "%s %s".formatted(shown(text), template.faults().getFirst().detail()));
        }
        return template;
    }

    private static String plain(JsonNode value) {
        if (value.isNull()) {
            return "";
        }
        return value.isValueNode() ? value.asText() : value.toString();
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String shown(String text) {
        return text.length() <= 64 ? text : text.substring(0, 64) + "…";
    }

    /** How a value joins the text so far. */
    @FunctionalInterface
    private interface Writing {
        void append(StringBuilder text, JsonNode value) throws EvaluationException;
    }

    /** Knows whether the end of a growing JSON text is within quotes. */
    private static final class QuoteTracker {

        private int read;

        private boolean inside;

        private boolean escaped;

        void read(StringBuilder text) {
            for (; read < text.length(); read++) {
                char next = text.charAt(read);
                if (escaped) {
                    escaped = false;
                } else if (next == '\\') {
                    escaped = inside;
                } else if (next == '"') {
                    inside = !inside;
                }
            }
        }

        /** What a value wrote changes nothing. */
        void skipTo(int length) {
            read = length;
        }

        boolean isInside() {
            return inside;
        }
    }
}

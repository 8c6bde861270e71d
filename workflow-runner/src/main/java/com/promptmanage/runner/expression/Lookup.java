package com.promptmanage.runner.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Optional;

/**
 * Finds what a reference means. In this order, and the first that is there wins: a reserved name; an item by its name; a
 * node by its id; the whole text as a key of the input, then of the variables; the path within the input; a field of a
 * record, innermost first; the path within the variables.
 *
 * <p>Names that the workflow's author gave go before names in the data, so that no answer of a model or an API can put
 * itself in the place of a node.
 */
final class Lookup {

    private final Scope scope;

    Lookup(Scope scope) {
        this.scope = scope;
    }

    Scope scope() {
        return scope;
    }

    Optional<JsonNode> find(Reference reference) {
        List<String> segments = reference.segments();
        List<String> rest = segments.subList(1, segments.size());
        if (reference.root().equals(Names.NODES) && !rest.isEmpty()) {
            return Optional.ofNullable(scope.outputs().get(rest.getFirst()))
                    .flatMap(output -> outputPath(output, rest.subList(1, rest.size())));
        }
        return find(reference.root())
                .flatMap(found -> found.isOutput() ? outputPath(found.value(), rest) : path(found.value(), rest))
                .or(() -> isDeclared(reference.root()) ? Optional.empty() : data(reference));
    }

    /** What a bare name means, data included. */
    Optional<Found> name(String name) {
        Optional<Found> declared = find(name);
        return declared.isPresent() || isDeclared(name)
                ? declared
                : data(new Reference(List.of(name), name, 0)).map(value -> new Found(value, false));
    }

    /** @param isOutput whether it is what a node put out, so that {@code text} and {@code output} mean it */
    record Found(JsonNode value, boolean isOutput) {}

    private Optional<Found> find(String root) {
        Optional<JsonNode> reserved = switch (root) {
            case Names.NOW ->
                Optional.of(JsonNodeFactory.instance.textNode(scope.now().toString()));
            case Names.INPUT -> Optional.of(scope.input());
            case Names.VARIABLES, Names.TRIGGER, Names.TRIGGER_DATA -> Optional.of(scope.variables());
            case Names.NODES -> Optional.of(outputs());
            case Names.EXECUTION -> Optional.of(scope.execution());
            case Names.RECORD -> innermost(true).map(Scope.Item::value);
            case Names.ITEM -> innermost(false).map(Scope.Item::value);
            case Names.INDEX -> innermost(false).map(item -> JsonNodeFactory.instance.numberNode(item.index()));
            default -> Optional.empty();
        };
        return reserved.or(() -> itemNamed(root))
                .map(value -> new Found(value, false))
                .or(() -> Optional.ofNullable(scope.outputs().get(root)).map(value -> new Found(value, true)));
    }

    /** Whether a name belongs to the author: if nothing is found at its path, data does not stand in for it. */
    private boolean isDeclared(String name) {
        return scope.outputs().containsKey(name)
                || itemNamed(name).isPresent()
                || (Names.RESERVED.contains(name)
                        && !name.equals(Names.RECORD)
                        && !name.equals(Names.ITEM)
                        && !name.equals(Names.INDEX)
                        && !name.equals(Names.ACCUMULATOR));
    }

    private Optional<JsonNode> data(Reference reference) {
        List<String> segments = reference.segments();
        return field(scope.input(), reference.source())
                .or(() -> field(scope.variables(), reference.source()))
                .or(() -> path(scope.input(), segments))
                .or(() -> inRecords(segments))
                .or(() -> path(scope.variables(), segments));
    }

    private Optional<JsonNode> inRecords(List<String> segments) {
        for (Scope.Item item : scope.items().reversed()) {
            Optional<JsonNode> found = item.isRecord() ? path(item.value(), segments) : Optional.empty();
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private Optional<Scope.Item> innermost(boolean recordsOnly) {
        return scope.items().reversed().stream()
                .filter(item -> item.isRecord() || !recordsOnly)
                .findFirst();
    }

    private Optional<JsonNode> itemNamed(String name) {
        return scope.items().reversed().stream()
                .filter(item -> item.name().equals(name))
                .map(Scope.Item::value)
                .findFirst();
    }

    private JsonNode outputs() {
        var all = JsonNodeFactory.instance.objectNode();
        scope.outputs().forEach(all::set);
        return all;
    }

    /** A prompt's text is also called its output; so is the whole output of any other node. */
    static Optional<JsonNode> outputPath(JsonNode output, List<String> path) {
        if (path.isEmpty()) {
            return Optional.of(output);
        }
        return alias(output, path.getFirst())
                .map(value -> path(value, path.subList(1, path.size())))
                .orElseGet(() -> path(output, path));
    }

    /** What {@code output} and {@code text} mean where there is no field of that name. */
    static Optional<JsonNode> alias(JsonNode output, String name) {
        if (output.has(name)) {
            return Optional.empty();
        }
        return switch (name) {
            case "output" -> Optional.of(output.has("text") ? output.path("text") : output);
            case "text" -> output.isTextual() ? Optional.of(output) : Optional.empty();
            default -> Optional.empty();
        };
    }

    static Optional<JsonNode> path(JsonNode from, List<String> path) {
        JsonNode at = from;
        for (String segment : path) {
            Optional<JsonNode> next = field(at, segment);
            if (next.isEmpty()) {
                return Optional.empty();
            }
            at = next.get();
        }
        return Optional.of(at);
    }

    /** A field, an element, or the length of a list or text. */
    static Optional<JsonNode> field(JsonNode from, String name) {
        if (from.isArray() && isIndex(name)) {
            return Optional.ofNullable(from.get(Integer.parseInt(name)));
        }
        JsonNode value = from.get(name);
        if (value == null && name.equals("length") && (from.isArray() || from.isTextual())) {
            int length = from.isArray()
                    ? from.size()
                    : from.textValue().codePointCount(0, from.textValue().length());
            return Optional.of(JsonNodeFactory.instance.numberNode(length));
        }
        return Optional.ofNullable(value);
    }

    private static boolean isIndex(String name) {
        return !name.isEmpty() && name.length() < 10 && name.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}

package com.promptmanage.runner.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * JSON as CEL sees it, and back. Objects and lists are looked into where they are, not copied, since an expression reads
 * little of them. Numbers are {@code Long} or {@code Double}, for CEL knows no others; null is CEL's own, for with Java's an
 * expression would come to an unknown.
 */
final class CelValues {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private CelValues() {}

    static Object toCel(JsonNode value) {
        return toCel(value, false);
    }

    /** @param isOutput whether {@code output} and {@code text} mean the text of a prompt where they are not fields */
    static Object toCel(JsonNode value, boolean isOutput) {
        return switch (value.getNodeType()) {
            case OBJECT -> new JsonMap(value, isOutput);
            case ARRAY -> new JsonList(value);
            case STRING -> value.textValue();
            case BOOLEAN -> value.booleanValue();
            case NUMBER -> number(value);
            case BINARY, POJO -> value.asText();
            case NULL, MISSING -> NullValue.NULL_VALUE;
        };
    }

    /** What nodes put out, by their ids. */
    static Map<String, Object> outputs(Map<String, JsonNode> outputs) {
        var values = new HashMap<String, Object>();
        outputs.forEach((id, output) -> values.put(id, toCel(output, true)));
        return values;
    }

    /** @throws EvaluationException if it is not a value that JSON has, or more than the allowance */
    static JsonNode toJson(Object value, Allowance allowance) throws EvaluationException {
        return switch (value) {
            case JsonMap map -> {
                allowance.take(map.json);
                yield map.json;
            }
            case JsonList list -> {
                allowance.take(list.json);
                yield list.json;
            }
            case Map<?, ?> map -> {
                ObjectNode object = JSON.objectNode();
                for (Map.Entry<?, ?> entry : map.entrySet()) {
                    String name = String.valueOf(entry.getKey());
                    allowance.take(name.length());
                    object.set(name, toJson(entry.getValue(), allowance));
                }
                yield object;
            }
            case List<?> list -> {
                ArrayNode array = JSON.arrayNode();
                for (Object element : list) {
                    array.add(toJson(element, allowance));
                }
                yield array;
            }
            default -> {
                JsonNode scalar = scalar(value);
                allowance.take(scalar);
                yield scalar;
            }
        };
    }

    private static JsonNode scalar(Object value) throws EvaluationException {
        return switch (value) {
            case NullValue nothing -> JSON.nullNode();
            case Boolean truth -> JSON.booleanNode(truth);
            case String text -> JSON.textNode(text);
            // As a parser would have it, so that equal numbers are equal nodes.
            case Long number ->
                number == number.intValue() ? JSON.numberNode(number.intValue()) : JSON.numberNode(number.longValue());
            case Double number when Double.isFinite(number) -> JSON.numberNode(number.doubleValue());
            case Instant time -> JSON.textNode(time.toString());
            case Duration duration -> JSON.textNode(duration.toString());
            // An unsigned one, of a literal such as 5u.
            case Number number when !(number instanceof Double) -> JSON.numberNode(new BigInteger(number.toString()));
            case CelByteString bytes -> throw new EvaluationException("it comes to bytes, which JSON does not have");
            case Double number ->
                throw new EvaluationException("it comes to a number without end, which JSON does not have");
            default -> throw new EvaluationException("it comes to a value of a kind that JSON does not have");
        };
    }

    private static Object number(JsonNode value) {
        return value.isIntegralNumber() && value.canConvertToLong()
                ? (Object) value.longValue()
                : (Object) value.doubleValue();
    }

    /** A JSON object. Read only. */
    private static final class JsonMap extends AbstractMap<String, Object> {

        private final JsonNode json;

        private final boolean isOutput;

        private JsonMap(JsonNode json, boolean isOutput) {
            this.json = json;
            this.isOutput = isOutput;
        }

        @Override
        public @Nullable Object get(@Nullable Object key) {
            return key instanceof String name ? find(name).map(CelValues::toCel).orElse(null) : null;
        }

        @Override
        public boolean containsKey(@Nullable Object key) {
            return key instanceof String name && find(name).isPresent();
        }

        private Optional<JsonNode> find(String name) {
            return Optional.ofNullable(json.get(name)).or(() -> isOutput ? Lookup.alias(json, name) : Optional.empty());
        }

        @Override
        public int size() {
            return json.size();
        }

        @Override
        public Set<Entry<String, Object>> entrySet() {
            return new AbstractSet<>() {
                @Override
                public Iterator<Entry<String, Object>> iterator() {
                    Iterator<Entry<String, JsonNode>> fields = json.properties().iterator();
                    return new Iterator<>() {
                        @Override
                        public boolean hasNext() {
                            return fields.hasNext();
                        }

                        @Override
                        public Entry<String, Object> next() {
                            Entry<String, JsonNode> field = fields.next();
                            return Map.entry(field.getKey(), toCel(field.getValue()));
                        }
                    };
                }

                @Override
                public int size() {
                    return json.size();
                }
            };
        }
    }

    /** A JSON list. Read only. */
    private static final class JsonList extends AbstractList<Object> {

        private final JsonNode json;

        private JsonList(JsonNode json) {
            this.json = json;
        }

        @Override
        public Object get(int index) {
            JsonNode element = json.get(index);
            if (element == null) {
                throw new IndexOutOfBoundsException(index);
            }
            return toCel(element);
        }

        @Override
        public int size() {
            return json.size();
        }
    }
}

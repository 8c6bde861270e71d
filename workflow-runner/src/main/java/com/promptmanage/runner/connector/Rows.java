package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.definition.NodeConfig.Query;
import com.promptmanage.runner.definition.NodeConfig.Where;
import java.math.BigDecimal;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A query over records that are here already: where, then order, then columns, then limit. */
public final class Rows {

    private Rows() {}

    /** @param isQueried whether where and order were seen to by the source */
    public static List<JsonNode> query(List<JsonNode> records, Query query, boolean isQueried) {
        Stream<JsonNode> rows = records.stream();
        if (!isQueried) {
            rows = rows.filter(row -> query.where().stream().allMatch(where -> holds(where, row)));
            Optional<Comparator<JsonNode>> order =
                    Optional.ofNullable(query.orderBy()).map(Rows::order);
            if (order.isPresent()) {
                rows = rows.sorted(order.get());
            }
        }
        if (query.limit() != null) {
            rows = rows.limit(query.limit());
        }
        return rows.map(row -> columns(row, query.columns())).toList();
    }

    /** The names of a record's fields, as far as a message has room for them. */
    public static String names(JsonNode record) {
        return record.propertyStream()
                .map(Map.Entry::getKey)
                .filter(name -> name.length() <= 64)
                .limit(20)
                .collect(Collectors.collectingAndThen(
                        Collectors.joining(", "), names -> names.isEmpty() ? "no fields" : names));
    }

    /** Whether nothing but the whole can be limited: then pages after the limit need not be read. */
    static boolean canStopEarly(Query query, boolean isQueried) {
        return isQueried || query.orderBy() == null;
    }

    static boolean holds(Where where, JsonNode row) {
        JsonNode actual = at(row, where.field());
        JsonNode wanted = where.value();
        return switch (where.operator()) {
            case EQUAL -> isSame(actual, wanted);
            case NOT_EQUAL -> !isSame(actual, wanted);
            case GREATER -> isThere(actual) && compare(actual, wanted) > 0;
            case LESS -> isThere(actual) && compare(actual, wanted) < 0;
            case GREATER_OR_EQUAL -> isThere(actual) && compare(actual, wanted) >= 0;
            case LESS_OR_EQUAL -> isThere(actual) && compare(actual, wanted) <= 0;
            case CONTAINS -> contains(actual, wanted);
            case STARTS_WITH -> text(actual).startsWith(text(wanted));
            case ENDS_WITH -> text(actual).endsWith(text(wanted));
        };
    }

    private static Comparator<JsonNode> order(String orderBy) {
        String[] parts = orderBy.strip().split("\\s+", 2);
        Comparator<JsonNode> ascending = (a, b) -> {
            JsonNode left = at(a, parts[0]);
            JsonNode right = at(b, parts[0]);
            // What is not there comes last, whichever way it goes.
            return isThere(left) && isThere(right) ? inOrder(left, right) : 0;
        };
        boolean isDescending = parts.length == 2 && parts[1].equalsIgnoreCase("desc");
        Comparator<JsonNode> presence = Comparator.comparing(row -> !isThere(at(row, parts[0])));
        return presence.thenComparing(isDescending ? ascending.reversed() : ascending);
    }

    private static JsonNode columns(JsonNode row, List<String> columns) {
        if (columns.isEmpty()) {
            return row;
        }
        ObjectNode part = JsonNodeFactory.instance.objectNode();
        // What a later node updates by.
        if (row.has("id")) {
            part.set("id", row.get("id"));
        }
        for (String column : columns) {
            part.set(column, isThere(at(row, column)) ? at(row, column) : JsonNodeFactory.instance.nullNode());
        }
        return part;
    }

    /** The field of that name, or else of that dotted path. */
    public static JsonNode at(JsonNode row, String field) {
        if (row.has(field)) {
            return row.get(field);
        }
        JsonNode node = row;
        for (String step : field.split("\\.", -1)) {
            node = node.path(step);
        }
        return node;
    }

    private static boolean isSame(JsonNode actual, JsonNode wanted) {
        if (!isThere(actual)) {
            return !isThere(wanted) || text(wanted).isEmpty();
        }
        return compare(actual, wanted) == 0;
    }

    private static boolean contains(JsonNode actual, JsonNode wanted) {
        if (actual.isArray()) {
            for (JsonNode element : actual) {
                if (isSame(element, wanted)) {
                    return true;
                }
            }
            return false;
        }
        return text(actual).contains(text(wanted));
    }

    /** As numbers where both are, however they are written: sources give numbers as texts. */
    private static int compare(JsonNode a, JsonNode b) {
        Optional<BigDecimal> left = number(a);
        Optional<BigDecimal> right = number(b);
        return left.isPresent() && right.isPresent() ? left.get().compareTo(right.get()) : text(a).compareTo(text(b));
    }

    /** Numbers before texts, so that any mixture has one order. */
    private static int inOrder(JsonNode a, JsonNode b) {
        boolean isNumber = number(a).isPresent();
        return isNumber == number(b).isPresent() ? compare(a, b) : isNumber ? -1 : 1;
    }

    private static Optional<BigDecimal> number(JsonNode node) {
        if (node.isNumber()) {
            // One that no double holds is read as without end, and no decimal has that.
            boolean isEndless = (node.isDouble() || node.isFloat()) && !Double.isFinite(node.doubleValue());
            return isEndless ? Optional.empty() : Optional.of(node.decimalValue());
        }
        String text = node.isTextual() ? node.textValue().strip() : "";
        return text.length() <= 32 && text.matches("-?\\d+(\\.\\d+)?")
                ? Optional.of(new BigDecimal(text))
                : Optional.empty();
    }

    private static String text(JsonNode node) {
        return node.isValueNode() ? node.asText("") : node.isMissingNode() ? "" : node.toString();
    }

    private static boolean isThere(JsonNode node) {
        return !node.isMissingNode() && !node.isNull();
    }
}

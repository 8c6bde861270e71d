package com.promptmanage.runner.connector;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.service.http.Json;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** JSON to and from a database's values. */
final class PostgresRows {

    /** A longer one is read as a text: nobody computes with it, and not everyone who reads it as a number can. */
    private static final int NUMBER_CHARACTERS_MAX = 1_000;

    /** How one ends that is no instant: it stays a word, like that of a timestamp, a date and a number. */
    private static final String INFINITY = "infinity";

    private PostgresRows() {}

    /** In a record the last of two columns of one name would be all that is left of them. */
    static void requireOneOfEachName(ResultSetMetaData columns) throws SQLException, ConnectorException {
        Set<String> names = new HashSet<>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            String name = columns.getColumnLabel(i);
            if (!names.add(name)) {
                throw new ConnectorException(
                        Failure.Kind.VALIDATION,
                        "two columns of the result are called '%s': give one of them another name in sql, with AS"
                                .formatted(name));
            }
        }
    }

    static void bind(PreparedStatement statement, List<JsonNode> values) throws SQLException {
        for (int i = 0; i < values.size(); i++) {
            JsonNode value = values.get(i);
            switch (value.getNodeType()) {
                case NULL, MISSING -> statement.setNull(i + 1, Types.OTHER);
                case BOOLEAN -> statement.setBoolean(i + 1, value.booleanValue());
                case NUMBER -> bindNumber(statement, i + 1, value);
                case STRING -> statement.setString(i + 1, value.textValue());
                default -> statement.setString(i + 1, value.toString());
            }
        }
    }

    private static void bindNumber(PreparedStatement statement, int place, JsonNode value) throws SQLException {
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            statement.setLong(place, value.longValue());
        } else if (isWrittenOut(value)) {
            statement.setBigDecimal(place, value.decimalValue());
        } else {
            // The driver would write out all digits of 1e-999999999; the server says at once that it holds no such
            // number.
            statement.setString(place, value.asText());
        }
    }

    private static boolean isWrittenOut(JsonNode value) {
        if (value.isDouble() || value.isFloat()) {
            return Double.isFinite(value.doubleValue());
        }
        return Math.abs((long) value.decimalValue().scale()) <= NUMBER_CHARACTERS_MAX;
    }

    static ObjectNode read(ResultSet row) throws SQLException {
        ResultSetMetaData columns = row.getMetaData();
        ObjectNode record = JsonNodeFactory.instance.objectNode();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            record.set(columns.getColumnLabel(i), value(row, i, columns.getColumnTypeName(i)));
        }
        return record;
    }

    static Column.Kind kind(String type) {
        return switch (type) {
            case "smallint", "integer", "bigint", "numeric", "real", "double precision", "money" -> Column.Kind.NUMBER;
            case "boolean" -> Column.Kind.BOOLEAN;
            case "json", "jsonb", "ARRAY" -> Column.Kind.JSON;
            default -> type.startsWith("timestamp") || type.equals("date") ? Column.Kind.DATE : Column.Kind.TEXT;
        };
    }

    private static JsonNode value(ResultSet row, int column, String type) throws SQLException {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        @Nullable String text = row.getString(column);
        if (text == null) {
            return nodes.nullNode();
        }
        return switch (type) {
            case "int2", "int4", "int8", "serial", "bigserial", "oid" -> nodes.numberNode(row.getLong(column));
            case "numeric", "float4", "float8" -> number(text);
            case "bool" -> nodes.booleanNode(row.getBoolean(column));
            case "json", "jsonb" -> json(text);
            case "timestamptz" -> nodes.textNode(text.endsWith(INFINITY) ? text : instant(row, column));
            case "bytea" -> nodes.textNode(Base64.getEncoder().encodeToString(row.getBytes(column)));
            default -> nodes.textNode(text);
        };
    }

    private static String instant(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant().toString();
    }

    /** NaN and infinity are no numbers in JSON. */
    private static JsonNode number(String text) {
        if (text.length() > NUMBER_CHARACTERS_MAX) {
            return JsonNodeFactory.instance.textNode(text);
        }
        try {
            return JsonNodeFactory.instance.numberNode(new BigDecimal(text));
        } catch (NumberFormatException e) {
            return JsonNodeFactory.instance.textNode(text);
        }
    }

    private static JsonNode json(String text) {
        try {
            return Json.mapper().readTree(text);
        } catch (JsonProcessingException e) {
            // With a name twice, which the json type allows.
            return JsonNodeFactory.instance.textNode(text);
        }
    }
}

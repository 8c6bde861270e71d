package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.Failure;
import com.promptmanage.runner.definition.NodeConfig.Query;
import com.promptmanage.runner.definition.NodeConfig.Where;
import com.promptmanage.service.http.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * SQL for requests. Names of tables and columns are quoted, values are always parameters. The one piece of SQL that is a user's
 * own, a select, stands in brackets and may not have a semicolon, so that it is one statement that selects.
 */
final class PostgresStatements {

    static final int ROWS_MAX = 100_000;

    private final String schema;

    private final String idColumn;

    PostgresStatements(String schema, String idColumn) {
        this.schema = schema;
        this.idColumn = idColumn;
    }

    /**
     * @param isQueried whether it sees to where and order
     * @param isCounted whether its rows are what was written
     */
    record Statement(String sql, List<JsonNode> values, boolean isQueried, boolean isCounted) {

        Statement {
            values = List.copyOf(values);
        }
    }

    Statement select(ReadRequest request) throws ConnectorException {
        var values = new ArrayList<JsonNode>();
        var sql = new StringBuilder("SELECT ");
        Query query = request.query();
        List<String> named = query.columns().stream().distinct().toList();
        sql.append(named.isEmpty() ? "*" : names(named));
        sql.append(" FROM ").append(from(request, values)).append(" AS source");
        var conditions = new ArrayList<String>();
        for (Where where : query.where()) {
            conditions.add(condition(where, values));
        }
        if (request.since().isPresent()) {
            conditions.add(quoted(request.since().get().field()) + " >= ?");
            values.add(text(request.since().get().time().toString()));
        }
        if (!conditions.isEmpty()) {
            sql.append(" WHERE ").append(String.join(" AND ", conditions));
        }
        if (query.orderBy() != null) {
            String[] order = query.orderBy().strip().split("\\s+", 2);
            boolean isDescending = order.length == 2 && order[1].equalsIgnoreCase("desc");
            sql.append(" ORDER BY ")
                    .append(quoted(order[0]))
                    .append(isDescending ? " DESC" : "")
                    .append(" NULLS LAST");
        }
        int limit = query.limit() == null ? ROWS_MAX + 1 : query.limit();
        sql.append(" LIMIT ").append(limit);
        return new Statement(sql.toString(), values, true, false);
    }

    /** Each to be run unless one before had an effect. */
    List<Statement> write(WriteRequest request) throws ConnectorException {
        String table = table(request.resource()
                .orElseThrow(() -> new ConnectorException(Failure.Kind.VALIDATION, "name the table to write to")));
        return switch (request.operation()) {
            case CREATE -> List.of(insert(table, request.record()));
            case UPDATE -> List.of(update(table, request, key(request)));
            case UPSERT -> {
                Map<String, JsonNode> key = key(request);
                ObjectNode whole = JsonNodeFactory.instance.objectNode();
                key.forEach(whole::set);
                whole.setAll(request.record());
                yield List.of(lock(table, key), update(table, request, key), insert(table, whole));
            }
        };
    }

    private Map<String, JsonNode> key(WriteRequest request) throws ConnectorException {
        Map<String, JsonNode> key = new LinkedHashMap<>(request.matching());
        request.recordId().ifPresent(id -> key.put(idColumn, text(id)));
        if (key.isEmpty()) {
            throw new ConnectorException(
                    Failure.Kind.VALIDATION, "say by recordId or matching which rows are to be updated");
        }
        return key;
    }

    /** Two upserts of the same row wait for each other, so that they do not both insert. */
    private static Statement lock(String table, Map<String, JsonNode> key) {
        String what = table + new String(Json.bytes(key), StandardCharsets.UTF_8);
        return new Statement("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", List.of(text(what)), false, false);
    }

    private static Statement insert(String table, ObjectNode record) throws ConnectorException {
        requireFields(record);
        List<String> columns = names(record);
        String marks = columns.stream().map(column -> "?").collect(Collectors.joining(", "));
        return new Statement(
                "INSERT INTO %s (%s) VALUES (%s) RETURNING *".formatted(table, names(columns), marks),
                record.valueStream().toList(),
                false,
                true);
    }

    private static Statement update(String table, WriteRequest request, Map<String, JsonNode> key)
            throws ConnectorException {
        requireFields(request.record());
        var values = new ArrayList<JsonNode>();
        var sets = new ArrayList<String>();
        request.record().properties().forEach(field -> {
            sets.add(quoted(field.getKey()) + " = ?");
            values.add(field.getValue());
        });
        var conditions = new ArrayList<String>();
        key.forEach((column, value) -> {
            conditions.add(quoted(column) + " = ?");
            values.add(value);
        });
        return new Statement(
                "UPDATE %s SET %s WHERE %s RETURNING *"
                        .formatted(table, String.join(", ", sets), String.join(" AND ", conditions)),
                values,
                false,
                true);
    }

    private String from(ReadRequest request, List<JsonNode> values) throws ConnectorException {
        Optional<String> sql = request.option("sql").filter(text -> !text.isBlank());
        if (sql.isPresent()) {
            JsonNode params = request.query()
                    .options()
                    .getOrDefault("params", Json.mapper().createArrayNode());
            params.forEach(values::add);
            return "(" + single(sql.get()) + "\n)";
        }
        // What a workbook calls a sheet is a table here: a workflow made for one runs on the other.
        return table(request.option("table")
                .or(() -> request.option("sheet"))
                .filter(text -> !text.isBlank())
                .orElseThrow(() -> new ConnectorException(
                        Failure.Kind.VALIDATION, "say in the query what to read: table, or sql with params")));
    }

    private static String single(String sql) throws ConnectorException {
        String statement = sql.strip().replaceFirst("[;\\s]+$", "");
        if (statement.indexOf(';') >= 0) {
            throw new ConnectorException(
                    Failure.Kind.VALIDATION, "sql is one select without a semicolon; values belong into params");
        }
        return statement;
    }

    private static String condition(Where where, List<JsonNode> values) {
        String column = quoted(where.field());
        values.add(where.value());
        if (where.operator() == com.promptmanage.runner.definition.NodeConfig.Operator.ENDS_WITH) {
            // Its value stands twice.
            values.add(where.value());
        }
        return switch (where.operator()) {
            case EQUAL -> column + " IS NOT DISTINCT FROM ?";
            case NOT_EQUAL -> column + " IS DISTINCT FROM ?";
            case GREATER -> column + " > ?";
            case LESS -> column + " < ?";
            case GREATER_OR_EQUAL -> column + " >= ?";
            case LESS_OR_EQUAL -> column + " <= ?";
            case CONTAINS -> "position(CAST(? AS text) IN CAST(%s AS text)) > 0".formatted(column);
            case STARTS_WITH -> "starts_with(CAST(%s AS text), CAST(? AS text))".formatted(column);
            case ENDS_WITH -> "right(CAST(%1$s AS text), length(?::text)) = ?::text".formatted(column);
        };
    }

    private String table(String name) {
        int dot = name.indexOf('.');
        return dot > 0
                ? quoted(name.substring(0, dot)) + "." + quoted(name.substring(dot + 1))
                : quoted(schema) + "." + quoted(name);
    }

    private static String names(List<String> columns) {
        return columns.stream().map(PostgresStatements::quoted).collect(Collectors.joining(", "));
    }

    private static List<String> names(ObjectNode record) {
        var names = new ArrayList<String>();
        record.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static void requireFields(ObjectNode record) throws ConnectorException {
        if (record.isEmpty()) {
            throw new ConnectorException(Failure.Kind.VALIDATION, "there is nothing to write: the record has no field");
        }
    }

    /** No zero byte can be in a name, and none is. */
    static String quoted(String name) {
        return '"' + name.replace("\0", "").replace("\"", "\"\"") + '"';
    }

    private static JsonNode text(String value) {
        return JsonNodeFactory.instance.textNode(value);
    }
}

package com.promptmanage.runner.connector;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.promptmanage.runner.call.Failure;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** What a database's errors mean. */
final class PostgresFailures {

    private PostgresFailures() {}

    static ConnectorException of(SQLException e, Access access) {
        String state = state(e);
        Failure failure = new Failure(kind(state), "the database: " + message(e))
                .with(JsonNodeFactory.instance.objectNode().put("sqlState", state));
        return new ConnectorException(access.redaction().apply(failure));
    }

    private static Failure.Kind kind(String state) {
        return switch (state) {
            // Connections that could not be made, a server that starts or is full, locks that others had.
            case "08001", "08004", "57P02", "57P03", "53300", "40001", "40P01", "55P03" -> Failure.Kind.TRANSIENT;
            // A connection that broke, a statement that took too long: whether a write was done is not known.
            case "08000", "08003", "08006", "57P01", "57014" -> Failure.Kind.AMBIGUOUS;
            default ->
                switch (state.isEmpty() ? "" : state.substring(0, 2)) {
                    case "28" -> Failure.Kind.AUTH;
                    case "53", "58" -> Failure.Kind.TRANSIENT;
                    case "3D" -> Failure.Kind.PERMANENT;
                    default -> Failure.Kind.VALIDATION;
                };
        };
    }

    /** The first line: others repeat values and places in our code. */
    private static String message(SQLException e) {
        String said = String.valueOf(e.getMessage()).lines().findFirst().orElse("an error without a message");
        // The driver's own, about the places that values are put in.
        if (said.startsWith("The column index is out of range")) {
            return "params has more values than sql has places for them: write ? for each, in their order, and not $1";
        }
        if (said.startsWith("No value specified for parameter")) {
            return "sql has more places written ? than params has values";
        }
        return said;
    }

    private static String state(SQLException e) {
        @Nullable String state = e.getSQLState();
        return state == null ? "" : state;
    }
}

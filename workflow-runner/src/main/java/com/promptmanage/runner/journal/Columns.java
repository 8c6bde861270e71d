package com.promptmanage.runner.journal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/** Rows given to one statement, column by column: for {@code unnest}. */
final class Columns {

    private Columns() {}

    /** Binds a column of texts. */
    static <T> void bind(SqlStatement<?> statement, String name, List<T> rows, Function<T, @Nullable String> part) {
        // Lists of the JDK take no null.
        var column = new ArrayList<@Nullable String>(rows.size());
        rows.forEach(row -> column.add(part.apply(row)));
        statement.bindArray(name, String.class, column);
    }
}

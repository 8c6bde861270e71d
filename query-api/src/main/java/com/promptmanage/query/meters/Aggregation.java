package com.promptmanage.query.meters;

import java.util.Optional;
import java.util.stream.Stream;

/** How a meter makes one value of many events. Named as OpenMeter does. */
enum Aggregation {
    COUNT("count(*)"),
    SUM("sum(number)"),
    /** 1 and 1.0 are one number. */
    UNIQUE_COUNT(
            "count(DISTINCT CASE WHEN jsonb_typeof(found) = 'number' THEN trim_scale(number)::text ELSE found #>> '{}' END)"),
    /** A mean may have no end: it is told to twelve places. A quotient has as many as what is divided, so that gets some more. */
    AVG("round((sum(number) + 0e-20) / count(number), 12)"),
    MIN("min(number)"),
    MAX("max(number)"),
    /** Of two events of one time, the one that came later. */
    LATEST("(array_agg(number ORDER BY time DESC, position DESC) FILTER (WHERE number IS NOT NULL))[1]");

    private final String sql;

    Aggregation(String sql) {
        this.sql = sql;
    }

    static Optional<Aggregation> parse(String name) {
        return Stream.of(values()).filter(one -> one.name().equals(name)).findFirst();
    }

    /** Of the rows {@code (found, number, time, position)}; null if none of them has a value. */
    String sql() {
        return sql;
    }
}

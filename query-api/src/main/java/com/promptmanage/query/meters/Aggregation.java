package com.promptmanage.query.meters;

import java.util.Optional;
import java.util.stream.Stream;

/** How a meter makes one value of many events. Named as OpenMeter does. */
enum Aggregation {
    COUNT("count(*)"),
    SUM("sum(number)"),
    UNIQUE_COUNT("count(DISTINCT found #>> '{}')"),
    /** A mean may have no end: it is told to twelve places. */
    AVG("round(avg(number), 12)"),
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

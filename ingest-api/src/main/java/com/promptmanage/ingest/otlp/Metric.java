package com.promptmanage.ingest.otlp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * A metric.
 *
 * @param points empty unless they are wanted
 * @param dropped how many more there were than are looked at together
 * @param resource the attributes of what made it, shared with its other metrics: not to be changed
 */
record Metric(String name, Temporality temporality, List<Point> points, long dropped, ObjectNode resource) {

    /** Of one metric in one export: no program has more series of tokens. */
    static final int POINTS_MAX = 2_000;

    /** Of all points of one metric in one export: as trees they take many times what they take in a body. */
    static final int ATTRIBUTES_MAX = 64_000;

    /** What is no count of tokens. */
    static final long NO_COUNT = -1;

    Metric {
        points = List.copyOf(points);
    }

    /** What a sum is since. */
    enum Temporality {
        UNSPECIFIED,
        /** Since the point before. */
        DELTA,
        /** Since the start of the series: it only grows. */
        CUMULATIVE;

        /** Named, as some write it, or numbered as in OTLP. */
        static Temporality of(String text) {
            return switch (text) {
                case "1", "AGGREGATION_TEMPORALITY_DELTA" -> DELTA;
                case "2", "AGGREGATION_TEMPORALITY_CUMULATIVE" -> CUMULATIVE;
                default -> UNSPECIFIED;
            };
        }
    }

    /**
     * A sum, or that of a histogram.
     *
     * @param attributes all of them
     * @param startNanos since 1970, unsigned; 0 if it is not told
     * @param endNanos likewise
     * @param sum {@link #NO_COUNT} if it is no whole number from 0 on
     */
    record Point(ObjectNode attributes, long startNanos, long endNanos, long sum) {}

    /** The points of a metric as they are read. */
    static final class Points {

        private final List<Point> points = new ArrayList<>();

        private int attributes;

        private Temporality temporality = Temporality.UNSPECIFIED;

        private long dropped;

        void add(Point point) {
            int more = point.attributes().size();
            if (points.size() < POINTS_MAX && attributes + more <= ATTRIBUTES_MAX) {
                attributes += more;
                points.add(point);
            } else {
                dropped++;
            }
        }

        void temporality(Temporality told) {
            temporality = told;
        }

        Metric of(String name, ObjectNode resource) {
            return new Metric(name, temporality, points, dropped, resource);
        }
    }

    /** A number as it was written. */
    static long count(String text) {
        if (text.length() > AttributeValues.NUMBER_LENGTH_MAX) {
            return NO_COUNT;
        }
        try {
            BigDecimal number = new BigDecimal(text);
            return number.signum() < 0 ? NO_COUNT : number.longValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            return NO_COUNT;
        }
    }

    /** A number as protobuf has it. */
    static long count(double wire) {
        return Double.isFinite(wire) ? count(BigDecimal.valueOf(wire).toString()) : NO_COUNT;
    }
}

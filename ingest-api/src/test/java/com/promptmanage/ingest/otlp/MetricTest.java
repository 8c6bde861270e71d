package com.promptmanage.ingest.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

class MetricTest {

    @Test
    void noMoreAttributesAreHeldThanAProgramTellsHoweverSmallTheyAre() {
        var points = new Metric.Points();
        for (int i = 0; i < Metric.POINTS_MAX; i++) {
            ObjectNode attributes = JsonNodeFactory.instance.objectNode();
            for (int n = 0; n < 64; n++) {
                attributes.put("a" + n, n);
            }
            points.add(new Metric.Point(attributes, 0, 0, i));
        }

        Metric metric = points.of("m", JsonNodeFactory.instance.objectNode());

        assertThat(metric.points()).hasSize(1_000);
        assertThat(metric.dropped()).isEqualTo(1_000);
    }
}

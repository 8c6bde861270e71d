package com.promptmanage.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.streams.meter.MeterCounts;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class MeteringMetersTest {

    @Test
    void operatorsSeeWhatTheMeteringCounts() {
        var counts = new MeterCounts();
        var registry = new SimpleMeterRegistry();
        MeteringMeters.register(counts, registry);

        counts.accepted.add(3);
        counts.restored.add(7);

        assertThat(registry.get("metering.events.accepted").functionCounter().count())
                .isEqualTo(3);
        assertThat(registry.get("metering.restored.records").functionCounter().count())
                .isEqualTo(7);
        assertThat(registry.get("metering.events.rejected").functionCounter().count())
                .isZero();
    }
}

package com.promptmanage.query;

import com.promptmanage.streams.execution.ExecutionCounts;
import com.promptmanage.streams.meter.MeterCounts;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.LongAdder;

/** What the streams of this process have done since they started, for operators. Spend is told by the ledger, not by these. */
public final class MeteringMeters {

    private final MeterRegistry registry;

    private MeteringMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    public static void register(MeterCounts counts, MeterRegistry registry) {
        var meters = new MeteringMeters(registry);
        meters.count("metering.events.accepted", "Unique events counted", counts.accepted);
        meters.count("metering.events.duplicate", "Repeats dropped", counts.duplicates);
        meters.count("metering.events.rejected", "Records sent to usage.rejected", counts.rejected);
        meters.count("metering.events.unpriced", "Events whose model had no price when they came", counts.unpriced);
        meters.count("metering.events.rerated", "Unpriced events that have found their price", counts.rerated);
        meters.count("metering.events.abandoned", "Unpriced events given up: they waited too long", counts.abandoned);
        meters.count("metering.alerts", "Alerts raised", counts.alerts);
        meters.count(
                "metering.restored.records", "Records read to bring back the state of partitions", counts.restored);
    }

    public static void register(ExecutionCounts counts, MeterRegistry registry) {
        var meters = new MeteringMeters(registry);
        meters.count("executions.events.changes", "Events of executions that told something new", counts.changes);
        meters.count("executions.events.repeat", "Events of executions that told nothing new", counts.repeats);
        meters.count("executions.events.rejected", "Records sent to usage.rejected", counts.rejected);
        meters.count(
                "executions.restored.records", "Records read to bring back the state of partitions", counts.restored);
    }

    private void count(String name, String description, LongAdder adder) {
        FunctionCounter.builder(name, adder, LongAdder::sum)
                .description(description)
                .register(registry);
    }
}

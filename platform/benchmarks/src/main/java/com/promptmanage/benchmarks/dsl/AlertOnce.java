package com.promptmanage.benchmarks.dsl;

import java.util.List;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;

/** From the share of a limit that is used, in percent, to the threshold that it has newly reached. */
final class AlertOnce extends ContextualFixedKeyProcessor<String, Long, String> {

    static final String STORE = "alerted";

    private static final List<Integer> THRESHOLDS = List.of(75, 90, 100);

    private KeyValueStore<String, Integer> alerted;

    @SuppressWarnings("NullAway.Init") // Streams calls init first.
    AlertOnce() {}

    @Override
    public void init(FixedKeyProcessorContext<String, String> context) {
        super.init(context);
        alerted = context.getStateStore(STORE);
    }

    @Override
    public void process(FixedKeyRecord<String, Long> used) {
        int reached = THRESHOLDS.stream()
                .filter(threshold -> used.value() >= threshold)
                .mapToInt(Integer::intValue)
                .max()
                .orElse(0);
        Integer before = alerted.get(used.key());
        if (reached > (before == null ? 0 : before)) {
            alerted.put(used.key(), reached);
            context().forward(used.withValue("%d %% of the budget of %s".formatted(reached, used.key())));
        }
    }
}

package com.promptmanage.benchmarks.dsl;

import com.promptmanage.topics.usage.UsageEvent;
import org.apache.kafka.streams.processor.api.ContextualFixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.KeyValueStore;

/** Lets each event id of an account pass once: the DSL has no operator for that. */
final class FirstSeen extends ContextualFixedKeyProcessor<String, UsageEvent, UsageEvent> {

    static final String STORE = "seen";

    private KeyValueStore<String, Long> seen;

    @SuppressWarnings("NullAway.Init") // Streams calls init first.
    FirstSeen() {}

    @Override
    public void init(FixedKeyProcessorContext<String, UsageEvent> context) {
        super.init(context);
        seen = context.getStateStore(STORE);
    }

    @Override
    public void process(FixedKeyRecord<String, UsageEvent> event) {
        String id =
                event.key() + "|" + event.value().source() + "|" + event.value().id();
        if (seen.putIfAbsent(id, event.timestamp()) == null) {
            context().forward(event);
        }
    }
}

package com.promptmanage.streams;

import static com.promptmanage.streams.AcmeUsage.ACME;
import static com.promptmanage.streams.AcmeUsage.NOW;
import static com.promptmanage.streams.AcmeUsage.event;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.streams.commit.CommitHookStore;
import com.promptmanage.streams.commit.Commits;
import com.promptmanage.streams.intake.EventIdSettings;
import com.promptmanage.streams.meter.MeterCounts;
import com.promptmanage.streams.meter.MeterStores;
import com.promptmanage.streams.meter.MeterSupplier;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.usage.UsageEventCodec;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.StoreBuilder;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A task whose transaction was given up, as by a commit that timed out, begins anew with the processor that it has. */
class GivenUpTransactionTest {

    private final AtomicBoolean givesUp = new AtomicBoolean();

    @AutoClose
    private final DrivenTopology topology = new DrivenTopology(
            "given-up-test",
            NOW,
            () -> MeteringTopology.of(new GivingUp(meter(), givesUp)),
            MeterSupplier.READS,
            MeterSupplier.WRITES,
            List.of(MeterStores.LEDGER, MeterStores.EVENT_IDS));

    @Test
    void whatWasGivenUpIsRatedWhenItIsReadAgainAndOnce() {
        givesUp.set(true);
        send();
        assertThat(givesUp).isFalse();
        assertThat(topology.take(Topics.USAGE_RATED)).isEmpty();

        send();
        send();

        assertThat(topology.take(Topics.USAGE_RATED)).singleElement().satisfies(record -> {
            JsonNode rated = EventJson.read(record.value()).path("data").path("events");
            assertThat(rated.findValuesAsText("id")).containsExactly("1");
        });
    }

    private void send() {
        topology.send(Topics.USAGE_EVENTS.name(), ACME.key(), UsageEventCodec.write(event("1", NOW, 1, 1)), NOW);
    }

    private static MeterSupplier meter() {
        return new MeterSupplier(
                new Commits(),
                new MeterCounts(),
                EventIdSettings.DEFAULT,
                64,
                true,
                StreamsSettings.RETENTION_MIN,
                1,
                (store, accounts) -> {});
    }

    /** Does with the processor and the stores what Streams does, after the next record. */
    private record GivingUp(MeterSupplier meter, AtomicBoolean givesUp)
            implements ProcessorSupplier<byte[], byte[], byte[], byte[]> {

        @Override
        public Processor<byte[], byte[], byte[], byte[]> get() {
            return new BegunAnew(meter.get(), givesUp);
        }

        @Override
        public Set<StoreBuilder<?>> stores() {
            return meter.stores();
        }
    }

    private static final class BegunAnew implements Processor<byte[], byte[], byte[], byte[]> {

        private final Processor<byte[], byte[], byte[], byte[]> meter;

        private final AtomicBoolean givesUp;

        private ProcessorContext<byte[], byte[]> context;

        private BegunAnew(Processor<byte[], byte[], byte[], byte[]> meter, AtomicBoolean givesUp) {
            this.meter = meter;
            this.givesUp = givesUp;
        }

        @Override
        public void init(ProcessorContext<byte[], byte[]> processorContext) {
            context = processorContext;
            meter.init(processorContext);
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            meter.process(record);
            if (givesUp.getAndSet(false)) {
                for (String name : List.of(MeterStores.LEDGER, MeterStores.EVENT_IDS)) {
                    CommitHookStore store = context.getStateStore(name);
                    store.clearCache();
                }
                meter.init(context);
            }
        }
    }
}

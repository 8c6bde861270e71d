package com.promptmanage.streams;

import com.promptmanage.streams.answer.StoredExecutionReads;
import com.promptmanage.streams.commit.Commits;
import com.promptmanage.streams.execution.ExecutionCounts;
import com.promptmanage.streams.execution.ExecutionStore;
import com.promptmanage.streams.execution.ExecutionsSupplier;
import com.promptmanage.streams.read.ExecutionReads;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.execution.ExecutionChange;
import com.promptmanage.topics.execution.ExecutionChangeCodec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** What adds up executions, for one partition and driven by hand, with every record committed by itself. */
final class ExecutionsDriver implements AutoCloseable {

    private final ExecutionCounts counts = new ExecutionCounts();

    private final DrivenTopology topology;

    ExecutionsDriver(Instant now) {
        topology = new DrivenTopology(
                "executions-test",
                now,
                () -> ExecutionsTopology.of(
                        new ExecutionsSupplier(new Commits(), counts, StreamsSettings.RETENTION_MIN)),
                List.of(Topics.EXECUTION_EVENTS),
                List.of(Topics.USAGE_REJECTED),
                List.of(ExecutionsSupplier.STORE));
    }

    void advance(Duration time) {
        topology.advance(time);
    }

    Instant now() {
        return topology.now();
    }

    /** Another process takes over: it has the state that is committed, and nothing else of this one. */
    void restart() {
        topology.restart();
    }

    /** @param number of the event within its execution */
    void send(int number, ExecutionChange change) {
        send(
                change.execution().account().key(),
                ExecutionChangeCodec.write(change.execution().id() + "/" + number, "/workflow-runner", change));
    }

    void send(byte[] key, byte @Nullable [] value) {
        topology.send(Topics.EXECUTION_EVENTS.name(), key, value, now());
    }

    ExecutionReads reads() {
        return new StoredExecutionReads(store());
    }

    ExecutionCounts counts() {
        return counts;
    }

    List<TestRecord<byte[], byte[]>> rejected() {
        return topology.take(Topics.USAGE_REJECTED);
    }

    String description() {
        return topology.description();
    }

    /** How many rows the state has. */
    int rows() {
        return store().keys(new byte[] {0}, new byte[] {127}, Integer.MAX_VALUE).size();
    }

    private ExecutionStore store() {
        return topology.store(ExecutionsSupplier.STORE, ExecutionStore.class);
    }

    @Override
    public void close() {
        topology.close();
    }
}

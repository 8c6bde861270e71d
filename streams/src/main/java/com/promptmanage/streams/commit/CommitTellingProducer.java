package com.promptmanage.streams.commit;

import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The ordinary producer of a stream thread, which tells {@link Commits} of each commit. */
public final class CommitTellingProducer extends KafkaProducer<byte[], byte[]> {

    private final Commits commits;

    public CommitTellingProducer(Map<String, Object> config, Commits commits) {
        super(config, new ByteArraySerializer(), new ByteArraySerializer());
        this.commits = commits;
    }

    @Override
    public void commitTransaction() {
        try {
            super.commitTransaction();
        } catch (RuntimeException e) {
            commits.aborted();
            throw e;
        }
        commits.committed();
    }

    @Override
    public void abortTransaction() {
        commits.aborted();
        super.abortTransaction();
    }
}

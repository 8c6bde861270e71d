package com.promptmanage.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.testkit.EmbeddedKafka;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ForwardingAdmin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.KafkaFutureImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicProvisionerTest {

    @TempDir
    Path directory;

    @Test
    void waitsForABrokerThatHasNotHeardOfTheNewTopicsYet() throws Exception {
        try (var kafka = EmbeddedKafka.start(directory);
                var admin = new Unready(kafka, new UnknownTopicOrPartitionException("not heard of yet"))) {
            int partitions = new TopicProvisioner(admin, 3, (short) 1).provision(Topics.ALL);

            assertThat(partitions).isEqualTo(3);
            assertThat(admin.asked).hasValue(Unready.REFUSALS + 1);
            assertThat(admin.listTopics().names().get())
                    .containsAll(Topics.ALL.stream().map(Topic::name).toList());
        }
    }

    @Test
    void doesNotWaitForWhatTimeWillNotMend() throws Exception {
        try (var kafka = EmbeddedKafka.start(directory);
                var admin = new Unready(kafka, new ClusterAuthorizationException("not allowed"))) {
            var provisioner = new TopicProvisioner(admin, 3, (short) 1);

            assertThatThrownBy(() -> provisioner.provision(Topics.ALL)).hasMessageContaining("not allowed");
            assertThat(admin.asked).hasValue(1);
        }
    }

    /** A real broker, which refuses the first questions for offsets. */
    private static final class Unready extends ForwardingAdmin {

        private static final int REFUSALS = 2;

        private final AtomicInteger asked = new AtomicInteger();

        private final ApiException refusal;

        Unready(EmbeddedKafka kafka, ApiException refusal) {
            super(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, kafka.bootstrapServers()));
            this.refusal = refusal;
        }

        @Override
        public ListOffsetsResult listOffsets(Map<TopicPartition, OffsetSpec> wanted, ListOffsetsOptions options) {
            if (asked.getAndIncrement() >= REFUSALS) {
                return super.listOffsets(wanted, options);
            }
            var refused = new KafkaFutureImpl<ListOffsetsResult.ListOffsetsResultInfo>();
            refused.completeExceptionally(refusal);
            return new ListOffsetsResult(Map.of(wanted.keySet().iterator().next(), refused));
        }
    }
}

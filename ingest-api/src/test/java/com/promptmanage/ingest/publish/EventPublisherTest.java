package com.promptmanage.ingest.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.ingest.publish.PublishSettings.Load;
import com.promptmanage.service.http.UnavailableException;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.TopicProvisioner;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EventPublisherTest {

    private static final OutgoingEvent EVENT =
            new OutgoingEvent(Account.team("acme"), "{}".getBytes(StandardCharsets.UTF_8));

    @ParameterizedTest
    @EnumSource
    void anInterruptedRequestLeavesTheProducerToTheOthers(Load load) throws Exception {
        EmbeddedKafka kafka = EmbeddedKafka.shared();
        try (Admin admin = kafka.admin()) {
            new TopicProvisioner(admin, 8, (short) 1).provision(Topics.ALL);
        }
        var registry = new SimpleMeterRegistry();
        var settings =
                new PublishSettings(kafka.bootstrapServers(), PublishSettings.BUFFER_BYTES, Duration.ofSeconds(20));
        try (var publisher = new EventPublisher(settings, load, registry)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> publisher.publish(List.of(EVENT))).isInstanceOf(UnavailableException.class);
            assertThat(Thread.interrupted()).isTrue();

            assertThat(publisher.publish(List.of(EVENT)).offsets()).hasSize(1);
            assertThat(registry.get("ingest.producer.replacements").counter().count())
                    .isZero();
        }
    }
}

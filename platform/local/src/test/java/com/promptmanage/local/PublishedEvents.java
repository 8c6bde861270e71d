package com.promptmanage.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.promptmanage.topics.Topics;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.format.EventFormat;
import io.cloudevents.core.provider.EventFormatProvider;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.kafka.CloudEventDeserializer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.yaml.snakeyaml.Yaml;

/** What other programs read of ours: by the SDK of CloudEvents, and as docs/events describes it. */
final class PublishedEvents {

    private static final Path DOCS = Path.of("..", "..", "docs", "events");

    private static final ObjectMapper JSON = new ObjectMapper();

    private PublishedEvents() {}

    /** @param alertIds those of the alerts that there are */
    static void assertReadableBySdk(String bootstrapServers, List<String> alertIds) throws IOException {
        EventFormat format = EventFormatProvider.getInstance().resolveFormat("application/cloudevents+json");
        assertThat(format).isInstanceOf(JsonFormat.class);
        List<CloudEvent> alerts = read(bootstrapServers, Topics.BUDGET_ALERTS.name());
        assertThat(alerts).extracting(CloudEvent::getId).containsExactlyInAnyOrderElementsOf(alertIds);
        assertThat(alerts).extracting(CloudEvent::getSubject).containsOnly("team:team_demo");
        assertThat(read(bootstrapServers, Topics.USAGE_RATED.name()))
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.getType()).isEqualTo("com.promptmanage.usage.rated.v1"));
        assertDescribed(bootstrapServers);
    }

    /** Every channel of the description is a topic, and every record of it as its schema says. */
    private static void assertDescribed(String bootstrapServers) throws IOException {
        JsonNode api = JSON.valueToTree(new Yaml().load(Files.readString(DOCS.resolve("asyncapi.yaml"))));
        assertThat(api.path("channels")).hasSize(3);
        for (var channel : api.path("channels").properties()) {
            String message = channel.getValue().path("messages").fieldNames().next();
            String file = api.at("/components/messages/%s/payload/schema/$ref".formatted(message))
                    .textValue();
            JsonSchema schema = JsonSchemaFactory.getInstance(VersionFlag.V202012)
                    .getSchema(JSON.readTree(Files.readAllBytes(DOCS.resolve(file))));
            assertThat(RatedTopic.records(bootstrapServers, channel.getKey()))
                    .isNotEmpty()
                    .allSatisfy(record ->
                            assertThat(schema.validate(record)).as("%s", record).isEmpty());
        }
    }

    private static List<CloudEvent> read(String bootstrapServers, String topic) {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed");
        var events = new ArrayList<CloudEvent>();
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new CloudEventDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(topic, info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(record -> events.add(record.value()));
            }
        }
        return events;
    }
}

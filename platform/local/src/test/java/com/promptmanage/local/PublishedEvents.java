package com.promptmanage.local;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.event.StructuredMode;
import io.cloudevents.CloudEvent;
import io.cloudevents.core.format.EventFormat;
import io.cloudevents.core.provider.EventFormatProvider;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.kafka.CloudEventDeserializer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.yaml.snakeyaml.Yaml;

/** What other programs read of ours: by the SDK of CloudEvents, and as docs/events describes it. */
final class PublishedEvents {

    private static final Path DOCS = Path.of("..", "..", "docs", "events");

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String LATE_PRICE = """
            {"specversion":"1.0","id":"x","source":"/s","type":"com.promptmanage.usage.rated.v1","subject":"team:t","data":{"events":[\
            {"id":"late","source":"/app","time":"2026-11-24T10:15:30Z","data":{"userId":"u","model":"new-model","tokens":{"input":1}},\
            "status":"%s","costNanoUsd":%s,"costs":{},"priceId":null}]}}""";

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

    /** @param types of CloudEvents that there are among the alerts, at least */
    static void assertTold(String bootstrapServers, String... types) throws IOException {
        assertThat(read(bootstrapServers, Topics.BUDGET_ALERTS.name()))
                .extracting(CloudEvent::getType)
                .contains(types);
        assertDescribed(bootstrapServers);
    }

    /**
     * Runs the recipe for DuckDB as the manual has it, over the records of the running product. One event comes once more besides, with
     * a price that it did not have.
     *
     * @param directory for the file that it reads
     */
    static void assertRecipeAddsUp(String bootstrapServers, Path directory, int events, long costNanoUsd)
            throws IOException, SQLException {
        var lines = new ArrayList<String>();
        RatedTopic.records(bootstrapServers, Topics.USAGE_RATED.name()).forEach(record -> lines.add(record.toString()));
        lines.add(LATE_PRICE.formatted("unpriced", "null"));
        lines.add(LATE_PRICE.formatted("rerated", "5"));
        Path file = directory.resolve("rated.ndjson");
        Files.write(file, lines);
        Matcher recipe = Pattern.compile("## DuckDB\\n.*?```sql\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(DOCS.resolve("README.md")));
        assertThat(recipe.find()).isTrue();
        try (Connection duck = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = duck.createStatement()) {
            statement.execute(recipe.group(1).replace("rated.ndjson", file.toString()));
            try (ResultSet row = statement.executeQuery(
                    "SELECT count(*), sum(cost_nano_usd)::BIGINT, min(model), count(time), count(*) FILTER (WHERE status = 'rerated') FROM usage_rated")) {
                assertThat(row.next()).isTrue();
                assertThat(row.getLong(1)).isEqualTo(events + 1);
                assertThat(row.getLong(2)).isEqualTo(costNanoUsd + 5);
                assertThat(row.getString(3)).isEqualTo("gpt-4o-mini");
                assertThat(row.getLong(4)).isEqualTo(events + 1);
                assertThat(row.getLong(5)).isEqualTo(1);
            }
        }
    }

    /** Every channel of the description is a topic, and every record of it as the schema of one of its messages says. */
    private static void assertDescribed(String bootstrapServers) throws IOException {
        JsonNode api = JSON.valueToTree(new Yaml().load(Files.readString(DOCS.resolve("asyncapi.yaml"))));
        assertThat(api.path("channels")).hasSize(3);
        for (var channel : api.path("channels").properties()) {
            var schemas = new ArrayList<JsonSchema>();
            for (JsonNode message : channel.getValue().path("messages")) {
                String name = message.path("$ref").textValue().substring(1);
                schemas.add(schema(api.at(name + "/payload/schema/$ref").textValue()));
            }
            assertThat(RatedTopic.records(bootstrapServers, channel.getKey()))
                    .isNotEmpty()
                    .allSatisfy(record -> assertThat(schemas)
                            .as("%s", record)
                            .filteredOn(schema -> schema.validate(record).isEmpty())
                            .hasSize(1));
        }
        assertThat(api.at("/components/schemas/structured/properties/content-type/const")
                        .textValue())
                .isEqualTo(new String(
                        StructuredMode.headers().lastHeader("content-type").value(), StandardCharsets.UTF_8));
    }

    private static JsonSchema schema(String file) throws IOException {
        return JsonSchemaFactory.getInstance(VersionFlag.V202012)
                .getSchema(JSON.readTree(Files.readAllBytes(DOCS.resolve(file))));
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

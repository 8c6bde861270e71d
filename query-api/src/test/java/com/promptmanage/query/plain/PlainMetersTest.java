package com.promptmanage.query.plain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.copy.TopicCopy;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.query.meters.MeterRoutes;
import com.promptmanage.query.tier.ShownHistory;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.testkit.Await;
import com.promptmanage.testkit.EmbeddedKafka;
import com.promptmanage.topics.account.Account;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From the topic of plain events to what people's meters say of them. */
class PlainMetersTest {

    private static final Account ACME = Account.team("acme");

    /** The broker's clock stamps records, so the events happen about now. */
    private final Instant hour = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(2, ChronoUnit.HOURS);

    private final String range = "?from=%s&to=%s".formatted(hour, hour.plus(2, ChronoUnit.HOURS));

    private final String topic = "events.plain-" + UUID.randomUUID();

    private final EmbeddedKafka kafka;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private Producer<byte[], byte[]> producer;

    private TestApi api;

    private TopicCopy copy;

    private String key;

    PlainMetersTest() throws Exception {
        kafka = EmbeddedKafka.shared();
    }

    @BeforeEach
    void start() throws Exception {
        kafka.createTopics(4, topic);
        producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        api = TestApi.start(
                hour.plus(2, ChronoUnit.HOURS),
                parts -> List.of(new MeterRoutes(
                        parts.access().authentication(),
                        new ShownHistory(parts.access().tiers(), parts.clock()),
                        parts.database(),
                        parts.clock())));
        api.team("acme", "UTC");
        key = api.key(ACME, KeyScope.values());
        copy = copy();
    }

    @AfterEach
    void stop() {
        copy.close();
        api.close();
        producer.close();
    }

    @Test
    void anEventIsKeptOnceHoweverOftenItIsSentAndWhoeverTakesOver() throws Exception {
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 500; i++) {
                send("id-" + i % 300, hour.plusSeconds(i % 300), "hit", "ann", "{\"bytes\":%d}".formatted(i % 300));
            }
            producer.flush();
            // Wherever it is, another goes on from there.
            copy.close();
            copy = copy();
        }
        send("last", hour.plusSeconds(1), "end", "ann", "{}");
        Await.until(() -> assertThat(
                        api.get(key, "/api/v1/events?id=last&from=" + hour).json())
                .hasSize(1));
        define("hits", "COUNT", "hit", "");
        define("bytes", "SUM", "hit", ",\"valueProperty\":\"$.bytes\"");

        assertThat(only("hits", "")).isEqualTo("300");
        assertThat(only("bytes", "")).isEqualTo(Integer.toString(299 * 300 / 2));
        assertThat(api.get(key, "/api/v1/events?limit=100&from=" + hour).json()).hasSize(100);
    }

    @Test
    void whatCannotBeKeptAsItIsHoldsUpNothing() throws Exception {
        send(
                "odd",
                hour,
                "odd",
                "ann",
                "{\"zero\":\"a\\u0000b\",\"half\":\"\\ud800\",\"huge\":1e999999999,\"n\":1.10}");
        send(ACME.value(), "{\"id\":");
        send(ACME.value(), null);
        send("nobody", event("n", hour, "t", "u", "{}"));
        send("far", Instant.parse("9999-01-01T00:00:00Z"), "odd", "ann", "{}");
        send("after", hour.plusSeconds(1), "odd", "ann", "{}");

        Await.until(() -> assertThat(events("odd", "after")).hasSize(2));
        JsonNode data = api.get(key, "/api/v1/events?id=odd&from=" + hour)
                .json()
                .path(0)
                .path("event")
                .path("data");
        assertThat(data.path("zero").textValue()).isEqualTo("a?b");
        assertThat(data.path("huge").isTextual()).isTrue();
        assertThat(data.path("n").decimalValue()).isEqualByComparingTo("1.1");
        Await.until(() -> assertThat(
                        registry.get("plain.unreadable.records").counter().count())
                .isEqualTo(4));
    }

    @Test
    void eachAggregationIsExactInWindowsGroupsAndParts() throws Exception {
        send("a", hour.plusSeconds(1), "job", "ann", "{\"cpu\":{\"s\":0.1},\"route\":\"/x\",\"who\":[\"m1\"]}");
        send("b", hour.plusSeconds(2), "job", "ann", "{\"cpu\":{\"s\":\"0.2\"},\"route\":\"/x\",\"who\":[\"m2\"]}");
        send(
                "c",
                hour.plusSeconds(3),
                "job",
                "bob",
                "{\"cpu\":{\"s\":-12345678901234567890.5},\"route\":\"/y\",\"who\":[\"m2\"]}");
        send("d", hour.plusSeconds(3), "job", "bob", "{\"cpu\":{\"s\":7},\"route\":\"/y\"}");
        send("e", hour.plusSeconds(3_600), "job", "bob", "{\"cpu\":{\"s\":\"none\"},\"route\":\"/y\"}");
        send("other", hour, "another", "bob", "{\"cpu\":{\"s\":1}}");
        Await.until(() -> assertThat(events("a", "b", "c", "d", "e", "other")).hasSize(6));
        String groups = ",\"groupBy\":{\"route\":\"$.route\",\"first\":\"$['who'][0]\"}";
        for (String aggregation : List.of("SUM", "MIN", "MAX", "AVG", "LATEST")) {
            define(
                    "cpu_" + aggregation.toLowerCase(Locale.ROOT),
                    aggregation,
                    "job",
                    ",\"valueProperty\":\"$.cpu.s\"" + groups);
        }
        define("jobs", "COUNT", "job", groups);
        define("machines", "UNIQUE_COUNT", "job", ",\"valueProperty\":\"$.who[0]\"");
        define("later", "COUNT", "job", ",\"eventFrom\":\"%s\"".formatted(hour.plusSeconds(3)));

        assertThat(only("cpu_sum", "")).isEqualTo("-12345678901234567883.2");
        assertThat(only("cpu_min", "")).isEqualTo("-12345678901234567890.5");
        assertThat(only("cpu_max", "")).isEqualTo("7");
        assertThat(only("cpu_latest", "")).isEqualTo("7");
        assertThat(only("cpu_avg", "&subject=ann")).isEqualTo("0.15");
        assertThat(only("jobs", "")).isEqualTo("5");
        assertThat(only("machines", "")).isEqualTo("2");
        assertThat(only("later", "")).isEqualTo("3");
        assertThat(only("cpu_sum", "&filterGroupBy[route]=/x")).isEqualTo("0.3");
        assertThat(only("jobs", "&filterGroupBy[first]=m1&filterGroupBy[first]=m2&filterGroupBy[route]=/x"))
                .isEqualTo("2");
        JsonNode windows =
                query("jobs", "&windowSize=HOUR&groupBy=subject&groupBy=route").path("data");
        assertThat(windows).hasSize(3);
        assertThat(windows.path(0).toString())
                .isEqualTo(
                        "{\"value\":2,\"windowStart\":\"%s\",\"windowEnd\":\"%s\",\"subject\":\"ann\",\"groupBy\":{\"route\":\"/x\"}}"
                                .formatted(hour, hour.plusSeconds(3_600)));
        assertThat(windows.path(2).path("windowStart").textValue())
                .isEqualTo(hour.plusSeconds(3_600).toString());
        assertThat(query("jobs", "&windowSize=DAY&windowTimeZone=Asia/Kolkata").path("data"))
                .isNotEmpty();
        assertThat(api.get(key, "/api/v1/meters/jobs/subjects").json())
                .extracting(JsonNode::asText)
                .containsExactly("ann", "bob");
        assertThat(api.get(key, "/api/v1/subjects").json())
                .extracting(one -> one.path("key").asText())
                .containsExactly("ann", "bob");
        assertThat(api.get(key, "/api/v1/subjects/bob").json().path("key").textValue())
                .isEqualTo("bob");
        assertThat(api.get(key, "/api/v1/subjects/nobody").status()).isEqualTo(404);
        assertThat(api.get(key, "/api/v1/meters/jobs/subjects?from=" + hour.plus(9, ChronoUnit.DAYS))
                        .json())
                .as("nothing from then on")
                .isEmpty();
        assertThat(only("cpu_sum", "&advancedMeterGroupByFilters=" + encoded("{\"route\":{\"$in\":[\"/x\"]}}")))
                .isEqualTo("0.3");
        assertThat(only("cpu_sum", "&advancedMeterGroupByFilters=" + encoded("{\"route\":{\"$eq\":\"/x\"}}")))
                .isEqualTo("0.3");
        for (String narrowed : List.of(
                "/api/v1/meters/jobs/query?filterCustomerId=c",
                "/api/v1/meters/jobs/query?advancedMeterGroupByFilters=" + encoded("{\"route\":{\"$ne\":\"/x\"}}"),
                "/api/v1/meters/jobs/query?filterGroupBy[route]=/x&advancedMeterGroupByFilters="
                        + encoded("{\"route\":{\"$eq\":\"/x\"}}"),
                "/api/v1/events?customerId=c",
                "/api/v1/events?hasError=true",
                "/api/v1/events?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
                "/api/v1/events?ingestedAtFrom=2026-01-01T00:00:00Z")) {
            assertThat(api.get(key, narrowed).status())
                    .as("it is not answered as if it were not asked: %s", narrowed)
                    .isEqualTo(400);
        }
        assertThat(api.text(key, "/api/v1/meters/cpu_sum/query" + range, "Accept", "text/csv"))
                .contains("window_start,window_end,subject,value\r\n", ",,-12345678901234567883.2\r\n");
    }

    @Test
    void meansHaveTwelvePlacesHoweverLargeAndNumbersAreOneHoweverWritten() throws Exception {
        send("a", hour, "job", "ann", "{\"large\":300000000,\"huge\":1e30,\"n\":1}");
        send("b", hour, "job", "ann", "{\"large\":300000001,\"huge\":1,\"n\":1.0}");
        send("c", hour, "job", "ann", "{\"large\":300000001,\"n\":1e0}");
        send("d", hour, "job", "ann", "{\"n\":\"1.0\"}");
        Await.until(() -> assertThat(events("a", "b", "c", "d")).hasSize(4));
        define("large", "AVG", "job", ",\"valueProperty\":\"$.large\"");
        define("huge", "AVG", "job", ",\"valueProperty\":\"$.huge\"");
        define("none", "AVG", "job", ",\"valueProperty\":\"$.none\"");
        define("different", "UNIQUE_COUNT", "job", ",\"valueProperty\":\"$.n\"");

        assertThat(only("large", "")).isEqualTo("300000000.666666666667");
        assertThat(only("huge", "")).isEqualTo("500000000000000000000000000000.5");
        assertThat(query("none", "").path("data")).isEmpty();
        assertThat(only("different", "")).as("1, and the text 1.0").isEqualTo("2");
    }

    @Test
    void whatIsAskedByABodyIsAnsweredAsIfItWereInTheAddressAndEventsAreListedPageByPage() throws Exception {
        for (int i = 0; i < 5; i++) {
            String subject = i % 2 == 0 ? "ann" : "bob";
            send("j" + i, hour.plusSeconds(i), "job", subject, "{\"route\":\"/%d\"}".formatted(i % 3));
        }
        send("other", hour.plusSeconds(9), "another", "bob", "{}");
        Await.until(
                () -> assertThat(events("j0", "j1", "j2", "j3", "j4", "other")).hasSize(6));
        define("jobs", "COUNT", "job", ",\"groupBy\":{\"route\":\"$.route\"}");

        Answer posted = api.post(key, "/api/v1/meters/jobs/query", """
                {"from":"%s","to":"%s","windowSize":"HOUR","groupBy":["subject","route"],"subject":["ann","bob"],
                 "filterGroupBy":{"route":["/0","/1"]},"clientId":"c"}
                """.formatted(hour, hour.plus(2, ChronoUnit.HOURS)));
        assertThat(posted.json())
                .isEqualTo(
                        query(
                                "jobs",
                                "&windowSize=HOUR&groupBy=subject&groupBy=route&subject=ann&subject=bob&filterGroupBy[route]=/0&filterGroupBy[route]=/1"));
        assertThat(posted.json().path("data")).hasSize(4);
        assertThat(api.post(
                                key,
                                "/api/v1/meters/jobs/query",
                                "{\"subject\":\"ann\",\"filterGroupBy\":{\"route\":[1]},\"step\":1}")
                        .json()
                        .path("errors"))
                .extracting(error -> error.path("field").asText())
                .containsExactlyInAnyOrder("subject", "filterGroupBy", "step");

        assertThat(pages("limit=2")).containsExactly("other", "j4", "j3", "j2", "j1", "j0");
        assertThat(pages("limit=200&filter=" + encoded("""
                {"type":{"$eq":"job"},"subject":{"$in":["ann","nobody"]},"time":{"$gt":"%s","$lte":"%s"}}
                """.formatted(hour, hour.plusSeconds(4)))))
                .containsExactly("j4", "j2");
        assertThat(api.get(key, "/api/v2/events?cursor=bm8&filter=" + encoded("{\"kind\":{},\"id\":{\"$ne\":\"a\"}}"))
                        .json()
                        .path("errors"))
                .extracting(error -> error.path("field").asText())
                .containsExactlyInAnyOrder("cursor", "kind", "id.$ne", "id.$in");
    }

    private List<String> pages(String asked) {
        var ids = new ArrayList<String>();
        String cursor = "";
        do {
            JsonNode page = api.get(key, "/api/v2/events?" + asked + cursor).json();
            page.path("items")
                    .forEach(item -> ids.add(item.path("event").path("id").asText()));
            cursor = page.has("nextCursor")
                    ? "&cursor=" + page.path("nextCursor").asText()
                    : "";
        } while (!cursor.isEmpty());
        return ids;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Test
    void aMeterIsDefinedChangedAndForgottenByWhoMayAndEachChangeIsInTheLog() {
        Answer made =
                define("pages", "SUM", "page.view", ",\"valueProperty\":\"$.pages\",\"metadata\":{\"of\":\"web\"}");
        String id = made.json().path("id").asText();
        assertThat(made.json().path("name").textValue()).isEqualTo("pages");
        assertThat(api.get(key, "/api/v1/meters").json()).hasSize(4);
        assertThat(api.get(key, "/api/v1/meters/" + id).json()).isEqualTo(made.json());
        assertThat(api.post(key, "/api/v1/meters", body("pages", "COUNT", "x", ""))
                        .status())
                .isEqualTo(409);

        Answer changed =
                api.put(key, "/api/v1/meters/pages", "{\"name\":\"Pages\",\"groupBy\":{\"route\":\"$.route\"}}");
        assertThat(changed.json().path("name").textValue()).isEqualTo("Pages");
        assertThat(changed.json().path("groupBy").path("route").textValue()).isEqualTo("$.route");
        assertThat(changed.json().path("metadata")).isEmpty();
        assertThat(changed.json().path("valueProperty").textValue()).isEqualTo("$.pages");
        assertThat(api.delete(key, "/api/v1/meters/" + id).status()).isEqualTo(204);
        assertThat(api.delete(key, "/api/v1/meters/pages").status()).isEqualTo(404);
        assertThat(api.delete(key, "/api/v1/meters/tokens_total").status())
                .as("built in")
                .isEqualTo(409);
        assertThat(api.get(key, "/api/v1/meters/pages/query" + range).status()).isEqualTo(404);
        List<String> actions = api.database()
                .asSystem(handle -> handle.createQuery("SELECT action FROM audit_log WHERE resource_type = 'meter'")
                        .mapTo(String.class)
                        .list());
        assertThat(actions).containsExactlyInAnyOrder("meter_created", "meter_changed", "meter_deleted");

        String viewer = api.signIn("acme-viewer");
        assertThat(api.post(viewer, "/api/v1/meters?teamId=acme", body("mine", "COUNT", "x", ""))
                        .status())
                .isEqualTo(403);
        assertThat(api.get(viewer, "/api/v1/meters/calls/query" + range + "&teamId=acme")
                        .status())
                .isEqualTo(403);
        assertThat(api.get(viewer, "/api/v1/meters/calls/query" + range + "&teamId=acme&subject=acme-viewer")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void everythingWrongWithADefinitionIsToldAtOnce() {
        assertThat(faults("{\"slug\":\"Not One\",\"aggregation\":\"MEDIAN\",\"eventType\":\"com.promptmanage.x\","
                        + "\"valueProperty\":\"$..a\",\"groupBy\":{\"subject\":\"$.s\",\"b\":\"b\"},\"unit\":\"s\"}"))
                .containsExactlyInAnyOrder(
                        "unit", "slug", "aggregation", "eventType", "valueProperty", "groupBy", "groupBy");
        assertThat(faults("{}")).containsExactlyInAnyOrder("slug", "aggregation", "eventType");
        assertThat(faults(body("calls", "COUNT", "x", ",\"valueProperty\":\"$.a\"")))
                .containsExactlyInAnyOrder("slug", "valueProperty");
        assertThat(faults(body("a", "SUM", "x", ""))).containsExactly("valueProperty");
        for (String path : List.of("$", "a", "$.a[?(@.b>1)]", "$[*]", "$.a.", "$['a'", "$" + ".a".repeat(17))) {
            assertThat(faults(body("a", "SUM", "x", ",\"valueProperty\":\"%s\"".formatted(path))))
                    .as(path)
                    .containsExactly("valueProperty");
        }
    }

    private TopicCopy copy() {
        return PlainEventWriter.start(
                topic, api.database(), Map.of("bootstrap.servers", kafka.bootstrapServers()), registry);
    }

    private void send(String id, Instant time, String type, String subject, String data) {
        send(ACME.value(), event(id, time, type, subject, data));
    }

    private void send(String account, @Nullable String value) {
        // What is missing is missed by the test.
        var unused = producer.send(new ProducerRecord<>(
                topic,
                account.getBytes(StandardCharsets.UTF_8),
                value == null ? null : value.getBytes(StandardCharsets.UTF_8)));
    }

    private static String event(String id, Instant time, String type, String subject, String data) {
        return """
                {"specversion":"1.0","id":"%s","source":"/app","type":"%s","subject":"team:acme","time":"%s","enduser":"%s",\
                "datacontenttype":"application/json","data":%s}""".formatted(id, type, time, subject, data);
    }

    private List<String> events(String... ids) {
        var found = new ArrayList<String>();
        for (String id : ids) {
            api.get(key, "/api/v1/events?from=%s&id=%s".formatted(hour, id))
                    .json()
                    .forEach(one -> found.add(id));
        }
        return found;
    }

    private Answer define(String slug, String aggregation, String type, String more) {
        Answer made = api.post(key, "/api/v1/meters", body(slug, aggregation, type, more));
        assertThat(made.status()).as(made.json().toString()).isEqualTo(200);
        return made;
    }

    private static String body(String slug, String aggregation, String type, String more) {
        return "{\"slug\":\"%s\",\"aggregation\":\"%s\",\"eventType\":\"%s\"%s}"
                .formatted(slug, aggregation, type, more);
    }

    private List<String> faults(String definition) {
        Answer refused = api.post(key, "/api/v1/meters", definition);
        assertThat(refused.status()).isEqualTo(400);
        var fields = new ArrayList<String>();
        refused.json()
                .path("errors")
                .forEach(error -> fields.add(error.path("field").asText()));
        return fields;
    }

    private JsonNode query(String slug, String more) {
        Answer answer = api.get(key, "/api/v1/meters/%s/query%s%s".formatted(slug, range, more));
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
        return answer.json();
    }

    /** The value of the one row that there is, digit by digit. */
    private String only(String slug, String more) {
        JsonNode data = query(slug, more).path("data");
        assertThat(data).as("%s%s: %s", slug, more, data).hasSize(1);
        return data.path(0).path("value").decimalValue().toPlainString();
    }
}

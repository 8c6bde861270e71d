package com.promptmanage.ingest.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.ingest.admission.AttributeMapping;
import com.promptmanage.ingest.normalize.AttributeUsage;
import com.promptmanage.testkit.Damage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever bytes are sent as an export: they are read, or they are malformed. {@code -Dfuzz.times=100} sends more. */
class ExportAttackTest {

    private static final int TIMES = 20_000 * Integer.getInteger("fuzz.times", 1);

    private static final JsonMapper JSON = new JsonMapper();

    private static final List<Signal> SIGNALS = List.of(Signal.values());

    private static final AttributeNames NAMES = new AttributeNames(AttributeMapping.USUAL);

    /** As for a key whose metrics count: then all of a point is read. */
    private static AttributeNames names(Signal signal) {
        return signal == Signal.METRICS ? AttributeNames.all() : NAMES;
    }

    private static final String SPAN =
            "{\"traceId\":\"%s\",\"spanId\":\"%s\",\"attributes\":[]}".formatted("a".repeat(32), "b".repeat(16));

    private static final JsonNode METRICS = metrics();

    private static JsonNode metrics() {
        ObjectNode point = JSON.createObjectNode()
                .put("startTimeUnixNano", "1795462271089000000")
                .put("timeUnixNano", "1795462331089000000")
                .put("asInt", "150");
        point.putObject("attributes").put("type", "input").put("model", "claude-sonnet-4-5");
        ObjectNode metric = JSON.createObjectNode().put("name", "claude_code.token.usage");
        metric.putObject("sum")
                .put("aggregationTemporality", 2)
                .putArray("dataPoints")
                .add(point);
        ObjectNode export = JSON.createObjectNode();
        export.putArray("resourceMetrics")
                .addObject()
                .putArray("scopeMetrics")
                .addObject()
                .putArray("metrics")
                .add(metric);
        Protobuf.spellOutAttributes(export);
        return export;
    }

    /** Reads all that is shown, as far as it can be read without a request. */
    private static final class Reader implements Export.Visitor {

        private final List<String> identities = new ArrayList<>();

        private final List<String> ignored = new ArrayList<>();

        private final List<String> faults = new ArrayList<>();

        private long faulty;

        private long tokens;

        @Override
        public void faulty(String why, long records) {
            faults.add(why);
            faulty += records;
        }

        @Override
        public void span(Span span) {
            var call = new CallAttributes(span.attributes(), span.resource(), AttributeMapping.USUAL);
            tokens += AttributeUsage.read(span.attributes(), (field, detail, remedy) -> {})
                    .counts()
                    .total();
            call.model();
            String identity = CallIdentity.of(span, call.responseId());
            (SpanRules.ignored(span).isPresent() ? ignored : identities).add(span.isIdentified() ? identity : "");
        }

        @Override
        public void log(LogLine line) {
            CodingAgent.ofCall(line).ifPresent(agent -> {
                agent.tokens(line.attributes(), (field, detail, remedy) -> {});
                identities.add(CallIdentity.of(agent, line));
            });
        }

        @Override
        public void metric(Metric metric) {
            MetricUsage.of(metric.name(), metric.resource())
                    .ifPresent(usage -> MetricSums.of(usage, metric).forEach(sums -> {
                        usage.tokens(sums.sums(), (field, detail, remedy) -> {});
                        identities.add(sums.deltaId());
                    }));
        }
    }

    @Test
    void damagedProtobufIsReadOrMalformed() throws Exception {
        List<JsonNode> exports = corpus();
        List<byte[]> seeds = exports.stream().map(Protobuf::of).toList();
        var random = new SplittableRandom(20_261_125);
        int malformed = 0;
        for (int i = 0; i < TIMES; i++) {
            int seed = random.nextInt(seeds.size());
            byte[] body = damaged(seeds.get(seed), random);
            // Read as what it is, or as anything: of spans that are read as metrics, nearly none is well-formed.
            Signal signal = random.nextBoolean() ? signal(exports.get(seed)) : SIGNALS.get(random.nextInt(3));
            malformed += isMalformed(new ProtobufExport(body, signal, names(signal))) ? 1 : 0;
        }
        assertThat(malformed).isBetween(TIMES / 10, TIMES - TIMES / 10);
    }

    private static Signal signal(JsonNode export) {
        if (export.has("resourceSpans")) {
            return Signal.TRACES;
        }
        return export.has("resourceLogs") ? Signal.LOGS : Signal.METRICS;
    }

    @Test
    void damagedJsonIsReadOrMalformed() throws Exception {
        List<String> seeds = corpus().stream().map(JsonNode::toString).toList();
        var damage = new Damage(20_261_125);
        int malformed = 0;
        for (int i = 0; i < TIMES / 4; i++) {
            byte[] body = damage.below(8) == 0 ? damage.noise(400) : damage.edited(damage.oneOf(seeds));
            Signal signal = SIGNALS.get(damage.below(3));
            malformed += isMalformed(new JsonExport(body, signal, names(signal))) ? 1 : 0;
        }
        assertThat(malformed).isBetween(TIMES / 40, TIMES / 4 - TIMES / 40);
    }

    @Test
    void anExportThatIsCutAnywhereIsMalformedInJson() throws Exception {
        byte[] whole = corpus().getFirst().toString().getBytes(UTF_8);
        for (int length = 0; length < whole.length; length++) {
            assertThat(isMalformed(new JsonExport(Arrays.copyOf(whole, length), Signal.TRACES, NAMES)))
                    .as("%d bytes", length)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "null",
                "{\"resourceSpans\":{}}",
                "{\"resourceSpans\":[],\"resourceSpans\":[]}",
                "{\"resourceSpans\":[{\"scopeSpans\":[],\"scopeSpans\":[]}]}",
                "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[],\"spans\":[]}]}]}",
                "{\"resourceSpans\":[{\"resource\":{},\"scopeSpans\":[],\"resource\":{}}]}",
                "{} {}",
                "{\"a\":1e9999999999999}{",
                "{\u0000}",
            })
    void whatIsNoExportIsMalformed(String body) {
        var export = new JsonExport(body.getBytes(UTF_8), Signal.TRACES, NAMES);
        assertThatThrownBy(() -> export.walk(new Reader())).isInstanceOf(MalformedException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "7",
                "null",
                "[[{}]]",
                "{\"traceId\":\"a\",\"traceId\":\"b\"}",
                "{\"attributes\":{\"gen_ai.request.model\":\"m\"}}",
                "{\"attributes\":[{\"key\":\"tag.tags\",\"value\":{\"arrayValue\":{\"values\":7}}}]}",
                "{\"attributes\":[7,{\"key\":[{}]}],\"events\":{\"deep\":[[{}]]}}",
            })
    void whatIsWrongWithARecordIsItsFaultAlone(String wrong) throws Exception {
        var found = new Reader();
        String export =
                "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[%1$s,%2$s,%1$s]}]},{\"scopeSpans\":[{\"spans\":[%1$s]}]}]}"
                        .formatted(SPAN, wrong);
        new JsonExport(export.getBytes(UTF_8), Signal.TRACES, NAMES).walk(found);

        assertThat(found.identities).hasSize(3).doesNotContain("");
        assertThat(found.faulty).isEqualTo(1);
        assertThat(found.faults).singleElement().asString().startsWith("one of 'spans' has ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "7",
                "{\"scopeSpans\":7}",
                "{\"scopeSpans\":[7]}",
                "{\"scopeSpans\":[{\"spans\":{\"a\":[]}}]}",
                "{\"resource\":7,\"scopeSpans\":[{\"spans\":[%s]}]}",
                "{\"resource\":{\"attributes\":{\"team.id\":\"x\"}},\"scopeSpans\":[{\"spans\":[%s]}]}",
                "{\"scopeSpans\":[{\"spans\":[%s]}],\"resource\":{\"attributes\":{\"team.id\":\"x\"}}}",
            })
    void whatIsWrongAroundRecordsCostsTheRecordsInItAndNoOthers(String wrong) throws Exception {
        var found = new Reader();
        String good = "{\"scopeSpans\":[{\"spans\":[%s]}]}".formatted(SPAN);
        var export = "{\"resourceSpans\":[%s,%s,%s]}".formatted(good, wrong.formatted(SPAN), good);
        new JsonExport(export.getBytes(UTF_8), Signal.TRACES, NAMES).walk(found);
        assertThat(found.identities).hasSize(2);
        assertThat(found.faulty).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "null", "[[{}]]", "{}", "{\"name\":{\"a\":[]}}", "{\"name\":\"a\",\"name\":\"b\"}"})
    void whatIsWrongWithALibrarysNameCostsNothing(String scope) throws Exception {
        var found = new Reader();
        String export =
                "{\"resourceSpans\":[{\"scopeSpans\":[{\"scope\":%1$s,\"spans\":[%2$s]},{\"spans\":[%2$s],\"scope\":%1$s}]}]}"
                        .formatted(scope, SPAN);
        new JsonExport(export.getBytes(UTF_8), Signal.TRACES, NAMES).walk(found);
        assertThat(List.of(found.identities.size(), found.faults.size())).containsExactly(2, 0);
    }

    @Test
    void aMetricWithAPointThatIsWrongIsNotReadInPart() throws Exception {
        String metrics = METRICS.toString();
        var found = new Reader();
        new JsonExport(
                        metrics.replace("\"dataPoints\":[", "\"dataPoints\":[{\"attributes\":{}},")
                                .getBytes(UTF_8),
                        Signal.METRICS,
                        AttributeNames.all())
                .walk(found);

        assertThat(found.identities).isEmpty();
        assertThat(found.faulty).isEqualTo(2);
    }

    /** One of millions of digits takes minutes to read; its length alone says that it counts nothing. */
    @Test
    void aTextOfManyDigitsIsNotReadAsANumber() throws Exception {
        String digits = "0".repeat(100) + "5";
        String span = SPAN.replace(
                "[]", "[{\"key\":\"gen_ai.usage.input_tokens\",\"value\":{\"intValue\":\"%s\"}}]".formatted(digits));
        var found = new Reader();
        new JsonExport(
                        "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[%s]}]}]}"
                                .formatted(span)
                                .getBytes(UTF_8),
                        Signal.TRACES,
                        NAMES)
                .walk(found);

        assertThat(found.identities).hasSize(1);
        assertThat(found.tokens).isZero();
        assertThat(Metric.count(digits)).isEqualTo(Metric.NO_COUNT);
    }

    @Test
    void aTextThatIsTooLongIsPassedOverAndNotHeld() throws Exception {
        var reader = new ProtoReader(new Protobuf()
                .part(1, "12345".getBytes(UTF_8))
                .part(2, "1234".getBytes(UTF_8))
                .bytes());

        assertThat(reader.next()).isTrue();
        assertThat(reader.text(4)).isEmpty();
        assertThat(reader.next()).isTrue();
        assertThat(reader.text(4)).isEqualTo("1234");
        assertThat(reader.next()).isFalse();
    }

    @Test
    void labelsOfTheSendersOwnTakeNoRoomFromWhatIsReadByItsName() throws Exception {
        ObjectNode span = JSON.createObjectNode()
                .put("traceId", "a".repeat(32))
                .put("spanId", "b".repeat(16))
                .put("name", "chat");
        ObjectNode attributes = span.putObject("attributes");
        for (int i = 0; i < 2 * AttributeNames.COUNT_MAX; i++) {
            attributes.put("ai.telemetry.metadata.label" + i, "x");
        }
        attributes.put("gen_ai.usage.input_tokens", 7);
        ObjectNode export = JSON.createObjectNode();
        export.putArray("resourceSpans")
                .addObject()
                .putArray("scopeSpans")
                .addObject()
                .putArray("spans")
                .add(span);
        Protobuf.spellOutAttributes(export);
        List<Export> forms = List.of(
                new JsonExport(export.toString().getBytes(UTF_8), Signal.TRACES, NAMES),
                new ProtobufExport(Protobuf.of(export), Signal.TRACES, NAMES));

        for (Export form : forms) {
            var found = new Reader();
            form.walk(found);
            assertThat(found.tokens).isEqualTo(7);
        }
    }

    @Test
    void deepJsonIsMalformedAndDeepProtobufIsSkipped() throws Exception {
        String deep = "{\"resourceSpans\":[{\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}]}";
        assertThat(isMalformed(new JsonExport(deep.getBytes(UTF_8), Signal.TRACES, NAMES)))
                .isTrue();

        var value = new Protobuf().text(1, JSON.createObjectNode().put("v", "x"), "v");
        for (int i = 0; i < 2_000; i++) {
            value = new Protobuf().message(5, new Protobuf().message(1, value));
        }
        var attribute = new Protobuf().part(1, "tag.tags".getBytes(UTF_8)).message(2, value);
        var span = new Protobuf().part(1, new byte[16]).message(9, attribute);
        var scope = new Protobuf().message(2, new Protobuf().message(2, span));
        assertThat(isMalformed(
                        new ProtobufExport(new Protobuf().message(1, scope).bytes(), Signal.TRACES, NAMES)))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 1_000, 1_000_000})
    void whatIsNestedTooDeeplyInARecordOrWhatHasMadeItIsTheFaultOfThatAlone(int depth) throws Exception {
        String deep = attribute("[".repeat(depth) + "]".repeat(depth));
        String ofResource = "\"resource\":{\"attributes\":[%s]}".formatted(deep);
        String export = "{\"resourceSpans\":[{%s},{%s,%s},{%s,%s},{%s}]}"
                .formatted(
                        scopes(SPAN, SPAN.replace("[]", "[" + deep + "]"), SPAN),
                        ofResource,
                        scopes(SPAN),
                        scopes(SPAN),
                        ofResource,
                        scopes(SPAN));
        var found = new Reader();

        new JsonExport(export.getBytes(UTF_8), Signal.TRACES, NAMES).walk(found);

        assertThat(found.identities).hasSize(3).doesNotContain("");
        assertThat(found.faulty).isEqualTo(3);
        assertThat(found.faults)
                .hasSize(3)
                .allSatisfy(why -> assertThat(why).startsWith("one of 'spans' has what is nested more than 64 levels"));
    }

    /** A value of a span's attribute begins at the eleventh level. */
    @Test
    void whatIsAsDeepAsMayBeIsTakenAndBracketsInATextAreNone() throws Exception {
        String spans = scopes(
                SPAN.replace("[]", "[" + attribute("[".repeat(54) + "]".repeat(54)) + "]"),
                SPAN.replace("[]", "[" + attribute("\"\\\"" + "[{".repeat(100) + "\\\\\"") + "]"));
        var found = new Reader();

        new JsonExport("{\"resourceSpans\":[{%s}]}".formatted(spans).getBytes(UTF_8), Signal.TRACES, NAMES).walk(found);

        assertThat(found.identities).hasSize(2);
        assertThat(found.faults).isEmpty();
    }

    private static String attribute(String value) {
        return "{\"key\":\"x\",\"value\":{\"arrayValue\":%s}}".formatted(value);
    }

    private static String scopes(String... spans) {
        return "\"scopeSpans\":[{\"spans\":[%s]}]".formatted(String.join(",", spans));
    }

    /** Which spans count does not depend on which others came before, beside or after them. */
    @Test
    void theOrderOfSpansAndTheirBatchesChangesNothing() throws Exception {
        var spans = new ArrayList<JsonNode>();
        for (JsonNode export : corpus()) {
            for (JsonNode resource : export.path("resourceSpans")) {
                resource.path("scopeSpans").path(0).path("spans").forEach(span -> {
                    ObjectNode alone = ((ObjectNode) export).deepCopy();
                    ObjectNode scope = (ObjectNode) alone.at("/resourceSpans/0/scopeSpans/0");
                    scope.putArray("spans").add(span);
                    spans.add(alone);
                });
            }
        }
        var expected = new Reader();
        for (JsonNode span : spans) {
            new JsonExport(span.toString().getBytes(UTF_8), Signal.TRACES, NAMES).walk(expected);
        }
        Collections.shuffle(spans, new Random(7));
        var found = new Reader();
        for (JsonNode span : spans) {
            new ProtobufExport(Protobuf.of(span), Signal.TRACES, NAMES).walk(found);
        }
        assertThat(found.identities).containsExactlyInAnyOrderElementsOf(expected.identities);
        assertThat(found.ignored).containsExactlyInAnyOrderElementsOf(expected.ignored);
    }

    private static boolean isMalformed(Export export) {
        try {
            export.walk(new Reader());
            return false;
        } catch (MalformedException e) {
            assertThat(e.getMessage()).isNotBlank();
            return true;
        }
    }

    private static byte[] damaged(byte[] good, SplittableRandom random) {
        byte[] body = good.clone();
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(body.length);
            switch (random.nextInt(4)) {
                case 0 -> body[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> body[at] = (byte) random.nextInt(256);
                case 2 -> body = Arrays.copyOf(body, Math.max(1, at));
                default -> {
                    byte[] longer = Arrays.copyOf(body, body.length + 3);
                    System.arraycopy(body, at, longer, at + 3, body.length - at);
                    body = longer;
                }
            }
        }
        return body;
    }

    private static List<JsonNode> corpus() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/corpus"))) {
            var exports = new ArrayList<JsonNode>();
            for (Path file : files.sorted().toList()) {
                JsonNode one = JSON.readTree(file.toFile());
                if (one.path("body").has("resourceSpans")
                        || one.path("body").has("resourceLogs")
                        || one.path("body").has("resourceMetrics")) {
                    exports.add(one.path("body"));
                }
            }
            exports.add(METRICS);
            return exports;
        }
    }
}

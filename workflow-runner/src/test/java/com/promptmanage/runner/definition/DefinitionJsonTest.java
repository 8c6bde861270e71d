package com.promptmanage.runner.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.definition.NodeConfig.DataSource;
import com.promptmanage.runner.definition.NodeConfig.Operation;
import com.promptmanage.runner.definition.NodeConfig.Output;
import com.promptmanage.runner.definition.NodeConfig.Webhook;
import com.promptmanage.topics.money.NanoUsd;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DefinitionJsonTest {

    /** Every node type, every field. */
    private static final String EVERYTHING = """
            {"version":"1.0","nodes":[
             {"id":"leads","type":"data_source","label":"Leads","position":{"x":100,"y":50.5},"config":{
              "sourceId":"{{AIRTABLE_BASE_ID}}","sourceType":"airtable","fanOut":false,
              "query":{"columns":["name","email"],"where":[{"field":"score","operator":">=","value":7},
               {"field":"name","operator":"startsWith","value":"A"}],"orderBy":"name DESC","limit":20,
               "table":"Leads","filterByFormula":"{Status} = 'New'","maxRecords":20,"sorts":[{"field":"a"}]},
              "transform":{"filter":"record.score > 7","map":{"full_name":"name"},"limit":5}}},
             {"id":"ask","type":"prompt","label":"","config":{"promptTemplate":"Hello {{name}}","model":"gpt-4o",
              "provider":"openai","temperature":0.3,"maxTokens":200,"contextTemplate":"Be kind","responseFormat":"json",
              "fallbackModels":["gpt-4o-mini"],"cacheSeconds":3600,"retryOnEmpty":true},
              "retryPolicy":{"maxAttempts":5,"backoff":"linear","initialDelay":100,"maxDelay":2000},
              "errorHandling":"fallback","onAmbiguous":"ask","timeout":30},
             {"id":"good","type":"condition","label":"","config":{"condition":"ask.score > 7",
              "trueBranch":"tell","falseBranch":["keep","wait"]}},
             {"id":"sum","type":"transform","label":"","config":{"transformType":"reduce","code":"accumulator + item.n",
              "mapping":{"a":"{{ask.text}}","b":1.50},"initial":0,"fanOut":false}},
             {"id":"each","type":"loop","label":"","config":{"iterateOver":"ask.items","itemVariable":"part",
              "bodyNodes":["tell"],"maxIterations":9,"concurrency":2}},
             {"id":"keep","type":"output","label":"","config":{"destination":"airtable","sourceId":"base",
              "operation":"update","table":"Leads","recordId":"{{id}}","matching":{"email":"{{email}}"},
              "mapping":{"Score":"{{ask.score}}","Done":true},"typecast":true}},
             {"id":"tell","type":"webhook","label":"","config":{"url":"https://example.com/{{id}}","method":"POST",
              "headers":{"Authorization":"Bearer {{secrets.CRM}}"},"params":{"q":"{{name}}"},"body":{"text":"{{ask.text}}"}}},
             {"id":"wait","type":"delay","label":"","config":{"delayMs":500,"condition":"ask.score > 1"}}],
            "edges":[{"id":"e1","source":"leads","target":"ask"},
             {"id":"e2","source":"good","target":"tell","condition":"true","label":"yes"}],
            "settings":{"maxConcurrentNodes":3,"timeout":900,"retryPolicy":{"maxAttempts":2},"errorHandling":"continue",
             "maxCostUsd":"0.50","loopDelay":60000,"continueWhile":"ask.more"}}
            """;

    @Test
    void whatIsWrittenReadsBackAsTheSame() {
        Reading read = read(EVERYTHING);

        byte[] written = DefinitionJson.bytes(read.definition());

        assertThat(read.faults()).isEmpty();
        assertThat(DefinitionJson.read(written).definition()).isEqualTo(read.definition());
        assertThat(DefinitionJson.read(written).faults()).isEmpty();
    }

    @Test
    void theCanonicalFormOfACanonicalDocumentIsItself() throws Exception {
        byte[] once = DefinitionJson.bytes(read(EVERYTHING).definition());

        byte[] twice = DefinitionJson.bytes(DefinitionJson.read(once).definition());

        assertThat(new String(twice, StandardCharsets.UTF_8)).isEqualTo(new String(once, StandardCharsets.UTF_8));
    }

    @Test
    void everyFieldIsRead() {
        Definition definition = read(EVERYTHING).definition();

        assertThat(definition.nodes()).extracting(Node::type).containsExactlyInAnyOrder(NodeType.values());
        assertThat(definition.nodes().get(0).config()).isInstanceOfSatisfying(DataSource.class, source -> {
            assertThat(source.fanOut()).isFalse();
            assertThat(source.query().limit()).isEqualTo(20);
            assertThat(source.query().options()).containsOnlyKeys("table", "filterByFormula", "maxRecords", "sorts");
        });
        assertThat(definition.nodes().get(1).policy().timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(definition.settings().maxCost()).isEqualTo(new NanoUsd(500_000_000));
    }

    @Test
    void anOutputMayNestItsConfigOrNot() {
        Output nested = output("""
                {"destination":"google_sheets","config":{"sourceId":"s","sheet":"Done","operation":"append",
                 "mapping":{"a":"1"},"valueInput":"raw"}}""");
        Output flat = output("""
                {"destination":"google_sheets","sourceId":"s","sheet":"Done","mapping":{"a":"1"},"valueInput":"raw"}""");

        assertThat(nested).isEqualTo(flat);
        assertThat(nested.operation()).isEqualTo(Operation.CREATE);
        assertThat(nested.options()).containsOnlyKeys("valueInput");
    }

    @Test
    void aNumberThatWouldTakeAllMemoryWrittenOutIsRefusedAndTheRestIsRead() {
        for (String vast : List.of("1e999999999", "1e-999999999", "1e-1001")) {
            Reading read = read(EVERYTHING.replace("\"value\":7", "\"value\":" + vast));

            assertThat(read.faults()).singleElement().satisfies(fault -> {
                assertThat(fault.isError()).isTrue();
                assertThat(fault.field()).isEqualTo("nodes[0].config.query.where[0].value");
                assertThat(fault.about()).contains("node leads");
                assertThat(fault.detail()).contains("1,000 digits");
            });
            assertThat(read.definition().nodes()).hasSize(8);
        }
        assertThat(read(EVERYTHING.replace("\"value\":7", "\"value\":1e-1000")).faults())
                .isEmpty();
    }

    @Test
    void everythingThatCannotBeReadIsToldAtOnceAndTheRestIsRead() {
        Reading read = read("""
                {"nodes":[{"id":"a","type":"promt","config":{}},
                 {"id":"b","type":"prompt","config":{"promptTemplate":7,"model":"m","temprature":1,"maxTokens":"9"}},
                 {"id":"c","type":"webhook","config":{"url":"u","method":"FETCH","headers":[]}},
                 "d"],
                "edges":{},"settings":{"maxCostUsd":1e400000000,"timeout":99999999999},"variables":{}}""");

        assertThat(read.faults())
                .extracting(DefinitionFault::field)
                .containsExactlyInAnyOrder(
                        "nodes[0].type",
                        "nodes[1].config.promptTemplate",
                        "nodes[1].config.temprature",
                        "nodes[1].config.maxTokens",
                        "nodes[2].config.method",
                        "nodes[2].config.headers",
                        "nodes[3]",
                        "edges",
                        "settings.maxCostUsd",
                        "settings.timeout",
                        "variables");
        assertThat(read.definition().nodes())
                .extracting(node -> node.id().value())
                .containsExactly("b", "c");
        assertThat(read.nodePlaces()).containsExactly(1, 2);
        assertThat(read.unread()).containsExactly(new NodeId("a"));
        assertThat(read.faults())
                .filteredOn(fault -> fault.field().equals("nodes[0].type"))
                .singleElement()
                .satisfies(fault -> {
                    assertThat(fault.nodeId()).isEqualTo(new NodeId("a"));
                    assertThat(fault.detail()).isEqualTo("is \"promt\"");
                    assertThat(fault.remedy()).contains("prompt", "data_source");
                });
    }

    @Test
    void whatIsNotJsonOrTooLargeOrTooDeepIsOneFault() {
        assertThat(read("{\"nodes\":[").faults()).hasSize(1);
        assertThat(read("[".repeat(100_000)).faults()).hasSize(1);
        assertThat(read("{\"version\":\"1.0\",\"version\":\"1.0\"}").faults()).hasSize(1);
        assertThat(DefinitionJson.read(new byte[Limits.DOCUMENT_BYTES_MAX + 1]).faults())
                .singleElement()
                .satisfies(fault -> assertThat(fault.remedy()).contains("1,048,576"));
        assertThat(read("[]").faults()).hasSize(1);
    }

    @Test
    void settingsOfTheDefinitionGoBeforeThoseOfTheWorkflow() {
        Settings settings = read("""
                {"settings":{"timeout":60,"retryPolicy":{"maxAttempts":7}}}""").definition().settings();
        var row = new Settings(
                9,
                Duration.ofHours(2),
                new RetryPolicy(1, RetryPolicy.Backoff.CONSTANT, null, null),
                null,
                null,
                null,
                null);

        Settings.Effective effective = settings.orElse(row).effective();

        assertThat(effective.maxConcurrentNodes()).isEqualTo(9);
        assertThat(effective.timeout()).isEqualTo(Duration.ofMinutes(1));
        assertThat(effective.retryPolicy())
                .isEqualTo(new RetryPolicy.Effective(
                        7, RetryPolicy.Backoff.CONSTANT, Duration.ofSeconds(1), Duration.ofSeconds(30)));
        assertThat(effective.errorHandling()).isEqualTo(ErrorHandling.STOP);
    }

    /** The product's formulas: linear = min(initial × (attempt+1), max), exponential = min(initial × 2^attempt, max). */
    @Test
    void waitsGrowAsThePolicySays() {
        assertThat(delays(RetryPolicy.Backoff.LINEAR)).containsExactly(1000L, 2000L, 3000L, 5000L, 5000L);
        assertThat(delays(RetryPolicy.Backoff.EXPONENTIAL)).containsExactly(1000L, 2000L, 4000L, 5000L, 5000L);
        assertThat(delays(RetryPolicy.Backoff.CONSTANT)).containsExactly(1000L, 1000L, 1000L, 1000L, 1000L);
    }

    @Test
    void textsOfHeadersMayBeWrittenAsNumbers() {
        Reading read = read("""
                {"nodes":[{"id":"w","type":"webhook","config":{"url":"u","method":"get","headers":{"X-Version":2}}}]}""");

        assertThat(read.faults()).isEmpty();
        assertThat(read.definition().nodes().getFirst().config())
                .isEqualTo(new Webhook("u", NodeConfig.Method.GET, Map.of("X-Version", "2"), Map.of(), null));
    }

    private static long[] delays(RetryPolicy.Backoff backoff) {
        var policy = new RetryPolicy.Effective(9, backoff, Duration.ofSeconds(1), Duration.ofSeconds(5));
        return new long[] {
            policy.delay(0).toMillis(),
            policy.delay(1).toMillis(),
            policy.delay(2).toMillis(),
            policy.delay(4).toMillis(),
            policy.delay(2_000_000_000).toMillis()
        };
    }

    private static Output output(String config) {
        Reading read = read("{\"nodes\":[{\"id\":\"o\",\"type\":\"output\",\"config\":%s}]}".formatted(config));
        assertThat(read.faults()).isEmpty();
        return (Output) read.definition().nodes().getFirst().config();
    }

    private static Reading read(String json) {
        return DefinitionJson.read(json.getBytes(StandardCharsets.UTF_8));
    }
}

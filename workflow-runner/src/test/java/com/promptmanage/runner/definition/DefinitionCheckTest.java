package com.promptmanage.runner.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.promptmanage.runner.definition.DefinitionFault.Severity;
import com.promptmanage.runner.expression.Expressions;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DefinitionCheckTest {

    private static final DefinitionCheck CHECK = new DefinitionCheck(new Expressions());

    @Test
    void everythingIsToldAtOnceWithPlaceAndRemedy() {
        List<DefinitionFault> faults = check("""
            {"version":"2.0","nodes":[
             {"id":"a","type":"prompt","config":{"promptTemplate":"{{b.text}} {{open","model":""}},
             {"id":"b","type":"condition","config":{"condition":"a.text >","trueBranch":"c","falseBranch":"ghost"}},
             {"id":"c","type":"delay","config":{}},
             {"id":"9","type":"delay","config":{"delayMs":-5}},
             {"id":"input","type":"delay","config":{"delayMs":1}},
             {"id":"c","type":"delay","config":{"delayMs":1}},
             {"id":"lost","type":"sorcery","config":{}}],
            "edges":[{"id":"e1","source":"a","target":"b"},{"id":"e1","source":"b","target":"c"},
             {"id":"e3","source":"a","target":"nobody"},{"id":"e4","source":"lost","target":"c"}],
            "settings":{"maxConcurrentNodes":0,"maxCostUsd":"-1","continueWhile":"1 +"}}\
            """);

        assertThat(faults)
                .filteredOn(DefinitionFault::isError)
                .extracting(DefinitionFault::field)
                .containsExactlyInAnyOrder(
                        "version",
                        "nodes[6].type",
                        "nodes[0].config.promptTemplate",
                        "nodes[0].config.promptTemplate",
                        "nodes[0].config.model",
                        "nodes[1].config.condition",
                        "nodes[1].config.trueBranch",
                        "nodes[1].config.falseBranch",
                        "nodes[2].config.delayMs",
                        "nodes[3].id",
                        "nodes[3].config.delayMs",
                        "nodes[4].id",
                        "nodes[5].id",
                        "edges[1].id",
                        "edges[1].condition",
                        "edges[2].target",
                        "settings.maxConcurrentNodes",
                        "settings.maxCostUsd",
                        "settings.continueWhile");
        assertThat(faults).allSatisfy(fault -> {
            assertThat(fault.detail()).isNotBlank();
            assertThat(fault.remedy()).isNotBlank();
        });
        assertThat(faults)
                .filteredOn(fault -> fault.field().equals("nodes[0].config.model"))
                .singleElement()
                .satisfies(fault -> assertThat(fault.message())
                        .isEqualTo("node a, nodes[0].config.model is missing. Name a model such as gpt-4o-mini."));
    }

    /** One node behind a source and a prompt, whose url is what is tested. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        https://x.example/{{record.id}}          | ''
        https://x.example/{{id}}                 | ''
        https://x.example/{{ask.text}}           | ''
        https://x.example/{{ask.score}}          | refers to score of an answer that is asked for as text
        https://x.example/{{json.score}}         | ''
        https://x.example/{{leads.email}}        | ''
        https://x.example/{{secrets.KEY}}        | ''
        https://x.example/{{secrets}}            | names no secret
        https://x.example/{{later.text}}         | refers to later, which does not come before
        https://x.example/{{call.status}}        | refers to the node's own output
        https://x.example/{{nodes.ghost.text}}   | refers to ghost, which is no node
        https://x.example/{{leds.email}}         | refers to leds, which is no node
        https://x.example/{{API_BASE}}           | refers to API_BASE, which has a value only if the run is triggered with one
        ftp://x.example                          | is "ftp://x.example"
        javascript:alert(1)                      | is "javascript:alert(1)"
        """)
    void aReferenceMustBeToWhatComesBefore(String url, String detail) {
        List<DefinitionFault> faults = check("""
            {"nodes":[
             {"id":"leads","type":"data_source","config":{"sourceId":"s","sourceType":"csv"}},
             {"id":"ask","type":"prompt","config":{"promptTemplate":"Hi","model":"gpt-4o"}},
             {"id":"json","type":"prompt","config":{"promptTemplate":"Hi","model":"gpt-4o","responseFormat":"json"}},
             {"id":"call","type":"webhook","config":{"url":"%s","method":"GET"}},
             {"id":"later","type":"prompt","config":{"promptTemplate":"Hi","model":"gpt-4o"}}],
            "edges":[{"id":"e1","source":"leads","target":"ask"},{"id":"e2","source":"ask","target":"json"},
             {"id":"e3","source":"json","target":"call"},{"id":"e4","source":"call","target":"later"}]}\
            """.formatted(url));

        assertThat(faults)
                .extracting(DefinitionFault::detail)
                .isEqualTo(detail.isEmpty() ? List.of() : List.of(detail));
    }

    @Test
    void namesThatNothingGivesAreWarnedOf() {
        List<DefinitionFault> faults = check("""
            {"nodes":[
             {"id":"each","type":"loop","config":{"iterateOver":"nowhere.items","itemVariable":"part","bodyNodes":["in"]}},
             {"id":"in","type":"prompt","config":{"promptTemplate":"{{part.name}} {{any.field}}","model":"gpt-4o"}},
             {"id":"out","type":"prompt","config":{"promptTemplate":"{{part.name}} {{each}}","model":"gpt-4o"}},
             {"id":"if","type":"condition","config":{"condition":"nosuch.f == 1"}},
             {"id":"end","type":"prompt","config":{"promptTemplate":"{{variables.a.b}} {{single}}","model":"gpt-4o"}},
             {"id":"get","type":"webhook","config":{"url":"https://x.example/","method":"GET"}},
             {"id":"got","type":"prompt","config":{"promptTemplate":"{{any.field}}","model":"gpt-4o"}}],
            "edges":[{"id":"e1","source":"each","target":"out"},{"id":"e2","source":"out","target":"if"},
             {"id":"e3","source":"if","target":"end","condition":"true"},{"id":"e4","source":"get","target":"got"}]}\
            """);

        assertThat(faults).noneMatch(DefinitionFault::isError);
        assertThat(faults)
                .extracting(fault -> fault.field() + " " + fault.detail())
                .containsExactlyInAnyOrder(
                        "nodes[0].config.iterateOver refers to nowhere, which is no node, and nothing before gives a field of that name",
                        "nodes[2].config.promptTemplate refers to part, the item of a loop that this is not in",
                        "nodes[3].config.condition refers to nosuch, which is no node, and nothing before gives a field of that name");
    }

    @Test
    void modelsWithoutAListPriceAreWarnedOf() {
        List<DefinitionFault> faults = check("""
            {"nodes":[
             {"id":"ask","type":"prompt","errorHandling":"fallback","config":{"promptTemplate":"Hi","model":"our-llama",
              "fallbackModels":["gpt-4o-mini-2024-07-18","their-llama","{{variables.model}}"]}},
             {"id":"then","type":"prompt","config":{"promptTemplate":"Hi","model":"{{variables.model}}"}}],
            "edges":[{"id":"e1","source":"ask","target":"then"}]}\
            """);

        assertThat(faults)
                .extracting(DefinitionFault::severity, DefinitionFault::nodeId, DefinitionFault::field)
                .containsExactlyInAnyOrder(
                        tuple(Severity.WARNING, new NodeId("ask"), "nodes[0].config.model"),
                        tuple(Severity.WARNING, new NodeId("ask"), "nodes[0].config.fallbackModels[1]"));
        assertThat(faults.getFirst().message())
                .contains("\"our-llama\"", "count as unpriced", "maxCostUsd", "price list");
    }

    /** SQL has braces of its own, as in a text or a list of lists. */
    @Test
    void aStatementTakesItsValuesFromParamsAndNotFromItsText() {
        List<DefinitionFault> faults = check("""
            {"nodes":[
             {"id":"put","type":"data_source","config":{"sourceId":"s","sourceType":"database",
              "query":{"sql":"SELECT * FROM people WHERE name = '{{variables.name}}'"}}},
             {"id":"given","type":"data_source","config":{"sourceId":"s","sourceType":"database",
              "query":{"sql":"SELECT ?::text, '{{1,2},{3,4}}'::int[], '{{'","params":["{{put.name}}"]}}}],
            "edges":[{"id":"e1","source":"put","target":"given"}]}\
            """);

        assertThat(faults).singleElement().satisfies(fault -> {
            assertThat(fault.isError()).isTrue();
            assertThat(fault.field()).isEqualTo("nodes[0].config.query.sql");
            assertThat(fault.detail()).contains("{{variables.name}}");
            assertThat(fault.remedy()).contains("Write ?", "params");
        });
    }

    @Test
    void secretsStandOnlyWhereRequestsGoOut() {
        List<DefinitionFault> faults = check("""
            {"nodes":[
             {"id":"ask","type":"prompt","config":{"promptTemplate":"{{secrets.A}}","model":"gpt-4o"}},
             {"id":"if","type":"condition","config":{"condition":"secrets.A == 'x'"}},
             {"id":"call","type":"webhook","config":{"url":"https://x/{{secrets.A}}","method":"POST",
              "headers":{"Authorization":"Bearer {{secrets.A}}"},"params":{"key":"{{secrets.A}}"},
              "body":{"leak":"{{secrets.A}}"}}},
             {"id":"out","type":"output","config":{"destination":"slack","url":"{{secrets.SLACK}}","mapping":{"text":"{{secrets.A}}"}}}],
            "edges":[{"id":"e1","source":"ask","target":"if"},{"id":"e2","source":"if","target":"call","condition":"true"},
             {"id":"e3","source":"call","target":"out"}]}\
            """);

        assertThat(faults)
                .extracting(DefinitionFault::field)
                .containsExactlyInAnyOrder(
                        "nodes[0].config.promptTemplate",
                        "nodes[1].config.condition",
                        "nodes[2].config.body.leak",
                        "nodes[3].config.mapping.text");
    }

    @Test
    void cyclesUnreachableNodesAndBordersOfLoopsAreTold() {
        List<DefinitionFault> faults = check("""
            {"nodes":[
             {"id":"a","type":"delay","config":{"delayMs":0}},
             {"id":"b","type":"delay","config":{"delayMs":0}},
             {"id":"each","type":"loop","config":{"iterateOver":"variables.list","itemVariable":"part","bodyNodes":["in"]}},
             {"id":"in","type":"delay","config":{"delayMs":0,"condition":"part.n > 1 && index < 5"}},
             {"id":"out","type":"delay","config":{"delayMs":0}},
             {"id":"alone","type":"delay","config":{"delayMs":0}}],
            "edges":[{"id":"e1","source":"a","target":"b"},{"id":"e2","source":"b","target":"a"},
             {"id":"e3","source":"in","target":"out"},{"id":"e4","source":"each","target":"in"}]}\
            """);

        assertThat(faults)
                .extracting(DefinitionFault::detail)
                .containsExactlyInAnyOrder(
                        "waits for itself: b → a → b",
                        "crosses the border of the body of each",
                        "is connected to nothing");
    }

    /** Whatever it says, nobody would ask it: the edge would always be followed. */
    @Test
    void anExpressionOnAnEdgeOutOfALoopIsRefused() {
        List<DefinitionFault> faults = check("""
            {"nodes":[
             {"id":"each","type":"loop","config":{"iterateOver":"variables.list","itemVariable":"part","bodyNodes":["in"]}},
             {"id":"in","type":"delay","config":{"delayMs":0}},
             {"id":"on","type":"delay","config":{"delayMs":0}},
             {"id":"never","type":"delay","config":{"delayMs":0}}],
            "edges":[{"id":"e1","source":"each","target":"on"},
             {"id":"e2","source":"each","target":"never","condition":"length(input) > 10"},
             {"id":"e3","source":"on","target":"never","condition":"length(input) > 10"}]}\
            """);

        assertThat(faults).extracting(DefinitionFault::field).containsExactly("edges[1].condition");
        assertThat(faults.getFirst().remedy()).contains("condition node behind each");
    }

    @Test
    void branchesSaidTwiceMustAgree() {
        List<DefinitionFault> faults = check("""
            {"nodes":[
             {"id":"if","type":"condition","config":{"condition":"input.ok","trueBranch":"b","falseBranch":"b"}},
             {"id":"a","type":"delay","config":{"delayMs":0}},{"id":"b","type":"delay","config":{"delayMs":0}}],
            "edges":[{"id":"e1","source":"if","target":"a","condition":true},
             {"id":"e2","source":"if","target":"b","condition":"false"}]}\
            """);

        assertThat(faults)
                .extracting(DefinitionFault::field)
                .containsExactly("nodes[0].config.trueBranch", "nodes[0].config.trueBranch");
    }

    @Test
    void whatRunsForRecordsIsNotWhatRunsWhenThereCouldBeNone() {
        List<DefinitionFault> faults = check("""
            {"nodes":[
             {"id":"leads","type":"data_source","errorHandling":"fallback",
              "config":{"sourceId":"s","sourceType":"csv"}},
             {"id":"each","type":"delay","config":{"delayMs":0}},
             {"id":"other","type":"delay","config":{"delayMs":0}},
             {"id":"log","type":"delay","config":{"delayMs":0}},
             {"id":"sum","type":"transform","config":{"transformType":"reduce","code":"accumulator + 1","initial":0}},
             {"id":"end","type":"delay","config":{"delayMs":0}}],
            "edges":[{"id":"e1","source":"leads","target":"each"},
             {"id":"e2","source":"leads","target":"each","condition":"error"},
             {"id":"e3","source":"leads","target":"other"},
             {"id":"e4","source":"leads","target":"log","condition":"error"},
             {"id":"e5","source":"log","target":"other"},
             {"id":"e6","source":"other","target":"sum"},{"id":"e7","source":"sum","target":"end"},
             {"id":"e8","source":"log","target":"end"}]}\
            """);

        assertThat(faults).extracting(DefinitionFault::field).containsExactly("edges[1]", "edges[4]");
        assertThat(faults).first().satisfies(fault -> {
            assertThat(fault.detail())
                    .isEqualTo(
                            "leads to each when leads has failed, but each runs for the items of leads, and then there are none");
            assertThat(fault.remedy()).contains("node of its own", "fanOut of leads");
        });
    }

    @Test
    void listsThatDoNotBelongTogetherAreTold() {
        List<DefinitionFault> faults = check("""
            {"nodes":[
             {"id":"a","type":"data_source","config":{"sourceId":"s","sourceType":"csv"}},
             {"id":"b","type":"data_source","config":{"sourceId":"s","sourceType":"csv"}},
             {"id":"join","type":"delay","config":{"delayMs":0}},
             {"id":"sum","type":"transform","config":{"transformType":"reduce","code":"accumulator + item.n","initial":0}},
             {"id":"tell","type":"prompt","config":{"promptTemplate":"{{sum.output}} {{a.name}} {{per.text}}","model":"gpt-4o"}},
             {"id":"per","type":"prompt","config":{"promptTemplate":"{{a.name}}","model":"gpt-4o"}}],
            "edges":[{"id":"e1","source":"a","target":"join"},{"id":"e2","source":"b","target":"join"},
             {"id":"e3","source":"per","target":"sum"},{"id":"e4","source":"sum","target":"tell"},
             {"id":"e5","source":"a","target":"per"}]}\
            """);

        assertThat(faults)
                .extracting(DefinitionFault::detail)
                .containsExactlyInAnyOrder(
                        "joins the items of a with those of b",
                        "refers to per, which runs for each item of a list that has ended here");
    }

    @Test
    void whatIsTooLargeIsOneFault() {
        var json = new ObjectMapper().createObjectNode();
        for (int i = 0; i <= Limits.NODES_MAX; i++) {
            json.withArray("nodes")
                    .addObject()
                    .put("id", "n" + i)
                    .put("type", "delay")
                    .withObject("/config")
                    .put("delayMs", 0);
        }

        assertThat(CHECK.check(DefinitionJson.read(json)))
                .singleElement()
                .satisfies(fault -> assertThat(fault.remedy()).isEqualTo("Keep a workflow within 500 nodes."));
    }

    /** Else a continuous workflow would stop after its first run, and nobody would know why. */
    @Test
    void whatIsNotThereWhenARunIsOverIsWarnedOfInContinueWhile() {
        String definition = """
            {"nodes":[{"id":"a","type":"delay","config":{"delayMs":0}}],"settings":{"continueWhile":"%s"}}\
            """;

        assertThat(check(definition.formatted("execution.id != '' && record.more && execution.attempt > 0")))
                .extracting(DefinitionFault::severity, DefinitionFault::field, DefinitionFault::detail)
                .containsExactlyInAnyOrder(
                        tuple(
                                Severity.WARNING,
                                "settings.continueWhile",
                                "refers to execution, which is not there when a run is over"),
                        tuple(
                                Severity.WARNING,
                                "settings.continueWhile",
                                "refers to record, which is not there when a run is over"));
        assertThat(check(definition.formatted("a.more && NOW > variables.until")))
                .isEmpty();
    }

    @Test
    void anEmptyWorkflowIsOnlyWarnedOf() {
        assertThat(check("{}"))
                .singleElement()
                .satisfies(fault -> assertThat(fault.isError()).isFalse());
    }

    private static List<DefinitionFault> check(String json) {
        return CHECK.check(read(json));
    }

    private static Reading read(String json) {
        return DefinitionJson.read(json.getBytes(StandardCharsets.UTF_8));
    }
}

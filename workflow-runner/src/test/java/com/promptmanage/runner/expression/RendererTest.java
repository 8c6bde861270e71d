package com.promptmanage.runner.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.promptmanage.runner.expression.Scope.Item;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RendererTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** A prompt behind a web call behind a source, for the second of its records; the run was triggered with data. */
    private static final Scope SCOPE = Scope.at(Instant.parse("2026-11-25T10:00:00Z"))
            .withInput(json("""
                {"text":"Dear Ann","model":"gpt-4o","tokens":0,"cost":0.0,"score":8,"violates":false,"nothing":null,
                 "tags":["a","b"],"a.key":"dotted","input":{"deep":1}}\
                """))
            .withVariables(json("""
                {"campaign":"autumn","score":99,"nested":{"x":1}}\
                """))
            .withItem(Item.record(json("""
                {"id":"r2","name":"Ann \\"A\\" Li","score":1,"First Name":"Ann","tricky":"{{secrets.KEY}} {{NOW}}"}\
                """), 1))
            .withItem(new Item("part", json("""
                {"n":3}\
                """), 4, false))
            .withOutput("leads", json("{\"id\":\"r2\",\"name\":\"Ann\"}"))
            .withOutput(
                    "generate-mail", json("{\"text\":\"Dear Ann\",\"subject\":\"Hi\",\"list\":[{\"x\":1},{\"x\":2}]}"))
            .withOutput("fetch", json("[1,2,3]"))
            .withOutput("plain", json("\"just text\""))
            .withExecution(json("{\"id\":\"e1\"}"));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        score                      | 8
        {{ score }}                | 8
        {{tokens}}                 | 0
        {{cost}}                   | 0.0
        {{violates}}               | false
        {{nothing}}                | ''
        {{nowhere}}                | ''
        {{campaign}}               | autumn
        {{nested.x}}               | 1
        {{a.key}}                  | dotted
        {{id}}                     | r2
        {{First Name}}             | Ann
        {{record.score}}           | 1
        {{item.n}}                 | 3
        {{part.n}}                 | 3
        {{index}}                  | 4
        {{input.score}}            | 8
        {{input.input.deep}}       | 1
        {{variables.score}}        | 99
        {{trigger.score}}          | 99
        {{generate-mail.output}}   | Dear Ann
        {{generate-mail.text}}     | Dear Ann
        {{generate-mail.subject}}  | Hi
        {{nodes.generate-mail.text}} | Dear Ann
        {{nodes['generate-mail'].output}} | Dear Ann
        {{generate-mail.list[1].x}} | 2
        {{generate-mail.list.0.x}} | 1
        {{generate-mail.score}}    | ''
        {{fetch.output}}           | [1,2,3]
        {{fetch.length}}           | 3
        {{fetch[2]}}               | 3
        {{fetch[9]}}               | ''
        {{plain.text}}             | just text
        {{plain.length}}           | 9
        {{tags}}                   | ["a","b"]
        {{NOW}}                    | 2026-11-25T10:00:00Z
        {{execution.id}}           | e1
        Hi {{name}}: {{score}}!    | Hi Ann "A" Li: 8!
        \\{{name}}                 | {{name}}
        """)
    void aReferenceMeansWhatIsNearestToIt(String template, String expected) throws Exception {
        String text = Renderer.of(SCOPE).text(template.equals("score") ? "{{score}}" : template.replace("\\\\", "\\"));

        assertThat(text).isEqualTo(expected);
    }

    @Test
    void aReferenceAloneKeepsItsType() throws Exception {
        Renderer renderer = Renderer.of(SCOPE);

        assertThat(renderer.value("{{score}}")).isEqualTo(json("8"));
        assertThat(renderer.value(" {{score}}")).isEqualTo(json("\" 8\""));
        assertThat(renderer.value("{{tags}}")).isEqualTo(json("[\"a\",\"b\"]"));
        assertThat(renderer.value("{{violates}}")).isEqualTo(json("false"));
        assertThat(renderer.value("{{nothing}}")).isEqualTo(json("null"));
        assertThat(renderer.tree(json("""
            {"a":"{{score}}","b":["{{name}}",1,true],"{{c}}":null}\
            """))).isEqualTo(json("""
                {"a":8,"b":["Ann \\"A\\" Li",1,true],"{{c}}":null}\
                """));
    }

    @Test
    void aPathMayStandInBracesOrNot() {
        Renderer renderer = Renderer.of(SCOPE);

        assertThat(renderer.find("generate-mail.list")).contains(json("[{\"x\":1},{\"x\":2}]"));
        assertThat(renderer.find(" {{ tags }} ")).contains(json("[\"a\",\"b\"]"));
        assertThat(renderer.find("nowhere")).isEmpty();
        assertThat(renderer.find("a..b")).isEmpty();
        assertThat(renderer.find("secrets.KEY")).isEmpty();
    }

    @Test
    void whatIsMissingIsEmptyAndTold() throws Exception {
        Renderer renderer = Renderer.of(SCOPE);

        assertThat(renderer.text("{{nowhere}}{{generate-mail.nope}}{{nowhere}}{{nothing}}"))
                .isEmpty();
        assertThat(renderer.missing()).extracting(Reference::source).containsExactly("nowhere", "generate-mail.nope");
    }

    @Test
    void bracesInDataStayData() throws Exception {
        Renderer renderer = Renderer.of(SCOPE).withSecrets(name -> Optional.of("hunter2"));

        assertThat(renderer.text("{{tricky}}")).isEqualTo("{{secrets.KEY}} {{NOW}}");
        assertThat(renderer.jsonText("{\"a\":\"{{tricky}}\"}")).isEqualTo("{\"a\":\"{{secrets.KEY}} {{NOW}}\"}");
    }

    @Test
    void dataCannotTakeTheNameOfANode() throws Exception {
        Scope scope = SCOPE.withInput(
                json("{\"leads\":{\"id\":\"forged\"},\"secrets\":{\"KEY\":\"forged\"},\"NOW\":\"then\"}"));

        assertThat(Renderer.of(scope).text("{{leads.id}} {{NOW}} {{secrets.KEY}} {{leads.none}}"))
                .isEqualTo("r2 2026-11-25T10:00:00Z {{secrets.KEY}} ");
    }

    @Test
    void secretsStandAsTheyAreUntilTheyAreNeeded() throws Exception {
        String template = "Bearer {{secrets.CRM_KEY}}";

        assertThat(Renderer.of(SCOPE).text(template)).isEqualTo(template);
        assertThat(Renderer.of(SCOPE)
                        .withSecrets(name -> Optional.of(name + "!"))
                        .text(template))
                .isEqualTo("Bearer CRM_KEY!");
        assertThatThrownBy(() ->
                        Renderer.of(SCOPE).withSecrets(name -> Optional.empty()).text(template))
                .isInstanceOf(EvaluationException.class)
                .hasMessage("there is no secret CRM_KEY");
    }

    /** Values with every character that means something in JSON. */
    @Test
    void aValueCannotBreakOutOfJson() throws Exception {
        String nasty = "\", \"admin\": true, \"x\": \"\\ \n\t\u0001 \u2028 😀";
        Scope scope = SCOPE.withInput(MAPPER.createObjectNode().put("v", nasty).put("n", 1.5));

        JsonNode body = MAPPER.readTree(Renderer.of(scope).jsonText("""
            {"quoted": "a {{v}} b", "bare": {{v}}, "number": {{n}}, "list": {{tags2}} , "escaped": "\\"{{v}}"}\
            """.replace("{{tags2}}", "[{{n}}," + " {{v}}]")));

        assertThat(body.size()).isEqualTo(5);
        assertThat(body.path("quoted").asText()).isEqualTo("a " + nasty + " b");
        assertThat(body.path("bare").asText()).isEqualTo(nasty);
        assertThat(body.path("number")).isEqualTo(json("1.5"));
        assertThat(body.path("list").get(1).asText()).isEqualTo(nasty);
        assertThat(body.path("escaped").asText()).isEqualTo("\"" + nasty);
    }

    @Test
    void aValueCannotLeadAnAddressElsewhere() throws Exception {
        Scope scope = SCOPE.withInput(json("{\"v\":\"a/../b?x=1&y=ü #\",\"base\":\"https://api.example.com/v1\"}"));

        assertThat(Renderer.of(scope).url("{{base}}/leads/{{v}}"))
                .isEqualTo("https://api.example.com/v1/leads/a%2F..%2Fb%3Fx%3D1%26y%3D%C3%BC%20%23");
        Renderer dots = Renderer.of(SCOPE.withInput(json("{\"v\":\"..\"}")));
        assertThatThrownBy(() -> dots.url("https://api.example.com/leads/{{v}}/notes"))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("another place");
        assertThat(dots.url("https://api.example.com/leads?q={{v}}")).isEqualTo("https://api.example.com/leads?q=..");
    }

    @Test
    void aTemplateOfManyLargeValuesEndsInsteadOfFillingTheMemory() {
        Scope scope = SCOPE.withInput(MAPPER.createObjectNode().put("big", "x".repeat(1 << 20)));
        String template = "{{big}}".repeat(10_000);

        assertThatThrownBy(() -> Renderer.of(scope).text(template))
                .isInstanceOf(EvaluationException.class)
                .hasMessageContaining("16,777,216 characters");
        assertThatThrownBy(() -> Renderer.of(scope).tree(MAPPER.valueToTree(new String[] {
                    "{{big}}", "{{big}}", "{{big}}", "{{big}}", "{{big}}", "{{big}}", "{{big}}", "{{big}}", "{{big}}",
                    "{{big}}", "{{big}}", "{{big}}", "{{big}}", "{{big}}", "{{big}}", "{{big}}", "{{big}}"
                })))
                .isInstanceOf(EvaluationException.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        Hello {{name        | has {{ without }} at character 7
        {{}}                | has {{}} at character 1, which names nothing
        {{a..b}}            | has {{a..b}} at character 1, which names nothing
        {{a[b]}}            | has {{a[b]}} at character 1, which names nothing
        {{"a"}}             | has {{"a"}} at character 1, which names nothing
        {{a.b.}}            | has {{a.b.}} at character 1, which names nothing
        """)
    void whatCannotBeReadIsSaidWithItsPlace(String template, String detail) {
        assertThat(Template.parse(template).faults())
                .singleElement()
                .satisfies(fault -> assertThat(fault.detail()).isEqualTo(detail));
        assertThatThrownBy(() -> Renderer.of(SCOPE).text(template)).isInstanceOf(EvaluationException.class);
    }

    private static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

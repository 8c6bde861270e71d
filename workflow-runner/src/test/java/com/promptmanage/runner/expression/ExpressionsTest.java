package com.promptmanage.runner.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.promptmanage.runner.expression.Scope.Item;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionsTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private static final Expressions EXPRESSIONS = new Expressions();

    private static final Scope SCOPE = Scope.at(Instant.parse("2026-11-25T10:00:00Z"))
            .withInput(json("""
                {"score":8,"cost":0.5,"violates":true,"text":"please refund","nothing":null,"tags":["a","b"],"type":"lead",
                 "empty":"","zero":0,"big":9007199254740993,"of":{"length":42}}\
                """))
            .withVariables(json("{\"shouldContinue\":true}"))
            .withItem(Item.record(json("{\"name\":\"Ann\",\"n\":3}"), 1))
            .withOutput("analyze_fit", json("{\"text\":\"hello\",\"score\":7,\"parts\":[{\"x\":1},{\"x\":2}]}"))
            .withOutput("with-dash", json("{\"text\":\"dashed\"}"));

    /** The names seen in the product's own conditions, then its helpers, then what CEL brings. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        analyze_fit.score > 7                        | false
        analyze_fit.score >= 7                       | true
        analyze_fit.output.length == 5               | true
        analyze_fit.output === "hello"               | true
        analyze_fit.text !== 'other'                 | true
        violates === true                            | true
        shouldContinue                               | true
        score > 7 && cost < 1                        | true
        score === 8.0                                | true
        score > 7.5                                  | true
        cost + 1                                     | 1.5
        score * cost                                 | 4.0
        8 / 3                                        | 2
        8 / 2.5                                      | 3.2
        contains(text, "refund")                     | true
        contains(tags, "b")                          | true
        contains(nothing, "b")                       | false
        tags.contains("b")                           | true
        "a" in tags                                  | true
        length(text)                                 | 13
        length(tags) == tags.length                  | true
        text.length > 3 && tags . length == 2        | true
        of.length                                    | 42
        "x.length === y"                             | "x.length === y"
        isEmpty(empty) && isEmpty(nothing)           | true
        isEmpty(nowhere)                             | true
        isEmpty(zero)                                | false
        nowhere == null && nothing == null           | true
        has(analyze_fit.score) && !has(input.nope)   | true
        type == "lead"                               | true
        {{score}} > 7                                | true
        {'a': {'b': score}}.a.b                      | 8
        {'a': {'b': 1}}                              | {"a":{"b":1}}
        nodes['with-dash'].text                      | "dashed"
        nodes["with-dash"].output == 'dashed'        | true
        record.name + "/" + name                     | "Ann/Ann"
        index                                        | 1
        big                                          | 9007199254740993
        big + 0                                      | 9007199254740993
        analyze_fit.parts.map(p, p.x * 2)            | [2,4]
        analyze_fit.parts.filter(p, p.x > 1)[0].x    | 2
        analyze_fit.parts.exists(p, p.x == 2)        | true
        tags + ["c"]                                 | ["a","b","c"]
        text.startsWith("please")                    | true
        text.matches("ref.nd")                       | true
        text.matches("^(a+)+$")                      | false
        lower("ÄB") + upper("c") + trim("  d ")      | "äbCd"
        join(tags, ", ")                             | "a, b"
        round(2.0 / 3, 2)                            | 0.67
        string(score) + "!"                          | "8!"
        int("7") + 1                                 | 8
        score > 5 ? "high" : "low"                   | "high"
        timestamp(NOW) > timestamp("2026-01-01T00:00:00Z") | true
        NOW                                          | "2026-11-25T10:00:00Z"
        analyze_fit                                  | {"text":"hello","score":7,"parts":[{"x":1},{"x":2}]}
        """)
    void anExpressionComesToItsValue(String source, String expected) throws Exception {
        assertThat(EXPRESSIONS.compile(source).evaluate(SCOPE)).isEqualTo(json(expected));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        nowhere > 7                | the values beside > do not go together: they are of different types, or one is not there (not there: nowhere)
        analyze_fit.nope > 7       | key 'nope' is not there
        score > "7"                | the values beside > do not go together: they are of different types, or one is not there
        text + 1                   | the values beside + do not go together: they are of different types, or one is not there
        score / (score - score)    | it divides by zero
        size(score)                | size does not take values of these types, or one is not there
        round(1e300, 400)          | round takes a number and from 0 to 15 places
        round(nowhere, 2)          | round takes a number and from 0 to 15 places (not there: nowhere)
        length(score)              | length takes a text, a list or an object
        variables["__proto__"]     | key '__proto__' is not there
        variables["/ by zero"]     | key '/ by zero' is not there
        b"abc"                     | it comes to bytes, which JSON does not have
        [1, b"abc"]                | it comes to bytes, which JSON does not have
        1e308 * 10.0               | it comes to a number without end, which JSON does not have
        """)
    void whatCannotBeEvaluatedSaysWhy(String source, String message) throws Exception {
        Expression expression = EXPRESSIONS.compile(source);

        assertThatThrownBy(() -> expression.evaluate(SCOPE))
                .isInstanceOf(EvaluationException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "score.nope > 1",
                "text.all(t, t == 'a')",
                "score && true",
                "text.matches('(')",
                "timestamp('soon')",
                "timestamp(NOW).getHours('Nowhere/AtAll')",
                "tags[5]",
                "int(text)"
            })
    void whatCannotBeEvaluatedNamesNothingOfTheEngine(String source) throws Exception {
        Expression expression = EXPRESSIONS.compile(source);

        assertThatThrownBy(() -> expression.evaluate(SCOPE))
                .isInstanceOf(EvaluationException.class)
                .message()
                .isNotBlank()
                .doesNotContain("failed with arg", "evaluation error", "please refund", "Cel", "messages or maps");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        score >                    | 7
        text > > 3                 | 7
        nofunction(score)          | 10
        "a" > 3                    | 4
        a.length > && b            | 11
        secrets.KEY == "x"         | 0
        score > 7 && secrets.A     | 13
        """)
    void whatIsWrongIsSaidWithItsPlace(String source, int offset) {
        ExpressionFaultsException faults =
                catchThrowableOfType(ExpressionFaultsException.class, () -> EXPRESSIONS.compile(source));

        assertThat(faults.faults().getFirst().offset()).isEqualTo(offset);
        assertThat(faults.faults()).allSatisfy(fault -> {
            assertThat(fault.detail()).isNotBlank().doesNotContain("dev.cel");
            assertThat(fault.remedy()).isNotBlank();
        });
    }

    @Test
    void whatItRefersToIsKnownBeforeItRuns() throws Exception {
        Expression expression = EXPRESSIONS.compile(
                "analyze_fit.score > 7 && nodes['a-b'].parts[0].x == 1 && tags.all(t, t != other.name) && has(a.b)");

        assertThat(expression.references())
                .extracting(Reference::source)
                .containsExactlyInAnyOrder("analyze_fit.score", "nodes.a-b.parts.0.x", "tags", "other.name", "a.b");
        assertThat(expression.canBeTruth()).isTrue();
        assertThat(EXPRESSIONS.compile("score + 1").canBeTruth()).isTrue();
        assertThat(EXPRESSIONS.compile("length(text)").canBeTruth()).isFalse();
        assertThat(EXPRESSIONS.compile("text == '{{name}}'").hasBracesInText()).isTrue();
    }

    @Test
    void namesGivenForOneEvaluationGoFirst() throws Exception {
        Map<String, JsonNode> more = Map.of("accumulator", json("2"), "item", json("{\"n\":5}"));

        assertThat(EXPRESSIONS.compile("accumulator + item.n").evaluate(SCOPE, more))
                .isEqualTo(json("7"));
    }

    @Test
    void whatCannotBeReadSaysWhyWithoutTheParsersTables() {
        for (String source : List.of("1 +", "(score > 7", "score >> 7", "score > ")) {
            assertThatThrownBy(() -> EXPRESSIONS.compile(source))
                    .isInstanceOfSatisfying(
                            ExpressionFaultsException.class,
                            refused -> assertThat(refused.faults())
                                    .isNotEmpty()
                                    .allSatisfy(fault -> assertThat(fault.detail())
                                            .doesNotContain("<EOF>", "expecting", "NUM_UINT")));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '~', quoteCharacter = '`', textBlock = """
        text ==== 'x' &&      ~ 8  ~ has a single = where it cannot stand            ~ Compare with ==
        score = 7             ~ 6  ~ has a single = where it cannot stand            ~ Compare with ==
        score => 7            ~ 6  ~ has a single = where it cannot stand            ~ or with >=
        violates & isEmpty(x) ~ 9  ~ has a single & where it cannot stand            ~ Write && for and
        violates | isEmpty(x) ~ 9  ~ has a single | where it cannot stand            ~ Write || for or
        text == 'refund       ~ 8  ~ has a text without its closing ' where it cannot stand ~ the same quote
        text == “refund”      ~ 8  ~ has “ where it cannot stand                     ~ straight quotes
        #score > 7            ~ 0  ~ has # where it cannot stand                     ~ Remove it
        (score > 7            ~ 10 ~ ends before its ')'                             ~ Finish it
        score > 7)            ~ 9  ~ has ) where it cannot stand                     ~ Remove it
        score >               ~ 7  ~ ends where something is still to come           ~ Finish it
        nofunction(score)     ~ 10 ~ calls nofunction, which is no function here     ~ Functions are
        if (violates)         ~ 0  ~ has the word if, which means something else in expressions ~ Write an expression
        """)
    void theCommonestSlipsAreToldInPlainWordsWithTheirPlace(String source, int offset, String detail, String remedy) {
        ExpressionFaultsException faults =
                catchThrowableOfType(ExpressionFaultsException.class, () -> EXPRESSIONS.compile(source));

        ExpressionFault first = faults.faults().getFirst();
        assertThat(first.offset()).isEqualTo(offset);
        assertThat(first.detail()).isEqualTo(detail);
        assertThat(first.remedy()).contains(remedy);
        assertThat(faults.faults())
                .allSatisfy(fault -> assertThat(fault.detail()).doesNotContain("token recognition", "undeclared"));
    }

    /** Ways into the machine that have worked elsewhere: each is a name that is not there, or not an expression. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "''.class.forName('java.lang.Runtime')",
                "''.getClass().forName('java.lang.System').getMethod('exit')",
                "text.getClass()",
                "T(java.lang.System).getProperty('user.name')",
                "System.getProperty('user.name')",
                "new String(Runtime.getRuntime().exec('id').getInputStream().readAllBytes())",
                "Runtime.getRuntime().exec('id')",
                "this.constructor.constructor('return process')()",
                "(function(){ return this })()",
                "`${process.env}`",
                "process.mainModule.require('child_process').execSync('id')",
                "text.bytes",
                "tags.stream()",
                "analyze_fit.parts.add(9)",
                "__proto__.polluted",
                "input.constructor",
                "$eval('1+1')",
                "import('fs')",
                "while(true){}",
                "google.protobuf.Any{}",
                "${jndi:ldap://x}"
            })
    void nothingLeadsOutOfTheValues(String attack) {
        assertThatThrownBy(() -> EXPRESSIONS.compile(attack).evaluate(SCOPE))
                .isInstanceOfAny(ExpressionFaultsException.class, EvaluationException.class);
    }

    @Test
    void loopsWithinLoopsEnd() throws Exception {
        Scope scope = SCOPE.withInput(MAPPER.createObjectNode().set("xs", numbers(60)));
        Expression nest = EXPRESSIONS.compile("xs.all(a, xs.all(b, xs.all(c, xs.all(e, xs.all(f, a+b+c+e+f >= 0)))))");

        assertThatThrownBy(() -> nest.evaluate(scope)).isInstanceOf(EvaluationException.class);
    }

    @Test
    void dearStepsEndByTheClock() throws Exception {
        Scope scope = SCOPE.withInput(
                MAPPER.createObjectNode().put("text", "a".repeat(1 << 20) + "b").set("xs", numbers(9_000)));
        Expression slow = EXPRESSIONS.compile("xs.all(x, !text.matches('(a|aa|b)*c'))");

        assertThatThrownBy(() -> slow.evaluate(scope))
                .isInstanceOf(EvaluationException.class)
                .hasMessage("it takes longer than 1,000 ms");
    }

    /** As in a process that has just begun, on a machine that others keep busy. */
    @Test
    void whoWaitsForAProcessorIsNotTakenForOneWhoComputes() throws Exception {
        var clock = new AtomicLong();
        var late = new Allowance(() -> clock.addAndGet(Duration.ofSeconds(2).toNanos()));

        assertThat(EXPRESSIONS.compile("score > 7").evaluate(SCOPE, Map.of(), late))
                .isEqualTo(json("true"));
        assertThat(late.isOutOfTime()).isTrue();
    }

    @Test
    void textsDoNotGrowWithoutEnd() throws Exception {
        Scope scope = SCOPE.withInput(
                MAPPER.createObjectNode().put("big", "a".repeat(1 << 20)).set("xs", numbers(40)));

        for (String source : new String[] {
            "xs.map(a, xs.map(b, big + big))",
            "big" + " + big".repeat(30),
            "xs.map(a, xs.map(b, big))",
            "xs.map(a, lower(big))",
            "join(xs.map(a, big), '-')"
        }) {
            assertThatThrownBy(() -> EXPRESSIONS.compile(source).evaluate(scope))
                    .as(source)
                    .isInstanceOf(EvaluationException.class)
                    .hasMessageMatching("it makes more than 16,777,216 characters|it takes longer than 1,000 ms");
        }
    }

    @Test
    void patternsThatWouldGrowAreRefused() throws Exception {
        Expression expression = EXPRESSIONS.compile("text.matches('((a{100}){100}){100}')");

        assertThatThrownBy(() -> expression.evaluate(SCOPE)).isInstanceOf(EvaluationException.class);
    }

    @Test
    void longAndDeepExpressionsAreFaultsAtWorst() {
        for (String source : new String[] {
            "1" + " + 1".repeat(4_000),
            "(".repeat(5_000),
            "(".repeat(3_000) + "1" + ")".repeat(3_000),
            "[".repeat(2_000) + "]".repeat(2_000),
            "!".repeat(9_999) + "true",
            "-".repeat(9_000) + "1",
            "a" + ".b".repeat(4_000),
            "x ? ".repeat(2_000) + "1" + " : 2".repeat(2_000),
            "''''''".repeat(1_000),
            "\\".repeat(9_000),
            "'\\",
            "\"".repeat(9_999),
            "{{".repeat(4_999),
            "\u0000\ud800"
        }) {
            Throwable thrown = catchThrowable(() -> EXPRESSIONS.compile(source).evaluate(SCOPE));

            if (thrown != null) {
                assertThat(thrown)
                        .as("%d characters of %s", source.length(), source.substring(0, Math.min(20, source.length())))
                        .isInstanceOfAny(ExpressionFaultsException.class, EvaluationException.class);
            }
        }
    }

    /** Ten megabytes are looked into where they are; copying them for each evaluation would take seconds here. */
    @Test
    void aLargeInputIsNotCopied() throws Exception {
        Scope scope = SCOPE.withInput(MAPPER.createObjectNode()
                .put("score", 8)
                .set("rows", MAPPER.createArrayNode().addAll(numbers(1_000_000))));
        Expression expression =
                EXPRESSIONS.compile("input.score > 7 && input.rows[999999] == 999999 && length(rows) > 3");

        for (int i = 0; i < 1_000; i++) {
            assertThat(expression.evaluate(scope).booleanValue()).isTrue();
        }
    }

    @Test
    void whatHasBeenCompiledIsRemembered() throws Exception {
        assertThat(EXPRESSIONS.compile("score > 12345")).isSameAs(EXPRESSIONS.compile("score > 12345"));
    }

    private static ArrayNode numbers(int count) {
        var list = MAPPER.createArrayNode();
        for (int i = 0; i < count; i++) {
            list.add(i);
        }
        return list;
    }

    private static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

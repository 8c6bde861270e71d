package com.promptmanage.runner.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.expression.Expressions;
import com.promptmanage.runner.template.TemplateParameter.Kind;
import com.promptmanage.service.http.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The cases are those of the dashboard's own test too: what its form lets pass is what is taken. */
class ValueFitTest {

    static Stream<Arguments> cases() {
        return read().valueStream()
                .map(one -> argumentSet("%s %s".formatted(one.path("kind").asText(), one.path("value")), one));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsTypedBecomesWhatTheDefinitionNeedsOrIsRefused(JsonNode one) {
        ValueFit.Verdict verdict = ValueFit.of(parameter(one), one.path("value").asText());

        ValueFit.Verdict expected = one.has("becomes")
                ? new ValueFit.Taken(one.path("becomes").asText())
                : new ValueFit.Refused(
                        one.path("detail").asText(), one.path("remedy").asText());
        assertThat(verdict).isEqualTo(expected);
    }

    static Stream<String> expressions() {
        return read().valueStream()
                .filter(one -> Set.of(Kind.NUMBER, Kind.LIST).contains(kind(one)) && one.has("becomes"))
                .map(one -> one.path("becomes").asText());
    }

    @ParameterizedTest
    @MethodSource("expressions")
    void whatBecomesOfANumberOrAListCanStandInAnExpression(String becomes) {
        assertThatCode(() -> new Expressions().compile("[%s]".formatted(becomes)))
                .doesNotThrowAnyException();
    }

    @Test
    void eachKindThatIsTypedHasCases() {
        assertThat(read().valueStream().map(ValueFitTest::kind))
                .contains(Kind.TEXT, Kind.NUMBER, Kind.LIST, Kind.EMAIL, Kind.URL);
    }

    private static TemplateParameter parameter(JsonNode one) {
        return new TemplateParameter(
                "P", kind(one), "One", "One of many.", null, null, bound(one, "minimum"), bound(one, "maximum"), null);
    }

    private static Kind kind(JsonNode one) {
        return Arrays.stream(Kind.values())
                .filter(kind -> kind.value().equals(one.path("kind").asText()))
                .findFirst()
                .orElseThrow();
    }

    private static @Nullable BigDecimal bound(JsonNode one, String name) {
        return one.has(name) ? one.path(name).decimalValue() : null;
    }

    private static JsonNode read() {
        try (InputStream cases =
                Objects.requireNonNull(ValueFitTest.class.getResourceAsStream("parameter-values.json"), "no cases")) {
            return Json.mapper().readTree(cases);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

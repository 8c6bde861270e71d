package com.promptmanage.runner.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.definition.DefinitionJson;
import com.promptmanage.runner.template.TemplateParameter.Kind;
import com.promptmanage.service.http.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The cases are those of the dashboard's own test too: what it offers is what is taken. */
class SourceFitTest {

    private static final TemplateCatalogue CATALOGUE = TemplateCatalogue.load();

    static Stream<Arguments> cases() {
        return read().valueStream()
                .map(one -> argumentSet(
                        one.path("template").asText(one.path("what").asText()) + " "
                                + one.path("parameter").asText(),
                        one));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theKindsThatDoAreThoseThatEveryNodeCanWorkWith(JsonNode one) {
        JsonNode definition = one.has("template")
                ? CATALOGUE
                        .find("template-" + one.path("template").asText())
                        .orElseThrow()
                        .definition()
                : one.path("definition");

        assertThat(SourceFit.fitting(
                        DefinitionJson.read(definition).definition(),
                        "{{%s}}".formatted(one.path("parameter").asText())))
                .extracting(kind -> kind.name().toLowerCase(Locale.ROOT))
                .containsExactlyElementsOf(
                        one.path("fits").valueStream().map(JsonNode::asText).toList());
    }

    @Test
    void noDataSourceOfATemplateIsLeftOut() {
        assertThat(read().valueStream()
                        .filter(one -> one.has("template"))
                        .map(one -> "template-%s %s"
                                .formatted(
                                        one.path("template").asText(),
                                        one.path("parameter").asText())))
                .containsExactlyInAnyOrderElementsOf(CATALOGUE.all().stream()
                        .flatMap(template -> template.parameters().stream()
                                .filter(parameter -> parameter.kind() == Kind.DATA_SOURCE)
                                .map(parameter -> template.id() + " " + parameter.name()))
                        .toList());
    }

    private static JsonNode read() {
        try (InputStream cases =
                Objects.requireNonNull(SourceFitTest.class.getResourceAsStream("source-fit.json"), "no cases")) {
            return Json.mapper().readTree(cases);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package com.promptmanage.runner.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Puts values into a node's templates, once and in one pass, and evaluates its expressions. References to secrets stand as they
 * are, unless it is {@linkplain #with told} them.
 */
interface Rendering {

    /** Always a text: objects and lists as JSON, nothing for what is not there. */
    String text(String template) throws RenderingException;

    /** As {@link #text}, with values written so that they may stand inside of JSON texts. */
    String textInJson(String template) throws RenderingException;

    /** Of an address: values are encoded, so that they cannot lead elsewhere, but for one at the very start. */
    String address(String template) throws RenderingException;

    /** A JSON value with its texts as templates; a reference alone in a text gives its value, of whatever type. */
    JsonNode tree(JsonNode templated) throws RenderingException;

    JsonNode evaluate(String expression, Map<String, JsonNode> more) throws RenderingException;

    /** The same, about another record. */
    Rendering about(JsonNode item, int index);

    /** The same, with secrets. For what goes outside, never for what is kept. */
    Rendering with(Function<String, Optional<String>> secrets);

    /** Makes them. */
    @FunctionalInterface
    interface Factory {
        Rendering of(NodeInvocation invocation);
    }
}

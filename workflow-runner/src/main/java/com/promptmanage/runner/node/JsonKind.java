package com.promptmanage.runner.node;

import com.fasterxml.jackson.databind.JsonNode;

/** What a value is, said to people. */
final class JsonKind {

    private JsonKind() {}

    static String of(JsonNode value) {
        return switch (value.getNodeType()) {
            case ARRAY -> "a list";
            case OBJECT, POJO -> "an object";
            case STRING, BINARY -> "a text";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            case NULL, MISSING -> "nothing";
        };
    }
}

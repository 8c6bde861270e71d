package com.promptmanage.runner.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.DefinitionFault;
import com.promptmanage.runner.definition.DefinitionJson;
import com.promptmanage.runner.definition.Reading;
import com.promptmanage.service.http.Fault;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lets only definitions in that can be run. */
final class DefinitionGate {

    private final Function<Reading, List<DefinitionFault>> check;

    /** @param check tells everything that is wrong with what was read */
    DefinitionGate(Function<Reading, List<DefinitionFault>> check) {
        this.check = check;
    }

    /**
     * A definition that can be run.
     *
     * @param text as it is stored
     * @param warnings of what is hardly as it is meant
     */
    record Stored(String text, List<DefinitionFault> warnings) {}

    /**
     * The definition as it is stored.
     *
     * @param faults gets everything that is wrong with it
     */
    Stored stored(@Nullable JsonNode json, Faults faults) {
        return json == null || json.isNull()
                ? new Stored(text(Definition.EMPTY), List.of())
                : judged(DefinitionJson.read(json), faults);
    }

    /**
     * A definition that was let in before, by the rules of that time.
     *
     * @param text as it is stored
     * @param faults gets everything that is wrong with it by the rules of today
     */
    Stored again(String text, Faults faults) {
        return judged(DefinitionJson.read(text.getBytes(StandardCharsets.UTF_8)), faults);
    }

    /** Everything that is wrong, warnings included, as the builder shows it. */
    ObjectNode verdict(JsonNode json) {
        List<DefinitionFault> found = check.apply(DefinitionJson.read(json));
        ObjectNode answer = Json.mapper().createObjectNode();
        answer.put("valid", found.stream().noneMatch(DefinitionFault::isError));
        answer.set("faults", json(found));
        return answer;
    }

    static ArrayNode json(List<DefinitionFault> faults) {
        ArrayNode list = Json.mapper().createArrayNode();
        faults.forEach(fault -> list.add(json(fault)));
        return list;
    }

    private static ObjectNode json(DefinitionFault fault) {
        ObjectNode json = Json.mapper().createObjectNode();
        json.put("severity", fault.severity().value());
        if (fault.nodeId() != null) {
            json.put("nodeId", fault.nodeId().value());
        }
        if (fault.edgeId() != null) {
            json.put("edgeId", fault.edgeId());
        }
        return json.put("field", fault.field())
                .put("detail", fault.detail())
                .put("remedy", fault.remedy())
                .put("message", fault.message());
    }

    private Stored judged(Reading reading, Faults faults) {
        List<DefinitionFault> found = check.apply(reading);
        found.stream()
                .filter(DefinitionFault::isError)
                .map(DefinitionGate::fault)
                .forEach(faults::add);
        return new Stored(
                text(reading.definition()),
                found.stream().filter(fault -> !fault.isError()).toList());
    }

    private static String text(Definition definition) {
        return new String(DefinitionJson.bytes(definition), StandardCharsets.UTF_8);
    }

    private static Fault fault(DefinitionFault fault) {
        String where = fault.about().map("(%s) "::formatted).orElse("");
        return new Fault(fault.fieldWithin("definition"), where + fault.detail(), fault.remedy());
    }
}

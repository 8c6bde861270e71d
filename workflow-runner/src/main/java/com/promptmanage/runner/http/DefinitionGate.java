package com.promptmanage.runner.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.DefinitionFault;
import com.promptmanage.runner.definition.DefinitionJson;
import com.promptmanage.runner.definition.Reading;
import com.promptmanage.runner.template.SetupRules;
import com.promptmanage.service.http.Fault;
import com.promptmanage.service.http.Faults;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.account.Account;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lets only definitions in that can be run. */
final class DefinitionGate {

    private final Function<Reading, List<DefinitionFault>> check;

    private final SetupRules rules;

    /**
     * @param check tells everything that is wrong with what was read
     * @param rules tell what is wrong with it for an account
     */
    DefinitionGate(Function<Reading, List<DefinitionFault>> check, SetupRules rules) {
        this.check = check;
        this.rules = rules;
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
     * @param account that it is to run for
     * @param faults gets everything that is wrong with it
     */
    Stored stored(@Nullable JsonNode json, Account account, Faults faults) {
        return json == null || json.isNull()
                ? new Stored(text(Definition.EMPTY), List.of())
                : judged(DefinitionJson.read(json), account, faults);
    }

    /**
     * A definition that was let in before, by the rules of that time.
     *
     * @param text as it is stored
     * @param account that it is to run for
     * @param faults gets everything that is wrong with it by the rules of today
     */
    Stored again(String text, Account account, Faults faults) {
        return judged(DefinitionJson.read(text.getBytes(StandardCharsets.UTF_8)), account, faults);
    }

    /**
     * Everything that is wrong, warnings included, as the builder shows it.
     *
     * @param account that it is to run for; null if that is not known, and so nothing about what the account has
     */
    ObjectNode verdict(JsonNode json, @Nullable Account account) {
        Reading reading = DefinitionJson.read(json);
        List<DefinitionFault> found = account == null ? check.apply(reading) : found(reading, account);
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

    private List<DefinitionFault> found(Reading reading, Account account) {
        var found = new ArrayList<>(check.apply(reading));
        found.addAll(rules.faults(account, reading));
        return found;
    }

    private Stored judged(Reading reading, Account account, Faults faults) {
        List<DefinitionFault> found = found(reading, account);
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

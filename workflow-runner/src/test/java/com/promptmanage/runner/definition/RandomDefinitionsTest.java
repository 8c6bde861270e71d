package com.promptmanage.runner.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.expression.Expressions;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Definitions by the thousand, good ones and ones with anything in them; a failure names its seed. */
class RandomDefinitionsTest {

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private static final DefinitionCheck CHECK = new DefinitionCheck(new Expressions());

    private static final List<String> TEXTS = List.of(
            "{{input}}",
            "{{n0.text}}",
            "{{n3.a[0].b}}",
            "{{secrets.X}}",
            "{{",
            "}}",
            "{{}}",
            "\\{{x}}",
            "a > ",
            "n1.score > 7",
            "input.x === 1",
            "((((",
            "'",
            "",
            "n2",
            "n5",
            "true",
            "false",
            "error",
            "\u0000",
            "{{nodes['n1'].text}}",
            "input");

    @Test
    void goodDefinitionsHaveNoErrorsAndAreInOrder() {
        for (long seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            ObjectNode json = good(random);

            Reading reading = DefinitionJson.read(json);
            List<DefinitionFault> faults = CHECK.check(reading);

            assertThat(faults).as("seed %d", seed).noneMatch(DefinitionFault::isError);
            assertInOrder(reading.definition(), seed);
            assertReadsBack(reading.definition(), seed);
        }
    }

    @Test
    void whateverIsInADocumentTheCheckSaysWhatIsWrong() {
        int withoutErrors = 0;
        for (long seed = 0; seed < 1_000; seed++) {
            var random = new Random(seed);
            JsonNode json = good(random);
            for (int i = random.nextInt(6); i >= 0; i--) {
                json = mutated(json, random);
            }

            Reading reading = DefinitionJson.read(json);
            List<DefinitionFault> faults = CHECK.check(reading);

            assertReadsBack(reading.definition(), seed);
            for (DefinitionFault fault : faults) {
                assertThat(fault.detail()).as("seed %d", seed).isNotBlank();
                assertThat(fault.remedy()).as("seed %d", seed).isNotBlank();
            }
            if (faults.stream().noneMatch(DefinitionFault::isError)) {
                withoutErrors++;
                assertInOrder(reading.definition(), seed);
            }
        }
        assertThat(withoutErrors).isBetween(30, 970);
    }

    private static void assertReadsBack(Definition definition, long seed) {
        byte[] written = DefinitionJson.bytes(definition);
        Definition again = DefinitionJson.read(written).definition();

        assertThat(text(DefinitionJson.bytes(again))).as("seed %d", seed).isEqualTo(text(written));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void assertInOrder(Definition definition, long seed) {
        Graph graph = Graph.of(definition);
        var seen = new HashSet<NodeId>();
        assertThat(graph.order()).as("seed %d", seed).hasSameSizeAs(definition.nodes());
        for (NodeId id : graph.order()) {
            assertThat(seen).as("seed %d", seed).containsAll(graph.predecessors(id));
            assertThat(seen).as("seed %d", seed).containsAll(graph.ancestors(id));
            seen.add(id);
        }
    }

    /** Edges lead from lower to higher numbers; nodes refer to any that come before. */
    private static ObjectNode good(Random random) {
        ObjectNode json = JSON.objectNode().put("version", "1.0");
        ArrayNode nodes = json.putArray("nodes");
        ArrayNode edges = json.putArray("edges");
        int count = 2 + random.nextInt(12);
        for (int i = 0; i < count; i++) {
            String source = i == 0 ? "" : "n" + random.nextInt(i);
            node(nodes, i, source, random);
            if (i > 0) {
                ObjectNode edge = edges.addObject()
                        .put("id", "e" + i)
                        .put("source", source)
                        .put("target", "n" + i);
                if (nodes.get(Integer.parseInt(source.substring(1)))
                        .path("type")
                        .asText()
                        .equals("condition")) {
                    edge.put("condition", Boolean.toString(random.nextBoolean()));
                }
            }
        }
        return json;
    }

    private static void node(ArrayNode nodes, int i, String before, Random random) {
        ObjectNode node = nodes.addObject().put("id", "n" + i).put("label", "Node " + i);
        ObjectNode config = node.putObject("config");
        String reference = before.isEmpty() ? "{{input}}" : "{{%s.text}}".formatted(before);
        switch (random.nextInt(6)) {
            case 0 -> {
                node.put("type", "prompt");
                config.put("promptTemplate", "Say " + reference)
                        .put("model", "gpt-4o")
                        .put("temperature", random.nextInt(3) / 2.0);
            }
            case 1 -> {
                node.put("type", "condition");
                config.put("condition", before.isEmpty() ? "input.ok === true" : before + ".n > " + random.nextInt(9));
            }
            case 2 -> {
                node.put("type", "webhook");
                config.put("url", "https://example.com/" + reference).put("method", "POST");
                config.putObject("body")
                        .put("a", reference)
                        .put("n", random.nextDouble())
                        .put("big", random.nextLong());
            }
            case 3 -> {
                node.put("type", "transform");
                config.put("transformType", "custom").put("code", "length(string(input))");
            }
            case 4 -> {
                node.put("type", "output");
                config.put("destination", "slack").putObject("mapping").put("text", reference);
            }
            default -> {
                node.put("type", "delay");
                config.put("delayMs", random.nextInt(1000));
            }
        }
    }

    /** The same with one value somewhere replaced, removed or repeated. */
    private static JsonNode mutated(JsonNode json, Random random) {
        JsonNode copy = json.deepCopy();
        List<JsonNode> containers = new ArrayList<>();
        collect(copy, containers);
        JsonNode chosen = containers.get(random.nextInt(containers.size()));
        if (chosen instanceof ObjectNode object && !object.isEmpty()) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            String name = names.get(random.nextInt(names.size()));
            switch (random.nextInt(4)) {
                case 0 -> object.remove(name);
                case 1 -> object.set(name + "x", any(random));
                default -> object.set(name, any(random));
            }
        } else if (chosen instanceof ArrayNode array && !array.isEmpty()) {
            int index = random.nextInt(array.size());
            switch (random.nextInt(3)) {
                case 0 -> array.remove(index);
                case 1 -> array.add(array.get(index).deepCopy());
                default -> array.set(index, any(random));
            }
        }
        return copy;
    }

    private static void collect(JsonNode json, List<JsonNode> containers) {
        if (json.isContainerNode()) {
            containers.add(json);
            json.forEach(child -> collect(child, containers));
        }
    }

    private static JsonNode any(Random random) {
        return switch (random.nextInt(9)) {
            case 0 -> JSON.nullNode();
            case 1 -> JSON.booleanNode(random.nextBoolean());
            case 2 -> JSON.numberNode(random.nextLong());
            case 3 -> JSON.numberNode(random.nextGaussian());
            case 4 -> JSON.objectNode();
            case 5 -> JSON.arrayNode().add("n1").add(3);
            default -> JSON.textNode(TEXTS.get(random.nextInt(TEXTS.size())));
        };
    }
}

package com.promptmanage.runner.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a node's templates and expressions may refer to. JSON values are not changed here, and not to be changed by others
 * while this is in use.
 *
 * @param input what the node before put out
 * @param outputs by node id, of the nodes that ran before; of one whose items this is about, the current item
 * @param variables what the run was triggered with: an object
 * @param items that this is about, outermost first
 * @param execution the run itself: an object
 * @param now when this attempt began: one time for all of a node's fields
 */
public record Scope(
        JsonNode input,
        Map<String, JsonNode> outputs,
        JsonNode variables,
        List<Item> items,
        JsonNode execution,
        Instant now) {

    public Scope {
        outputs = Collections.unmodifiableMap(new HashMap<>(outputs));
        items = List.copyOf(items);
    }

    /**
     * An item of a list that is worked through one by one.
     *
     * @param name by which it can be referred to, besides {@code item}
     * @param isRecord whether {@code record} means it, and its fields can be named without it
     */
    public record Item(String name, JsonNode value, int index, boolean isRecord) {

        public static Item record(JsonNode value, int index) {
            return new Item(Names.RECORD, value, index, true);
        }
    }

    /** With nothing to refer to but the time. */
    public static Scope at(Instant now) {
        JsonNode nothing = JsonNodeFactory.instance.objectNode();
        return new Scope(nothing, Map.of(), nothing, List.of(), nothing, now);
    }

    public Scope withInput(JsonNode other) {
        return new Scope(other, outputs, variables, items, execution, now);
    }

    public Scope withOutput(String nodeId, JsonNode output) {
        var more = new HashMap<>(outputs);
        more.put(nodeId, output);
        return new Scope(input, more, variables, items, execution, now);
    }

    public Scope withVariables(JsonNode other) {
        return new Scope(input, outputs, other, items, execution, now);
    }

    public Scope withItem(Item item) {
        var more = new ArrayList<>(items);
        more.add(item);
        return new Scope(input, outputs, variables, more, execution, now);
    }

    public Scope withExecution(JsonNode other) {
        return new Scope(input, outputs, variables, items, other, now);
    }
}

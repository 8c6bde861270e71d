package com.promptmanage.runner.definition;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.definition.DefinitionFault.Place;
import com.promptmanage.runner.definition.NodeConfig.Loop;
import com.promptmanage.runner.definition.NodeConfig.Prompt;
import com.promptmanage.runner.definition.NodeConfig.ResponseFormat;
import com.promptmanage.runner.expression.Expression;
import com.promptmanage.runner.expression.ExpressionFault;
import com.promptmanage.runner.expression.ExpressionFaultsException;
import com.promptmanage.runner.expression.Expressions;
import com.promptmanage.runner.expression.Names;
import com.promptmanage.runner.expression.Reference;
import com.promptmanage.runner.expression.Template;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What must hold of templates and expressions, and of what they refer to. */
final class TextRules {

    /** What a prompt puts out, whatever its answer is, or what is told of its failure. */
    private static final Set<String> PROMPT_FIELDS = Set.of(
            "error",
            "text",
            "output",
            "json",
            "model",
            "provider",
            "finishReason",
            "simulated",
            "tokens",
            "inputTokens",
            "outputTokens",
            "reasoningTokens",
            "cachedInputTokens",
            "cost",
            "costNanoUsd");

    /** What is there only while a node runs. */
    private static final Set<String> OF_ONE_NODE = Set.of(Names.RECORD, Names.ITEM, Names.ACCUMULATOR, Names.EXECUTION);

    private final Checking checking;

    private final Expressions expressions;

    TextRules(Checking checking, Expressions expressions) {
        this.checking = checking;
        this.expressions = expressions;
    }

    /** Where a text stands: what comes before it, and whether secrets may. */
    record View(NodeId node, boolean seesItself, boolean secretsAllowed) {

        static View of(NodeId node) {
            return new View(node, false, false);
        }

        /** Of what is evaluated when the node is done. */
        static View behind(NodeId node) {
            return new View(node, true, false);
        }

        View withSecrets() {
            return new View(node, seesItself, true);
        }
    }

    void template(Place place, @Nullable String text, View view) {
        if (text == null) {
            return;
        }
        if (text.length() > Limits.TEMPLATE_LENGTH_MAX) {
            checking.error(
                    place,
                    "has %,d characters".formatted(text.length()),
                    "Keep it within %,d characters.".formatted(Limits.TEMPLATE_LENGTH_MAX));
            return;
        }
        Template template = Template.parse(text);
        template.faults().forEach(fault -> checking.error(place, fault.detail(), fault.remedy()));
        for (Reference reference : template.references()) {
            reference(place, reference, view);
        }
    }

    /** A statement is sent as it is: values are its parameters. What has braces and is no reference may be SQL's own. */
    void statement(Place place, String sql) {
        if (sql.length() > Limits.TEMPLATE_LENGTH_MAX) {
            checking.error(
                    place,
                    "has %,d characters".formatted(sql.length()),
                    "Keep it within %,d characters.".formatted(Limits.TEMPLATE_LENGTH_MAX));
            return;
        }
        Template.parse(sql).references().stream().findFirst().ifPresent(reference -> {
            String written = "{{%s}}".formatted(Checking.shown(reference.source()));
            checking.error(
                    place,
                    "has %s, in whose place no value is put".formatted(written),
                    "Write ? there, and \"%s\" in params, one for each ? in their order.".formatted(written));
        });
    }

    /** Every text within, wherever it stands. */
    void templates(Place place, @Nullable JsonNode json, View view) {
        if (json == null) {
            return;
        }
        if (json.isTextual()) {
            template(place, json.textValue(), view);
        } else if (json.isObject()) {
            json.properties().forEach(field -> templates(place.at(field.getKey()), field.getValue(), view));
        } else {
            for (int i = 0; i < json.size(); i++) {
                templates(place.at(i), json.get(i), view);
            }
        }
    }

    void templates(Place place, Map<String, JsonNode> values, View view) {
        values.forEach((name, value) -> templates(place.at(name), value, view));
    }

    void texts(Place place, Map<String, String> texts, View view) {
        texts.forEach((name, text) -> template(place.at(name), text, view));
    }

    /** An expression that decides something. */
    void truth(Place place, @Nullable String source, View view) {
        if (source != null) {
            compiled(place, source, view)
                    .filter(expression -> !expression.canBeTruth())
                    .ifPresent(expression -> checking.error(
                            place, "is neither true nor false, whatever the data", "Compare it with something."));
        }
    }

    void expression(Place place, @Nullable String source, View view) {
        if (source != null) {
            compiled(place, source, view);
        }
    }

    /** An expression about what a whole run came to: it may refer to every node, and to nothing that only a node is told. */
    void outcome(Place place, String source) {
        try {
            Expression expression = expressions.compile(source);
            if (!expression.canBeTruth()) {
                checking.error(place, "is neither true nor false, whatever the data", "Compare it with something.");
            }
            expression.references().stream()
                    .map(Reference::root)
                    .filter(OF_ONE_NODE::contains)
                    .distinct()
                    .forEach(name -> checking.warning(
                            place,
                            "refers to %s, which is not there when a run is over".formatted(name),
                            "Name a node by its id, variables or NOW."));
        } catch (ExpressionFaultsException e) {
            e.faults().forEach(fault -> checking.error(place, fault.detail(), fault.remedy()));
        }
    }

    /** The name of a list, with or without braces. */
    void path(Place place, String path, View view) {
        String stripped = path.strip();
        String template = stripped.startsWith("{{") ? stripped : "{{" + stripped + "}}";
        Template parsed = Template.parse(template);
        if (!parsed.faults().isEmpty() || parsed.parts().size() != 1) {
            checking.error(
                    place,
                    "is \"%s\", which names no value".formatted(Checking.shown(path)),
                    "Name a list such as node_id.items or input.");
            return;
        }
        parsed.references().forEach(reference -> reference(place, reference, view));
    }

    private Optional<Expression> compiled(Place place, String source, View view) {
        try {
            Expression expression = expressions.compile(source);
            expression.references().forEach(reference -> reference(place, reference, view));
            if (expression.hasBracesInText()) {
                checking.warning(
                        place,
                        "has {{braces}} within quotes, where they are only text",
                        "Write the name itself, and + to join texts.");
            }
            return Optional.of(expression);
        } catch (ExpressionFaultsException e) {
            for (ExpressionFault fault : e.faults()) {
                String where = fault.offset() == 0 ? "" : " (at character %d)".formatted(fault.offset() + 1);
                checking.error(place, fault.detail() + where, fault.remedy());
            }
            return Optional.empty();
        }
    }

    private void reference(Place place, Reference reference, View view) {
        if (reference.isSecret()) {
            secret(place, reference, view);
            return;
        }
        boolean isListed = reference.root().equals(Names.NODES);
        if (isListed && reference.segments().size() < 2) {
            return;
        }
        var named = new NodeId(reference.segments().get(isListed ? 1 : 0));
        if (Names.RESERVED.contains(named.value()) || isItemAround(view.node(), named.value())) {
            return;
        }
        if (checking.graph().find(named).isPresent()) {
            nodeReference(place, reference, named, view);
        } else if (isListed && !checking.isUnread(named)) {
            checking.error(place, "refers to %s, which is no node".formatted(named), "Name a node that comes before.");
        } else if (isItemElsewhere(named.value())) {
            checking.warning(
                    place,
                    "refers to %s, the item of a loop that this is not in".formatted(named),
                    "Put the node among the loop's bodyNodes, or name something that comes before.");
        } else if (Names.isParameter(named.value()) && reference.segments().size() == 1) {
            checking.warning(
                    place,
                    "refers to %s, which has a value only if the run is triggered with one".formatted(named),
                    "Put the value here; a credential is written {{secrets.%s}}.".formatted(named));
        } else if (reference.segments().size() > 1) {
            Optional<String> similar = similar(named.value());
            if (similar.isPresent()) {
                checking.warning(
                        place,
                        "refers to %s, which is no node".formatted(named),
                        "Is %s meant?".formatted(similar.get()));
            } else if (checking.graph().isAcyclic() && !checking.isUnread(named) && !isFieldOfInput(named, view)) {
                checking.warning(
                        place,
                        "refers to %s, which is no node, and nothing before gives a field of that name"
                                .formatted(named),
                        "Name a node that comes before; what the run is triggered with is variables.%s."
                                .formatted(named));
            }
        }
    }

    /** Whether the name may be a field of what is there: of an item, or of an input that can have any fields. */
    private boolean isFieldOfInput(NodeId name, View view) {
        Optional<NodeConfig> config = checking.graph().find(view.node()).map(Node::config);
        // These two look into each of their items.
        boolean looksIntoItems = config.isEmpty()
                || config.get() instanceof NodeConfig.DataSource
                || config.get() instanceof NodeConfig.Transform;
        if (looksIntoItems || !checking.scopes().of(view.node()).isEmpty()) {
            return true;
        }
        return view.seesItself() ? givesAnyField(view.node()) : isGivenAnyField(view.node(), name);
    }

    private boolean isGivenAnyField(NodeId node, NodeId name) {
        List<NodeId> before = checking.graph().predecessors(node);
        // Of what led here by its failure, the error is told.
        if (checking.graph().incoming(node).stream().anyMatch(edge -> edge.kind() == Edge.Kind.ON_ERROR)) {
            return true;
        }
        return before.size() > 1
                ? name.value().startsWith("input_")
                : before.stream().anyMatch(this::givesAnyField);
    }

    private boolean givesAnyField(NodeId node) {
        return switch (checking.graph().node(node).config()) {
            case Prompt prompt -> prompt.responseFormat() == ResponseFormat.JSON;
            case Loop loop -> false;
            case NodeConfig.DataSource source -> true;
            case NodeConfig.Transform transform -> true;
            case NodeConfig.Output output -> true;
            case NodeConfig.Webhook webhook -> true;
            // What they put out holds their input, or is it.
            case NodeConfig.Condition condition -> true;
            case NodeConfig.Delay delay -> true;
        };
    }

    private void secret(Place place, Reference reference, View view) {
        if (reference.segments().size() != 2) {
            checking.error(place, "names no secret", "Write {{secrets.NAME}}.");
        } else if (!view.secretsAllowed()) {
            checking.error(
                    place,
                    "uses the secret %s".formatted(reference.segments().get(1)),
                    "Secrets can stand in the url, headers and params of a webhook and the url and headers of an"
                            + " output, nowhere else.");
        }
    }

    private void nodeReference(Place place, Reference reference, NodeId named, View view) {
        NodeId here = view.node();
        if (named.equals(here)) {
            if (!view.seesItself()) {
                checking.error(place, "refers to the node's own output", "Refer to a node that comes before.");
            }
            return;
        }
        if (!checking.graph().isAcyclic()) {
            return;
        }
        if (!checking.graph().comesBefore(named, here)) {
            checking.error(
                    place,
                    "refers to %s, which does not come before".formatted(named),
                    "Connect %s so that it runs first, or refer to another node.".formatted(named));
        } else if (!checking.scopes().sees(here, named)) {
            checking.error(
                    place,
                    "refers to %s, which runs for each item of a list that has ended here".formatted(named),
                    "Take it from {{input}} behind a transform that collects the items.");
        } else {
            fieldOfPrompt(place, reference, named);
        }
    }

    private void fieldOfPrompt(Place place, Reference reference, NodeId named) {
        int at = reference.root().equals(Names.NODES) ? 2 : 1;
        if (reference.segments().size() > at
                && checking.graph().node(named).config() instanceof Prompt prompt
                && prompt.responseFormat() == ResponseFormat.TEXT
                && !PROMPT_FIELDS.contains(reference.segments().get(at))) {
            checking.warning(
                    place,
                    "refers to %s of an answer that is asked for as text"
                            .formatted(reference.segments().get(at)),
                    "Set responseFormat \"json\" on %s, so that the answer has fields.".formatted(named));
        }
    }

    /** The item of a loop that this node runs in. */
    private boolean isItemAround(NodeId node, String name) {
        return checking.scopes().behind(node).stream()
                .map(opener -> checking.graph().node(opener).config())
                .anyMatch(config ->
                        config instanceof Loop loop && loop.itemVariable().equals(name));
    }

    /** The item of some loop. */
    private boolean isItemElsewhere(String name) {
        return checking.graph().isAcyclic()
                && checking.graph().nodes().stream()
                        .anyMatch(node -> node.config() instanceof Loop loop
                                && loop.itemVariable().equals(name));
    }

    private Optional<String> similar(String name) {
        return checking.graph().nodes().stream()
                .map(node -> node.id().value())
                .filter(id -> id.length() > 3 && isSimilar(id, name))
                .findFirst();
    }

    /** One letter changed, left out or put in, or other capitals. */
    private static boolean isSimilar(String one, String other) {
        if (one.equalsIgnoreCase(other)) {
            return true;
        }
        String longer = one.length() >= other.length() ? one : other;
        String shorter = one.length() >= other.length() ? other : one;
        if (longer.length() - shorter.length() > 1) {
            return false;
        }
        int same = 0;
        while (same < shorter.length() && longer.charAt(same) == shorter.charAt(same)) {
            same++;
        }
        return longer.substring(same + 1)
                .equals(shorter.substring(longer.length() == shorter.length() ? same + 1 : same));
    }
}

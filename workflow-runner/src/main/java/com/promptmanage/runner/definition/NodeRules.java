package com.promptmanage.runner.definition;

import com.promptmanage.runner.definition.DefinitionFault.Place;
import com.promptmanage.runner.definition.NodeConfig.Condition;
import com.promptmanage.runner.definition.NodeConfig.DataSource;
import com.promptmanage.runner.definition.NodeConfig.Delay;
import com.promptmanage.runner.definition.NodeConfig.Destination;
import com.promptmanage.runner.definition.NodeConfig.Loop;
import com.promptmanage.runner.definition.NodeConfig.Method;
import com.promptmanage.runner.definition.NodeConfig.Operation;
import com.promptmanage.runner.definition.NodeConfig.Output;
import com.promptmanage.runner.definition.NodeConfig.Prompt;
import com.promptmanage.runner.definition.NodeConfig.Transform;
import com.promptmanage.runner.definition.NodeConfig.TransformType;
import com.promptmanage.runner.definition.NodeConfig.Webhook;
import com.promptmanage.runner.definition.TextRules.View;
import com.promptmanage.runner.expression.Names;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What must hold of each node by itself. */
final class NodeRules {

    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");

    /** A token of RFC 9110. */
    private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}");

    private static final int FALLBACK_MODELS_MAX = 10;

    /** The one option of a query that is no template. */
    private static final String STATEMENT = "sql";

    /** Options of an output that say where to send to and who is sending. */
    private static final Set<String> SECRET_OPTIONS = Set.of("url", "headers");

    private final Checking checking;

    private final TextRules texts;

    private NodeRules(Checking checking, TextRules texts) {
        this.checking = checking;
        this.texts = texts;
    }

    static void check(Checking checking, TextRules texts) {
        var rules = new NodeRules(checking, texts);
        for (int i = 0; i < checking.nodes().size(); i++) {
            rules.check(checking.nodes().get(i), checking.nodePlace(i));
        }
    }

    private void check(Node node, Place place) {
        Place config = place.at("config");
        View view = View.of(node.id());
        switch (node.config()) {
            case DataSource source -> dataSource(config, source, view);
            case Prompt prompt -> prompt(config, prompt, node, view);
            case Condition condition -> {
                checking.required(
                        config.at("condition"), condition.condition(), "Write an expression such as score > 7.");
                texts.truth(config.at("condition"), given(condition.condition()), view);
            }
            case Transform transform -> transform(config, transform, view);
            case Loop loop -> loop(config, loop, view);
            case Output output -> output(config, output, view);
            case Webhook webhook -> webhook(config, webhook, view);
            case Delay delay -> {
                if (delay.delayMs() == -1 && !checking.isReported(config.at("delayMs"))) {
                    checking.error(config.at("delayMs"), "is missing", "Give the time to wait, in milliseconds.");
                } else if (delay.delayMs() != -1) {
                    checking.range(config.at("delayMs"), delay.delayMs(), 0, Limits.DELAY_MS_MAX);
                }
                texts.truth(config.at("condition"), delay.condition(), view);
            }
        }
        SettingsRules.policy(checking, place, node.policy());
    }

    private void dataSource(Place config, DataSource source, View view) {
        checking.required(config.at("sourceId"), source.sourceId(), "Name the data source by its id.");
        texts.template(config.at("sourceId"), source.sourceId(), view);
        Place query = config.at("query");
        for (int i = 0; i < source.query().where().size(); i++) {
            Place where = query.at("where").at(i);
            checking.required(where.at("field"), source.query().where().get(i).field(), "Name a field.");
            texts.templates(where.at("value"), source.query().where().get(i).value(), view);
        }
        limit(query.at("limit"), source.query().limit());
        source.query().options().forEach((name, value) -> {
            if (name.equals(STATEMENT)) {
                texts.statement(query.at(name), value.asText(""));
            } else {
                texts.templates(query.at(name), value, view);
            }
        });
        texts.truth(config.at("transform").at("filter"), source.transform().filter(), view);
        limit(config.at("transform").at("limit"), source.transform().limit());
    }

    private void limit(Place place, @Nullable Integer limit) {
        if (limit != null) {
            checking.range(place, limit, 1, Limits.RECORDS_MAX);
        }
    }

    private void prompt(Place config, Prompt prompt, Node node, View view) {
        checking.required(config.at("promptTemplate"), prompt.promptTemplate(), "Write what to ask the model.");
        texts.template(config.at("promptTemplate"), prompt.promptTemplate(), view);
        checking.required(config.at("model"), prompt.model(), "Name a model such as gpt-4o-mini.");
        texts.template(config.at("model"), prompt.model(), view);
        texts.template(config.at("contextTemplate"), prompt.contextTemplate(), view);
        if (prompt.temperature() != null && (prompt.temperature() < 0 || prompt.temperature() > 2)) {
            checking.error(
                    config.at("temperature"), "is %s".formatted(prompt.temperature()), "Give a number from 0 to 2.");
        }
        if (prompt.maxTokens() != null) {
            checking.range(config.at("maxTokens"), prompt.maxTokens(), 1, Limits.MAX_TOKENS_MAX);
        }
        if (prompt.cacheTtl() != null) {
            checking.range(config.at("cacheSeconds"), prompt.cacheTtl().toSeconds(), 1, Limits.CACHE_SECONDS_MAX);
        }
        Place fallback = config.at("fallbackModels");
        if (prompt.fallbackModels().size() > FALLBACK_MODELS_MAX) {
            checking.error(
                    fallback,
                    "names %d models".formatted(prompt.fallbackModels().size()),
                    "Name at most %d.".formatted(FALLBACK_MODELS_MAX));
        }
        ErrorHandling handling = node.policy().errorHandling() == null
                ? checking.settings().errorHandling()
                : node.policy().errorHandling();
        if (!prompt.fallbackModels().isEmpty() && handling != ErrorHandling.FALLBACK) {
            checking.warning(
                    fallback,
                    "is never used: the node does not fall back when it fails",
                    "Set errorHandling \"fallback\" on the node or in the settings.");
        }
    }

    private void transform(Place config, Transform transform, View view) {
        boolean hasCode = given(transform.code()) != null;
        boolean hasMapping = !transform.mapping().isEmpty();
        TransformType type = transform.transformType();
        boolean mayMap = type == TransformType.MAP || type == TransformType.CUSTOM;
        if (!hasCode && !hasMapping) {
            checking.required(
                    config.at("code"),
                    "",
                    mayMap ? "Write an expression, or give a mapping." : "Write an expression such as item.score > 7.");
        }
        if (hasMapping && (hasCode || !mayMap)) {
            checking.error(
                    config.at("mapping"),
                    mayMap ? "stands beside code" : "means nothing to a %s".formatted(type.value()),
                    mayMap ? "Give one of the two." : "Leave it out.");
        }
        if (transform.initial() != null && type != TransformType.REDUCE) {
            checking.warning(config.at("initial"), "means nothing to a %s".formatted(type.value()), "Leave it out.");
        }
        if (type == TransformType.FILTER) {
            texts.truth(config.at("code"), given(transform.code()), view);
        } else {
            texts.expression(config.at("code"), given(transform.code()), view);
        }
        texts.templates(config.at("mapping"), transform.mapping(), view);
    }

    private void loop(Place config, Loop loop, View view) {
        checking.required(config.at("iterateOver"), loop.iterateOver(), "Name a list such as node_id.items.");
        if (!loop.iterateOver().isBlank()) {
            texts.path(config.at("iterateOver"), loop.iterateOver(), view);
        }
        Place variable = config.at("itemVariable");
        String name = loop.itemVariable();
        checking.required(variable, name, "Give the item a name, such as item.");
        boolean isTaken = Names.RESERVED.contains(name) && !name.equals(Names.ITEM) && !name.equals(Names.RECORD);
        if (!name.isBlank() && (!VARIABLE.matcher(name).matches() || isTaken)) {
            checking.error(
                    variable,
                    "is \"%s\"%s".formatted(Checking.shown(name), isTaken ? ", which means something else" : ""),
                    "Use letters, digits and _, not starting with a digit.");
        } else if (checking.graph().find(new NodeId(name)).isPresent()) {
            checking.error(variable, "is %s, the id of a node".formatted(name), "Use another name.");
        }
        if (loop.maxIterations() != null) {
            checking.range(config.at("maxIterations"), loop.maxIterations(), 1, Limits.ITERATIONS_MAX);
        }
        if (loop.concurrency() != null) {
            checking.range(config.at("concurrency"), loop.concurrency(), 1, Limits.CONCURRENCY_MAX);
        }
    }

    private void output(Place config, Output output, View view) {
        boolean needsSource = switch (output.destination()) {
            case DATABASE, GOOGLE_SHEETS, AIRTABLE, NOTION -> true;
            case FILE, WEBHOOK, EMAIL, SLACK -> false;
        };
        boolean needsTarget = switch (output.destination()) {
            case DATABASE, GOOGLE_SHEETS, AIRTABLE -> true;
            case FILE, WEBHOOK, EMAIL, SLACK, NOTION -> false;
        };
        String source = output.destination() == Destination.NOTION ? "databaseId" : "sourceId";
        String target = output.destination() == Destination.GOOGLE_SHEETS ? "sheet" : "table";
        if (needsSource) {
            checking.required(config.at(source), orEmpty(output.sourceId()), "Name the data source by its id.");
        }
        if (needsTarget) {
            checking.required(config.at(target), orEmpty(output.target()), "Name the %s.".formatted(target));
        }
        boolean hasRecord = given(output.recordId()) != null;
        boolean hasMatching = !output.matching().isEmpty();
        if (output.operation() == Operation.UPDATE && !hasRecord && !hasMatching) {
            checking.error(
                    config.at("recordId"),
                    "is missing",
                    "An update needs a recordId, or matching with the columns to find the record by.");
        }
        if (output.operation() == Operation.UPSERT && !hasMatching) {
            checking.error(config.at("matching"), "is missing", "An upsert needs the columns to find the record by.");
        }
        if (output.operation() == Operation.CREATE && (hasRecord || hasMatching)) {
            checking.warning(
                    config.at(hasRecord ? "recordId" : "matching"),
                    "means nothing to the operation create",
                    "Set the operation to update or upsert, or leave it out.");
        }
        texts.template(config.at(source), output.sourceId(), view);
        texts.template(config.at(target), output.target(), view);
        texts.template(config.at("recordId"), output.recordId(), view);
        texts.templates(config.at("matching"), output.matching(), view);
        texts.templates(config.at("mapping"), output.mapping(), view);
        output.options()
                .forEach((name, value) -> texts.templates(
                        config.at(name), value, SECRET_OPTIONS.contains(name) ? view.withSecrets() : view));
    }

    private void webhook(Place config, Webhook webhook, View view) {
        Place url = config.at("url");
        checking.required(url, webhook.url(), "Give an address that starts with https://.");
        String start = webhook.url().strip().toLowerCase(Locale.ROOT);
        if (!start.isEmpty()
                && !start.startsWith("https://")
                && !start.startsWith("http://")
                && !start.startsWith("{{")) {
            checking.error(
                    url,
                    "is \"%s\"".formatted(Checking.shown(webhook.url())),
                    "Give an address that starts with https:// or http://, or with a reference to one.");
        }
        texts.template(url, webhook.url(), view.withSecrets());
        webhook.headers().keySet().stream()
                .filter(name -> !HEADER_NAME.matcher(name).matches())
                .forEach(name -> checking.error(
                        config.at("headers"),
                        "has the name \"%s\"".formatted(Checking.shown(name)),
                        "Use letters, digits and - in the names of headers."));
        texts.texts(config.at("headers"), webhook.headers(), view.withSecrets());
        texts.texts(config.at("params"), webhook.params(), view.withSecrets());
        texts.templates(config.at("body"), webhook.body(), view);
        if (webhook.body() != null && webhook.method() == Method.GET) {
            checking.warning(config.at("body"), "is not sent with GET", "Use POST, or leave the body out.");
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static @Nullable String given(@Nullable String text) {
        return text == null || text.isBlank() ? null : text;
    }
}

package com.promptmanage.runner.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.connector.SampleConnector;
import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodeConfig;
import com.promptmanage.runner.definition.NodeConfig.DataSource;
import com.promptmanage.runner.definition.NodeConfig.Output;
import com.promptmanage.runner.definition.NodeConfig.Webhook;
import com.promptmanage.runner.definition.NodeId;
import com.promptmanage.runner.expression.Reference;
import com.promptmanage.runner.expression.Template;
import com.promptmanage.service.http.Fault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What nodes use of their account: its secrets, credentials and data sources. Who may edit a workflow but not use these keeps the
 * nodes that do as they are: another address in one would bring out the secret, another query everything that is there. So it is
 * with what comes before such a node, where that says which address or source it is.
 */
final class AccountThings {

    private static final String REMEDY =
            "Leave the node as it was, or ask an editor of the account that the workflow belongs to.";

    /** Whatever is put in behind it, the address is on the host that was written down, or that is the secret. */
    private static final Pattern ON_ONE_HOST = Pattern.compile(
            "\\s*(https?://[^/?#{}\\\\]+|\\{\\{\\s*secrets\\.\\w+\\s*}})[/?#].*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private AccountThings() {}

    /** What someone without a right to these things may not change so: nothing if it uses them as it did before. */
    static List<Fault> changes(Definition before, Definition after) {
        Map<NodeId, NodeConfig> known = configs(before);
        boolean leadsElsewhere =
                !known.equals(configs(after)) || !before.edges().equals(after.edges());
        var faults = new ArrayList<Fault>();
        for (int i = 0; i < after.nodes().size(); i++) {
            Node node = after.nodes().get(i);
            Optional<String> used = used(node.config());
            if (used.isEmpty()) {
                continue;
            }
            String field = "definition.nodes[%d].config".formatted(i);
            if (!node.config().equals(known.get(node.id()))) {
                faults.add(new Fault(
                        field,
                        "(node %s) uses %s, which you may not use anew".formatted(node.id(), used.get()),
                        REMEDY));
            } else if (leadsElsewhere && isChosenAsItRuns(node.config())) {
                faults.add(
                        new Fault(
                                field,
                                "(node %s) uses %s, and other nodes say where: you may not change those either"
                                        .formatted(node.id(), used.get()),
                                "Leave nodes and edges as they were, or ask an editor of the account that the workflow belongs to."));
            }
        }
        return faults;
    }

    private static Map<NodeId, NodeConfig> configs(Definition definition) {
        var configs = new HashMap<NodeId, NodeConfig>();
        definition.nodes().forEach(node -> configs.put(node.id(), node.config()));
        return configs;
    }

    /** Said to people. What names no data source is entered with the account's credential for such places. */
    private static Optional<String> used(NodeConfig config) {
        return switch (config) {
            case DataSource source when isSample(source.sourceId()) -> Optional.empty();
            case DataSource source -> Optional.of(place(source.sourceId()));
            case Output output ->
                Optional.of(secret(Stream.concat(
                                output.options().values().stream().flatMap(AccountThings::texts),
                                Stream.ofNullable(output.sourceId())))
                        .orElseGet(() -> place(output.sourceId())));
            case Webhook webhook ->
                secret(Stream.of(
                                Stream.of(webhook.url()),
                                webhook.headers().values().stream(),
                                webhook.params().values().stream(),
                                Stream.ofNullable(webhook.body()).flatMap(AccountThings::texts))
                        .flatMap(each -> each));
            case NodeConfig.Prompt prompt -> Optional.empty();
            case NodeConfig.Condition condition -> Optional.empty();
            case NodeConfig.Transform transform -> Optional.empty();
            case NodeConfig.Loop loop -> Optional.empty();
            case NodeConfig.Delay delay -> Optional.empty();
        };
    }

    private static String place(@Nullable String sourceId) {
        return sourceId == null || sourceId.isBlank()
                ? "what the account has for such places"
                : "the data source %s".formatted(sourceId);
    }

    private static boolean isSample(String sourceId) {
        return !sourceId.contains("{{")
                && (sourceId.equals(SampleConnector.ID) || sourceId.startsWith(SampleConnector.ID + "/"));
    }

    private static Optional<String> secret(Stream<String> texts) {
        return texts.flatMap(text -> Template.parse(text).references().stream())
                .filter(Reference::isSecret)
                .findFirst()
                .map(reference -> "the secret "
                        + String.join(
                                ".",
                                reference
                                        .segments()
                                        .subList(1, reference.segments().size())));
    }

    private static boolean isChosenAsItRuns(NodeConfig config) {
        return switch (config) {
            case Webhook webhook -> isAnyHost(webhook.url());
            case DataSource source ->
                refers(source.sourceId())
                        || source.query().options().entrySet().stream()
                                .filter(option -> !option.getKey().equals("params"))
                                .flatMap(option -> texts(option.getValue()))
                                .anyMatch(AccountThings::refers);
            case Output output ->
                refers(output.sourceId())
                        || refers(output.target())
                        || Stream.ofNullable(output.options().get("url"))
                                .flatMap(AccountThings::texts)
                                .anyMatch(AccountThings::isAnyHost);
            case NodeConfig.Prompt prompt -> false;
            case NodeConfig.Condition condition -> false;
            case NodeConfig.Transform transform -> false;
            case NodeConfig.Loop loop -> false;
            case NodeConfig.Delay delay -> false;
        };
    }

    private static boolean isAnyHost(String url) {
        return refers(url) && !ON_ONE_HOST.matcher(url).matches();
    }

    /** To what comes from the run. */
    private static boolean refers(@Nullable String text) {
        return text != null && Template.parse(text).references().stream().anyMatch(reference -> !reference.isSecret());
    }

    private static Stream<String> texts(JsonNode json) {
        return json.isTextual()
                ? Stream.of(json.textValue())
                : json.valueStream().flatMap(AccountThings::texts);
    }
}

package com.promptmanage.runner.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.DefinitionFault;
import com.promptmanage.runner.definition.DefinitionFault.Severity;
import com.promptmanage.runner.definition.Limits;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodeConfig;
import com.promptmanage.runner.definition.NodeConfig.DataSource;
import com.promptmanage.runner.definition.NodeConfig.Destination;
import com.promptmanage.runner.definition.NodeConfig.Output;
import com.promptmanage.runner.definition.NodeConfig.Webhook;
import com.promptmanage.runner.definition.Reading;
import com.promptmanage.runner.expression.Template;
import com.promptmanage.topics.account.Account;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is wrong with a definition for an account with what this has set up: told before anything is paid for. Safe for use by
 * several threads.
 */
public final class SetupRules {

    /** How many secrets of a definition are looked for: each is a question to the database. */
    private static final int SECRETS_MAX = 100;

    private final AccountSetup setup;

    public SetupRules(AccountSetup setup) {
        this.setup = setup;
    }

    /** Whatever a template gives only as it runs is not looked at; nor is a definition that cannot be run anyway. */
    public List<DefinitionFault> faults(Account account, Reading reading) {
        Definition definition = reading.definition();
        if (definition.nodes().size() > Limits.NODES_MAX) {
            return List.of();
        }
        var faults = new ArrayList<DefinitionFault>();
        var isMissing = new HashMap<String, Boolean>();
        var kinds = new HashMap<String, Optional<SourceKind>>();
        for (int i = 0; i < definition.nodes().size(); i++) {
            Node node = definition.nodes().get(i);
            String config = "nodes[%d].config".formatted(reading.nodePlaces().get(i));
            SourceFit.named(node.config())
                    .filter(sourceId -> !sourceId.contains("{{"))
                    .flatMap(sourceId -> kinds.computeIfAbsent(sourceId, id -> setup.kind(account, id)))
                    .flatMap(kind -> SourceFit.misfit(node.config(), kind, definition))
                    .ifPresent(misfit -> faults.add(unfit(config, node, misfit)));
            if (isMailed(node.config()) && !setup.sendsMail()) {
                faults.add(notSent(config, node));
            }
            for (String secret : secrets(node.config())) {
                boolean isLookedFor = isMissing.containsKey(secret) || isMissing.size() < SECRETS_MAX;
                if (isLookedFor
                        && isMissing.computeIfAbsent(
                                secret, name -> setup.secret(account, name).isPresent())) {
                    faults.add(notStored(config, node, secret));
                }
            }
        }
        return faults;
    }

    private static DefinitionFault unfit(String config, Node node, SourceFit.Misfit misfit) {
        return new DefinitionFault(
                Severity.ERROR, node.id(), null, config + "." + misfit.field(), misfit.detail(), misfit.remedy());
    }

    /** What names a data source goes to that one, whatever its destination is called. */
    private static boolean isMailed(NodeConfig config) {
        return config instanceof Output output
                && output.destination() == Destination.EMAIL
                && SourceFit.named(output).isEmpty();
    }

    private static DefinitionFault notSent(String config, Node node) {
        return new DefinitionFault(
                Severity.WARNING,
                node.id(),
                null,
                config + ".destination",
                "is e-mail, which cannot be sent from here: the operator has set up no mail server",
                "Ask the operator for one before the first run: without it the node fails, when what runs before it is paid for.");
    }

    private static Set<String> secrets(NodeConfig config) {
        Stream<String> texts = switch (config) {
            case Output output -> output.options().values().stream().flatMap(SetupRules::texts);
            case Webhook webhook ->
                Stream.of(
                                Stream.of(webhook.url()),
                                webhook.headers().values().stream(),
                                webhook.params().values().stream(),
                                Stream.ofNullable(webhook.body()).flatMap(SetupRules::texts))
                        .flatMap(each -> each);
            case DataSource source -> Stream.empty();
            case NodeConfig.Prompt prompt -> Stream.empty();
            case NodeConfig.Condition condition -> Stream.empty();
            case NodeConfig.Transform transform -> Stream.empty();
            case NodeConfig.Loop loop -> Stream.empty();
            case NodeConfig.Delay delay -> Stream.empty();
        };
        return texts.flatMap(text -> Template.parse(text).references().stream())
                .filter(reference ->
                        reference.isSecret() && reference.segments().size() > 1)
                .map(reference -> String.join(
                        ".",
                        reference.segments().subList(1, reference.segments().size())))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Stream<String> texts(JsonNode json) {
        return json.isTextual()
                ? Stream.of(json.textValue())
                : json.valueStream().flatMap(SetupRules::texts);
    }

    private static DefinitionFault notStored(String field, Node node, String secret) {
        return new DefinitionFault(
                Severity.WARNING,
                node.id(),
                null,
                field,
                "uses the secret '%s', which is not stored".formatted(secret),
                "Store it before the first run: without it the node fails, when what runs before it is paid for.");
    }
}

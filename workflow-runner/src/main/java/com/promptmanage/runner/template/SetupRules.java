package com.promptmanage.runner.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.definition.Definition;
import com.promptmanage.runner.definition.DefinitionFault;
import com.promptmanage.runner.definition.DefinitionFault.Severity;
import com.promptmanage.runner.definition.Node;
import com.promptmanage.runner.definition.NodeConfig.DataSource;
import com.promptmanage.runner.definition.NodeConfig.Operation;
import com.promptmanage.runner.definition.NodeConfig.Output;
import com.promptmanage.topics.account.Account;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is wrong with a definition for an account with what this has set up: told before anything is paid for. Safe for use by
 * several threads.
 */
public final class SetupRules {

    private final AccountSetup setup;

    public SetupRules(AccountSetup setup) {
        this.setup = setup;
    }

    /** Whatever a template gives only as it runs is not looked at. */
    public List<DefinitionFault> faults(Account account, Definition definition) {
        var faults = new ArrayList<DefinitionFault>();
        for (int i = 0; i < definition.nodes().size(); i++) {
            Node node = definition.nodes().get(i);
            if (node.config() instanceof Output output && isLost(account, output, definition)) {
                faults.add(lost("nodes[%d].config.%s".formatted(i, nameOfTarget(output)), node, output));
            }
        }
        return faults;
    }

    /**
     * Whether it would write into a file as if this had sheets. Records that are changed where they are read go where they are
     * meant to, whatever that place is called.
     */
    private boolean isLost(Account account, Output output, Definition definition) {
        String source = output.sourceId();
        String target = output.target();
        if (source == null || target == null || target.isBlank() || !setup.isFile(account, source.strip())) {
            return false;
        }
        if (output.operation() != Operation.UPDATE) {
            return true;
        }
        Set<String> read = namesRead(source, definition);
        return !read.isEmpty() && !read.contains(target);
    }

    private static Set<String> namesRead(String source, Definition definition) {
        return definition.nodes().stream()
                .map(Node::config)
                .filter(DataSource.class::isInstance)
                .map(DataSource.class::cast)
                .filter(read -> read.sourceId().strip().equals(source.strip()))
                .flatMap(read -> Stream.of("sheet", "table")
                        .flatMap(name -> Stream.ofNullable(read.query().options().get(name)))
                        .map(JsonNode::asText))
                .collect(Collectors.toSet());
    }

    private static DefinitionFault lost(String field, Node node, Output output) {
        return new DefinitionFault(
                Severity.ERROR,
                node.id(),
                null,
                field,
                "is '%s', but the data source that it writes to is a file, which has no sheets or tables: the records would go among those that are in it"
                        .formatted(output.target()),
                "Give a database with a table of that name as the data source, or write to another file, named by its id as sourceId, and leave this out.");
    }

    private static String nameOfTarget(Output output) {
        return switch (output.destination()) {
            case GOOGLE_SHEETS -> "sheet";
            case AIRTABLE, DATABASE -> "table";
            case NOTION, FILE, WEBHOOK, EMAIL, SLACK -> "target";
        };
    }
}

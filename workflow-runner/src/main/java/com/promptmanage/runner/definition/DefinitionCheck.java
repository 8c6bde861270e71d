package com.promptmanage.runner.definition;

import com.promptmanage.runner.definition.DefinitionFault.Place;
import com.promptmanage.runner.expression.Expressions;
import com.promptmanage.topics.pricing.ListPrices;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Tells everything that is wrong with a definition, at once. One without an error can run: it has no cycle, every reference
 * is to a node that comes before and every expression compiles. Safe for use by several threads.
 */
public final class DefinitionCheck {

    private static final int FAULTS_MAX = 500;

    private static final Comparator<DefinitionFault> ERRORS_FIRST = Comparator.comparing(DefinitionFault::severity);

    private final Expressions expressions;

    private final ListPrices prices = new ListPrices();

    public DefinitionCheck(Expressions expressions) {
        this.expressions = expressions;
    }

    /** Everything wrong with a definition that was made by a program. */
    public List<DefinitionFault> check(Definition definition) {
        return check(Reading.of(definition, List.of()));
    }

    /** Everything wrong with a document, what could not be read included: errors first, at most {@value #FAULTS_MAX}. */
    public List<DefinitionFault> check(Reading reading) {
        var faults = new ArrayList<>(reading.faults());
        Definition definition = reading.definition();
        if (!definition.version().equals(Definition.VERSION)) {
            faults.add(DefinitionFault.error(
                    Place.ROOT.at("version"),
                    "is \"%s\"".formatted(Checking.shown(definition.version())),
                    "Use \"%s\".".formatted(Definition.VERSION)));
        }
        List<DefinitionFault> oversize = oversize(definition);
        faults.addAll(oversize);
        if (oversize.isEmpty()) {
            var checking = new Checking(reading);
            var texts = new TextRules(checking, expressions);
            GraphRules.check(checking);
            NodeRules.check(checking, texts);
            EdgeRules.check(checking, texts);
            SettingsRules.check(checking, texts);
            PriceRules.check(checking, prices);
            faults.addAll(checking.faults());
        }
        return faults.stream().distinct().sorted(ERRORS_FIRST).limit(FAULTS_MAX).toList();
    }

    /** Of what is too large nothing else is told: to look would take long. */
    private static List<DefinitionFault> oversize(Definition definition) {
        var faults = new ArrayList<DefinitionFault>();
        if (definition.nodes().size() > Limits.NODES_MAX) {
            faults.add(DefinitionFault.error(
                    Place.ROOT.at("nodes"),
                    "has %,d elements".formatted(definition.nodes().size()),
                    "Keep a workflow within %,d nodes.".formatted(Limits.NODES_MAX)));
        }
        if (definition.edges().size() > Limits.EDGES_MAX) {
            faults.add(DefinitionFault.error(
                    Place.ROOT.at("edges"),
                    "has %,d elements".formatted(definition.edges().size()),
                    "Keep a workflow within %,d edges.".formatted(Limits.EDGES_MAX)));
        }
        return faults;
    }
}

package com.promptmanage.runner.definition;

import com.promptmanage.runner.definition.DefinitionFault.Place;
import com.promptmanage.runner.definition.NodeConfig.Loop;
import com.promptmanage.runner.definition.TextRules.View;
import java.util.Optional;

/** What must hold of the expressions on edges. */
final class EdgeRules {

    private EdgeRules() {}

    static void check(Checking checking, TextRules texts) {
        for (int i = 0; i < checking.edges().size(); i++) {
            Edge edge = checking.edges().get(i);
            Optional<Node> source = checking.graph().find(edge.source());
            if (edge.kind() != Edge.Kind.GUARDED || source.isEmpty()) {
                continue;
            }
            Place condition = checking.edgePlace(i).at("condition");
            if (source.get().config() instanceof Loop) {
                // It is over with its last iteration, which nobody evaluates anything behind.
                checking.error(
                        condition,
                        "is an expression, which is not asked behind a loop",
                        "Leave it out, and put a condition node behind %s.".formatted(edge.source()));
            } else {
                texts.truth(condition, edge.condition(), View.behind(edge.source()));
            }
        }
    }
}

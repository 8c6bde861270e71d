package com.promptmanage.runner.definition;

import com.promptmanage.runner.definition.TextRules.View;

/** What must hold of the expressions on edges. */
final class EdgeRules {

    private EdgeRules() {}

    static void check(Checking checking, TextRules texts) {
        for (int i = 0; i < checking.edges().size(); i++) {
            Edge edge = checking.edges().get(i);
            if (edge.kind() == Edge.Kind.GUARDED
                    && checking.graph().find(edge.source()).isPresent()) {
                texts.truth(checking.edgePlace(i).at("condition"), edge.condition(), View.behind(edge.source()));
            }
        }
    }
}

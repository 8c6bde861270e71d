package com.promptmanage.runner.expression;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The names that an expression takes from outside, in the order of its text, with their paths as far as those are written
 * out.
 */
final class ReferencesOfExpression {

    private final List<Reference> references = new ArrayList<>();

    private final Deque<String> bound = new ArrayDeque<>();

    private ReferencesOfExpression() {}

    static ReferencesOfExpression in(CelExpr expression) {
        var found = new ReferencesOfExpression();
        found.visit(expression);
        return found;
    }

    List<Reference> references() {
        return List.copyOf(references);
    }

    Set<String> names() {
        var names = new LinkedHashSet<String>();
        references.forEach(reference -> names.add(reference.root()));
        return Set.copyOf(names);
    }

    private void visit(CelExpr expression) {
        Optional<List<String>> path = path(expression);
        if (path.isPresent()) {
            List<String> segments = path.get();
            if (!bound.contains(segments.getFirst())) {
                references.add(new Reference(segments, String.join(".", segments), 0));
            }
            return;
        }
        switch (expression.exprKind().getKind()) {
            case SELECT -> visit(expression.select().operand());
            case CALL -> {
                expression.call().target().ifPresent(this::visit);
                expression.call().args().forEach(this::visit);
            }
            case LIST -> expression.list().elements().forEach(this::visit);
            case MAP ->
                expression.map().entries().forEach(entry -> {
                    visit(entry.key());
                    visit(entry.value());
                });
            case STRUCT -> expression.struct().entries().forEach(entry -> visit(entry.value()));
            case COMPREHENSION -> visit(expression.comprehension());
            case CONSTANT, IDENT, NOT_SET -> {}
        }
    }

    private void visit(CelExpr.CelComprehension loop) {
        visit(loop.iterRange());
        visit(loop.accuInit());
        bound.push(loop.accuVar());
        visit(loop.result());
        bound.push(loop.iterVar());
        bound.push(loop.iterVar2());
        visit(loop.loopCondition());
        visit(loop.loopStep());
        bound.pop();
        bound.pop();
        bound.pop();
    }

    /** A name, with fields and constant indexes behind it; empty for anything else. */
    private static Optional<List<String>> path(CelExpr expression) {
        return switch (expression.exprKind().getKind()) {
            case IDENT -> Optional.of(List.of(expression.ident().name()));
            case SELECT ->
                path(expression.select().operand())
                        .map(path -> appended(path, expression.select().field()));
            case CALL -> {
                CelExpr.CelCall call = expression.call();
                yield call.function().equals("_[_]") && call.args().size() == 2
                        ? constant(call.args().get(1))
                                .flatMap(index -> path(call.args().get(0)).map(path -> appended(path, index)))
                        : Optional.empty();
            }
            default -> Optional.empty();
        };
    }

    private static Optional<String> constant(CelExpr expression) {
        if (expression.exprKind().getKind() != CelExpr.ExprKind.Kind.CONSTANT) {
            return Optional.empty();
        }
        CelConstant constant = expression.constant();
        return switch (constant.getKind()) {
            case STRING_VALUE -> Optional.of(constant.stringValue());
            case INT64_VALUE -> Optional.of(Long.toString(constant.int64Value()));
            default -> Optional.empty();
        };
    }

    private static List<String> appended(List<String> path, String segment) {
        var longer = new ArrayList<>(path);
        longer.add(segment);
        return List.copyOf(longer);
    }
}

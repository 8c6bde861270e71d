package com.promptmanage.runner.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.runner.expression.Allowance.SpentException;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.values.NullValue;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A compiled expression. Safe for use by several threads. */
public final class Expression {

    private final String source;

    private final CelRuntime.Program program;

    private final List<Reference> references;

    private final CelType type;

    private final boolean hasBracesInText;

    Expression(
            String source,
            CelRuntime.Program program,
            List<Reference> references,
            CelType type,
            boolean hasBracesInText) {
        this.source = source;
        this.program = program;
        this.references = references;
        this.type = type;
        this.hasBracesInText = hasBracesInText;
    }

    public String source() {
        return source;
    }

    /** What it refers to outside of itself. */
    public List<Reference> references() {
        return references;
    }

    /** Whether it may come to true or false, as far as can be known from its text. */
    public boolean canBeTruth() {
        return type.kind() == CelKind.BOOL || type.kind() == CelKind.DYN;
    }

    /** Whether a text within it has {@code {{braces}}}, which mean nothing there. */
    public boolean hasBracesInText() {
        return hasBracesInText;
    }

    /**
     * A name that is not there is null; a field that is not there, of something that is, ends the evaluation ({@code
     * has(x.y)} asks first).
     *
     * @throws EvaluationException if it comes to nothing, saying why
     */
    public JsonNode evaluate(Scope scope) throws EvaluationException {
        return evaluate(scope, Map.of());
    }

    /** @param more names and values that go before those of the scope */
    public JsonNode evaluate(Scope scope, Map<String, JsonNode> more) throws EvaluationException {
        return evaluate(scope, more, new Allowance());
    }

    /** @param first if its time is over, that is no fault yet: who computed nothing in it waited for others */
    JsonNode evaluate(Scope scope, Map<String, JsonNode> more, Allowance first) throws EvaluationException {
        try {
            return within(first, scope, more);
        } catch (EvaluationException e) {
            if (!first.isOutOfTime()) {
                throw e;
            }
            return ComputingThread.evaluate(nanos -> within(new Allowance(nanos), scope, more));
        }
    }

    private JsonNode within(Allowance allowance, Scope scope, Map<String, JsonNode> more) throws EvaluationException {
        var lookup = new Lookup(scope);
        var missing = new LinkedHashSet<String>();
        CelFunctions.ALLOWANCE.set(allowance);
        try {
            Object value = program.trace(
                    name -> Optional.of(value(lookup, more, name, missing)), (node, result) -> allowance.checkTime());
            return CelValues.toJson(value, allowance);
        } catch (CelEvaluationException e) {
            throw new EvaluationException(message(e, missing));
        } catch (SpentException e) {
            throw new EvaluationException(String.valueOf(e.getMessage()));
        } finally {
            CelFunctions.ALLOWANCE.remove();
        }
    }

    private static Object value(Lookup lookup, Map<String, JsonNode> more, String name, Set<String> missing) {
        JsonNode given = more.get(name);
        if (given != null) {
            return CelValues.toCel(given);
        }
        if (name.equals(Names.NODES)) {
            return CelValues.outputs(lookup.scope().outputs());
        }
        Optional<Object> found = lookup.name(name).map(value -> CelValues.toCel(value.value(), value.isOutput()));
        if (found.isEmpty()) {
            missing.add(name);
        }
        return found.orElse(NullValue.NULL_VALUE);
    }

    private static String message(CelEvaluationException problem, Set<String> missing) {
        for (Throwable cause = problem; cause != null; cause = cause.getCause()) {
            if (cause instanceof SpentException) {
                return String.valueOf(cause.getMessage());
            }
        }
        String said = CelMessages.of(problem);
        return missing.isEmpty() ? said : "%s (not there: %s)".formatted(said, String.join(", ", missing));
    }
}

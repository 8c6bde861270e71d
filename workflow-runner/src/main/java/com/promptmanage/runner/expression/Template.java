package com.promptmanage.runner.expression;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A text with {@code {{references}}} in it. A backslash before the braces lets them stand for
 * themselves.
 *
 * @param parts in the order of the text
 * @param faults what could not be read; such places are literal parts
 */
public record Template(List<Part> parts, List<SyntaxFault> faults) {

    private static final String OPEN = "{{";

    private static final String CLOSE = "}}";

    /** Longer names are not names: the closing braces are missing. */
    private static final int REFERENCE_LENGTH_MAX = 256;

    public Template {
        parts = List.copyOf(parts);
        faults = List.copyOf(faults);
    }

    /** A piece of a template. */
    public sealed interface Part {}

    /** Text that stands as it is. */
    public record Literal(String text) implements Part {}

    /** Where a value goes. */
    public record Value(Reference reference) implements Part {}

    /**
     * @param offset characters from the start
     * @param detail what is wrong
     * @param remedy what to write instead
     */
    public record SyntaxFault(int offset, String detail, String remedy) {}

    public static Template parse(String text) {
        var parts = new ArrayList<Part>();
        var faults = new ArrayList<SyntaxFault>();
        var literal = new StringBuilder();
        int at = 0;
        for (int open = text.indexOf(OPEN); open >= 0; open = text.indexOf(OPEN, at)) {
            if (open > at && text.charAt(open - 1) == '\\') {
                literal.append(text, at, open - 1).append(OPEN);
                at = open + 2;
                continue;
            }
            literal.append(text, at, open);
            int close = text.indexOf(CLOSE, open + 2);
            if (close < 0 || close - open > REFERENCE_LENGTH_MAX) {
                faults.add(new SyntaxFault(
                        open,
                        "has {{ without }} at character %d".formatted(open + 1),
                        "Close it with }}, or write \\{{ for the braces themselves."));
                literal.append(OPEN);
                at = open + 2;
                continue;
            }
            String inside = text.substring(open + 2, close);
            Optional<Reference> reference = ReferenceParser.parse(inside, open);
            if (reference.isPresent()) {
                if (!literal.isEmpty()) {
                    parts.add(new Literal(literal.toString()));
                    literal.setLength(0);
                }
                parts.add(new Value(reference.get()));
            } else {
                faults.add(new SyntaxFault(
                        open,
                        "has {{%s}} at character %d, which names nothing".formatted(inside, open + 1),
                        "Write a name such as {{record.email}} or {{node_id.text}}; templates do not calculate."));
                literal.append(text, open, close + 2);
            }
            at = close + 2;
        }
        literal.append(text, at, text.length());
        if (!literal.isEmpty()) {
            parts.add(new Literal(literal.toString()));
        }
        return new Template(parts, faults);
    }

    public List<Reference> references() {
        var references = new ArrayList<Reference>();
        for (Part part : parts) {
            if (part instanceof Value value) {
                references.add(value.reference());
            }
        }
        return references;
    }

    /** The one reference that this consists of, if it does: its value then keeps its type. */
    Optional<Reference> whole() {
        return parts.size() == 1 && parts.getFirst() instanceof Value value
                ? Optional.of(value.reference())
                : Optional.empty();
    }
}

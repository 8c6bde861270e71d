package com.promptmanage.runner.expression;

import static dev.cel.common.CelFunctionDecl.newFunctionDeclaration;
import static dev.cel.common.CelOverloadDecl.newGlobalOverload;
import static dev.cel.common.CelOverloadDecl.newMemberOverload;
import static dev.cel.common.types.SimpleType.BOOL;
import static dev.cel.common.types.SimpleType.DOUBLE;
import static dev.cel.common.types.SimpleType.DYN;
import static dev.cel.common.types.SimpleType.INT;
import static dev.cel.common.types.SimpleType.STRING;

import dev.cel.common.CelFunctionDecl;
import dev.cel.common.types.ListType;
import dev.cel.common.values.NullValue;
import dev.cel.runtime.CelFunctionBinding;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What expressions have besides CEL's own: the product's helpers, arithmetic over whole and broken numbers together, and
 * CEL's joining of texts with an eye on how much is made.
 */
final class CelFunctions {

    /** Of the running evaluation. Set for its duration by {@link Expression}. */
    static final ThreadLocal<Allowance> ALLOWANCE = ThreadLocal.withInitial(Allowance::new);

    private CelFunctions() {}

    static List<CelFunctionDecl> declarations() {
        return List.of(
                newFunctionDeclaration(
                        "contains",
                        newGlobalOverload("contains_of", BOOL, DYN, DYN),
                        newMemberOverload("list_contains", BOOL, ListType.create(DYN), DYN)),
                newFunctionDeclaration(
                        "length", newGlobalOverload("length_of", INT, DYN), newMemberOverload("x_length", DYN, DYN)),
                newFunctionDeclaration("isEmpty", newGlobalOverload("is_empty", BOOL, DYN)),
                newFunctionDeclaration("lower", newGlobalOverload("lower_of", STRING, STRING)),
                newFunctionDeclaration("upper", newGlobalOverload("upper_of", STRING, STRING)),
                newFunctionDeclaration("trim", newGlobalOverload("trim_of", STRING, STRING)),
                newFunctionDeclaration("join", newGlobalOverload("join_of", STRING, ListType.create(DYN), STRING)),
                newFunctionDeclaration("round", newGlobalOverload("round_of", DYN, DYN, INT)),
                mixed("_+_", "add"),
                mixed("_-_", "subtract"),
                mixed("_*_", "multiply"),
                mixed("_/_", "divide"));
    }

    static List<CelFunctionBinding> bindings() {
        return List.of(
                CelFunctionBinding.from("contains_string", String.class, String.class, String::contains),
                CelFunctionBinding.from("contains_of", Object.class, Object.class, CelFunctions::contains),
                CelFunctionBinding.from("list_contains", List.class, Object.class, CelFunctions::contains),
                CelFunctionBinding.from("length_of", Object.class, CelFunctions::length),
                CelFunctionBinding.from("x_length", Object.class, CelFunctions::lengthOrField),
                CelFunctionBinding.from("is_empty", Object.class, CelFunctions::isEmpty),
                CelFunctionBinding.from("lower_of", String.class, text -> made(text.toLowerCase(Locale.ROOT))),
                CelFunctionBinding.from("upper_of", String.class, text -> made(text.toUpperCase(Locale.ROOT))),
                CelFunctionBinding.from("trim_of", String.class, text -> made(text.strip())),
                CelFunctionBinding.from("join_of", List.class, String.class, CelFunctions::join),
                CelFunctionBinding.from("round_of", Object.class, Long.class, CelFunctions::round),
                CelFunctionBinding.from("add_string", String.class, String.class, CelFunctions::concatenated),
                CelFunctionBinding.from("add_int_double", Long.class, Double.class, (x, y) -> x + y),
                CelFunctionBinding.from("add_double_int", Double.class, Long.class, (x, y) -> x + y),
                CelFunctionBinding.from("subtract_int_double", Long.class, Double.class, (x, y) -> x - y),
                CelFunctionBinding.from("subtract_double_int", Double.class, Long.class, (x, y) -> x - y),
                CelFunctionBinding.from("multiply_int_double", Long.class, Double.class, (x, y) -> x * y),
                CelFunctionBinding.from("multiply_double_int", Double.class, Long.class, (x, y) -> x * y),
                CelFunctionBinding.from("divide_int_double", Long.class, Double.class, (x, y) -> x / y),
                CelFunctionBinding.from("divide_double_int", Double.class, Long.class, (x, y) -> x / y));
    }

    private static CelFunctionDecl mixed(String operator, String name) {
        return newFunctionDeclaration(
                operator,
                newGlobalOverload(name + "_int_double", DOUBLE, INT, DOUBLE),
                newGlobalOverload(name + "_double_int", DOUBLE, DOUBLE, INT));
    }

    private static boolean contains(Object whole, Object part) {
        return switch (whole) {
            case String text -> part instanceof String piece && text.contains(piece);
            case Collection<?> list -> list.stream().anyMatch(element -> same(element, part));
            case Map<?, ?> map -> map.containsKey(part);
            default -> false;
        };
    }

    /** As {@code ==} does it: 1 and 1.0 are the same. */
    private static boolean same(Object one, Object other) {
        if (one instanceof Number a
                && other instanceof Number b
                && !a.getClass().equals(b.getClass())) {
            return a.doubleValue() == b.doubleValue();
        }
        return one.equals(other);
    }

    private static long length(Object value) {
        return switch (value) {
            case String text -> text.codePointCount(0, text.length());
            case Collection<?> list -> list.size();
            case Map<?, ?> map -> map.size();
            case NullValue nothing -> 0;
            default -> throw new UnfitException("length takes a text, a list or an object");
        };
    }

    private static Object lengthOrField(Object value) {
        if (value instanceof Map<?, ?> map) {
            Object field = map.get("length");
            return field == null ? (Object) length(value) : field;
        }
        return length(value);
    }

    private static boolean isEmpty(Object value) {
        return switch (value) {
            case String text -> text.isEmpty();
            case Collection<?> list -> list.isEmpty();
            case Map<?, ?> map -> map.isEmpty();
            case NullValue nothing -> true;
            default -> false;
        };
    }

    private static String join(List<?> list, String separator) {
        var text = new StringBuilder();
        for (int i = 0; i < list.size(); i++) {
            int lengthBefore = text.length();
            text.append(i == 0 ? "" : separator).append(shown(list.get(i)));
            ALLOWANCE.get().take(text.length() - (long) lengthBefore);
        }
        return text.toString();
    }

    private static Object shown(Object value) {
        return value instanceof NullValue ? "" : value;
    }

    private static Object round(Object number, long places) {
        if (number instanceof Long) {
            return number;
        }
        if (number instanceof Double value && Double.isFinite(value) && places >= 0 && places <= 15) {
            return new BigDecimal(value)
                    .setScale((int) places, RoundingMode.HALF_UP)
                    .doubleValue();
        }
        throw new UnfitException("round takes a number and from 0 to 15 places");
    }

    private static String concatenated(String one, String other) {
        ALLOWANCE.get().take((long) one.length() + other.length());
        return one + other;
    }

    private static String made(String text) {
        ALLOWANCE.get().take(text.length());
        return text;
    }

    /** A function was given what it does not take. The message says what it takes, to the expression's author. */
    static final class UnfitException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        UnfitException(String message) {
            super(message, null, false, false);
        }
    }
}

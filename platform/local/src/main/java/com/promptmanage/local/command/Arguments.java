package com.promptmanage.local.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** A command line: plain arguments, {@code --name value} and flags. Everything wrong with it is told at once. */
public final class Arguments {

    private final Map<String, String> values = new LinkedHashMap<>();

    private final List<String> plain = new ArrayList<>();

    private final List<String> problems = new ArrayList<>();

    /** Thrown by {@link #check}; the message is for the person at the terminal. */
    public static final class BadArgumentsException extends RuntimeException {

        @java.io.Serial
        private static final long serialVersionUID = 1;

        BadArgumentsException(List<String> problems) {
            super(String.join("\n", problems));
        }
    }

    /**
     * @param options that are followed by a value, for example {@code --port}
     * @param flags that are not
     */
    public Arguments(List<String> arguments, Set<String> options, Set<String> flags) {
        var left = arguments.iterator();
        while (left.hasNext()) {
            String argument = left.next();
            String name = argument.replaceFirst("=.*", "");
            if (!argument.startsWith("--")) {
                plain.add(argument);
            } else if (flags.contains(argument)) {
                values.put(argument, "");
            } else if (!options.contains(name)) {
                problems.add("%s is not an option; see --help".formatted(name));
            } else if (argument.length() > name.length()) {
                values.put(name, argument.substring(name.length() + 1));
            } else if (left.hasNext()) {
                values.put(name, left.next());
            } else {
                problems.add(name + " needs a value");
            }
        }
    }

    public boolean has(String flag) {
        return values.containsKey(flag);
    }

    public Optional<String> text(String option) {
        return Optional.ofNullable(values.get(option));
    }

    public int integer(String option, int otherwise, int min, int max) {
        return parsed(option, otherwise, "an integer from %d to %d".formatted(min, max), text -> {
            int value = Integer.parseInt(text);
            return value < min || value > max ? Optional.empty() : Optional.of(value);
        });
    }

    /** A number above 0. */
    public double positive(String option, double otherwise) {
        return parsed(option, otherwise, "a number above 0", text -> {
            double value = Double.parseDouble(text);
            return value > 0 && Double.isFinite(value) ? Optional.of(value) : Optional.empty();
        });
    }

    /** The only plain argument. */
    public String only(String what) {
        if (plain.size() != 1) {
            problems.add("give one %s, not %s".formatted(what, plain.isEmpty() ? "none" : plain));
            return "";
        }
        return plain.getFirst();
    }

    public void none() {
        plain.forEach(argument -> problems.add("'%s' is not an option; see --help".formatted(argument)));
    }

    /** Call it last. */
    public void check() {
        if (!problems.isEmpty()) {
            throw new BadArgumentsException(problems);
        }
    }

    private <T> T parsed(String option, T otherwise, String expected, Function<String, Optional<T>> parse) {
        String text = values.get(option);
        if (text == null) {
            return otherwise;
        }
        Optional<T> value;
        try {
            value = parse.apply(text);
        } catch (NumberFormatException e) {
            value = Optional.empty();
        }
        if (value.isEmpty()) {
            problems.add("%s takes %s, not '%s'".formatted(option, expected, text));
        }
        return value.orElse(otherwise);
    }
}

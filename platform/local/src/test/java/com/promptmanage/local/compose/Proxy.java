package com.promptmanage.local.compose;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code Caddyfile}, read as far as it takes to say where a request goes. */
record Proxy(List<Rule> rules, String otherwise) {

    private static final Pattern NAMED =
            Pattern.compile("@(\\w+) (?:\\{([^}]*)}|path ([^\\n]*))\\s+handle @\\1 \\{([^}]*)");

    private static final Pattern OTHERWISE = Pattern.compile("(?m)^\\thandle \\{([^}]*)");

    private static final Pattern TARGET = Pattern.compile("reverse_proxy ([\\w-]+):\\d+");

    /**
     * One way to a service.
     *
     * @param method empty for every one
     * @param paths with a star at the end for all that begin so
     * @param service empty for who answers itself
     */
    record Rule(String method, List<String> paths, String service) {

        boolean takes(String asked, String path) {
            return (method.isEmpty() || method.equals(asked))
                    && paths.stream()
                            .anyMatch(one -> one.endsWith("*")
                                    ? path.startsWith(one.substring(0, one.length() - 1))
                                    : path.equals(one));
        }
    }

    static Proxy read(Path file) throws IOException {
        String text = Files.readString(file);
        var rules = new ArrayList<Rule>();
        Matcher named = NAMED.matcher(text);
        while (named.find()) {
            String block = named.group(2);
            String paths = block == null ? named.group(3) : line(block, "path");
            rules.add(new Rule(
                    block == null ? "" : line(block, "method"),
                    List.of(paths.strip().split("\\s+", -1)),
                    service(named.group(4))));
        }
        Matcher otherwise = OTHERWISE.matcher(text);
        if (!otherwise.find()) {
            throw new AssertionError("nobody answers what no rule takes");
        }
        return new Proxy(rules, service(otherwise.group(1)));
    }

    /** Whose answer a request gets. */
    String serviceOf(String method, String path) {
        return rules.stream()
                .filter(rule -> rule.takes(method, path))
                .map(Rule::service)
                .findFirst()
                .orElse(otherwise);
    }

    private static String line(String block, String name) {
        Matcher line = Pattern.compile("(?m)^\\s*" + name + " (.*)$").matcher(block);
        return line.find() ? requireNonNull(line.group(1)) : "";
    }

    private static String service(String handle) {
        Matcher target = TARGET.matcher(handle);
        return target.find() ? requireNonNull(target.group(1)) : "";
    }
}

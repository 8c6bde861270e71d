package com.promptmanage.service.settings;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a process's settings from its environment and reports everything wrong with them at once.
 *
 * <p>A prefixed name that nobody asked for is an error too: it is nearly always a misspelling of one that matters. So a
 * process makes one of these, hands it to every part that has settings, and calls {@link #check} last.
 */
public final class Settings {

    /** The prefix of every setting of the product. */
    public static final String PREFIX = "PM_";

    private static final String TEXT = "text";

    private static final String NONE = "none";

    private static final Pattern SIZE = Pattern.compile("(\\d{1,12})(B|KiB|MiB|GiB)?");

    private final String prefix;

    private final Map<String, String> environment;

    /** Each once, however many parts ask for the same setting. */
    private final Set<String> problems = new LinkedHashSet<>();

    private final Map<String, Asked> asked = new LinkedHashMap<>();

    private final TreeSet<String> unread;

    /**
     * A setting that was asked for: what a manual says of it.
     *
     * @param otherwise as an operator would write it; null if it must be given
     * @param allowed in words
     */
    public record Asked(String name, @Nullable String otherwise, String allowed) {}

    public Settings(String prefix, Map<String, String> environment) {
        this.prefix = prefix;
        this.environment = Map.copyOf(environment);
        this.unread = new TreeSet<>(environment.keySet());
        this.unread.removeIf(name -> !name.startsWith(prefix));
    }

    /** Of this process. */
    public static Settings ofEnvironment() {
        return new Settings(PREFIX, System.getenv());
    }

    /** Must be given, and not be blank. */
    public String text(String name) {
        note(name, null, TEXT);
        return value(name, null, Settings::filled, "");
    }

    public String text(String name, String otherwise) {
        note(name, otherwise, TEXT);
        return value(name, otherwise, Settings::filled, otherwise);
    }

    public Optional<String> optionalText(String name) {
        note(name, NONE, TEXT);
        return value(name, Optional.empty(), text -> Optional.of(filled(text)), Optional.empty());
    }

    /** 0 asks for any free port. */
    public int port(String name, int otherwise) {
        return integer(name, otherwise, 0, 65_535);
    }

    public int integer(String name, int otherwise, int min, int max) {
        return (int) wholeNumber(name, otherwise, min, max);
    }

    public long wholeNumber(String name, long otherwise, long min, long max) {
        note(name, Long.toString(otherwise), "%d to %d".formatted(min, max));
        return value(
                name,
                otherwise,
                text -> {
                    long number = Long.parseLong(text);
                    if (number < min || number > max) {
                        throw new IllegalArgumentException("is not between %d and %d".formatted(min, max));
                    }
                    return number;
                },
                otherwise);
    }

    /** {@code true} or {@code false}. */
    public boolean flag(String name, boolean otherwise) {
        note(name, Boolean.toString(otherwise), "true or false");
        return value(
                name,
                otherwise,
                text -> switch (text.toLowerCase(Locale.ROOT)) {
                    case "true" -> true;
                    case "false" -> false;
                    default -> throw new IllegalArgumentException("is neither true nor false");
                },
                otherwise);
    }

    /** As ISO 8601 says it, for example {@code PT2.5S}. */
    public Duration duration(String name, Duration otherwise, Duration min, Duration max) {
        note(name, otherwise.toString(), "%s to %s".formatted(min, max));
        return value(
                name,
                otherwise,
                text -> {
                    Duration duration = Duration.parse(text);
                    if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
                        throw new IllegalArgumentException("is not between %s and %s".formatted(min, max));
                    }
                    return duration;
                },
                otherwise);
    }

    /** Bytes: a number, alone or followed by B, KiB, MiB or GiB. */
    public long sizeBytes(String name, long otherwise, long min, long max) {
        note(name, size(otherwise), "%s to %s".formatted(size(min), size(max)));
        return value(
                name,
                otherwise,
                text -> {
                    long bytes = bytes(text);
                    if (bytes < min || bytes > max) {
                        throw new IllegalArgumentException("is not between %d and %d bytes".formatted(min, max));
                    }
                    return bytes;
                },
                otherwise);
    }

    /** Separated by commas; blanks around an entry do not count. No message repeats them, for they may be keys. */
    public List<String> list(String name, List<String> otherwise) {
        note(name, otherwise.isEmpty() ? NONE : String.join(",", otherwise), "list, with commas");
        return value(
                name,
                otherwise,
                text -> {
                    List<String> entries = Stream.of(filled(text).split(",", -1))
                            .map(String::strip)
                            .toList();
                    if (entries.stream().anyMatch(String::isEmpty)) {
                        throw new BlankException("has a blank entry");
                    }
                    return entries;
                },
                otherwise);
    }

    /** Adds a problem of two settings that do not go together. */
    public void require(boolean fine, String problem) {
        if (!fine) {
            problems.add(problem);
        }
    }

    /**
     * Ends the reading. Call it last.
     *
     * @return the names of what was set, for the log: values may be secrets
     * @throws BadSettingsException with every problem, if there is one
     */
    public List<String> check() {
        unread.forEach(name -> problems.add(name + ": not a setting"));
        unread.clear();
        if (!problems.isEmpty()) {
            throw new BadSettingsException(List.copyOf(problems));
        }
        return environment.keySet().stream()
                .filter(name -> name.startsWith(prefix))
                .sorted()
                .toList();
    }

    /** All that was asked for so far, in that order. */
    public List<Asked> asked() {
        return List.copyOf(asked.values());
    }

    private void note(String name, @Nullable String otherwise, String allowed) {
        asked.putIfAbsent(name, new Asked(prefix + name, otherwise, allowed));
    }

    /** Says what is missing, not what is there. */
    private static final class BlankException extends IllegalArgumentException {

        private static final long serialVersionUID = 1L;

        private BlankException(String message) {
            super(message);
        }
    }

    private <T> T value(String name, @Nullable T otherwise, Function<String, T> parse, T placeholder) {
        unread.remove(prefix + name);
        String text = environment.get(prefix + name);
        if (text == null) {
            if (otherwise == null) {
                problems.add(prefix + name + ": missing");
                return placeholder;
            }
            return otherwise;
        }
        try {
            return parse.apply(text.strip());
        } catch (NumberFormatException | DateTimeParseException e) {
            problems.add("%s%s: cannot read '%s'".formatted(prefix, name, text));
            return placeholder;
        } catch (IllegalArgumentException e) {
            problems.add("%s%s: %s".formatted(prefix, name, said(text, e)));
            return placeholder;
        }
    }

    private static String said(String text, IllegalArgumentException problem) {
        return problem instanceof BlankException || text.isBlank()
                ? String.valueOf(problem.getMessage())
                : "'%s' %s".formatted(text, problem.getMessage());
    }

    private static String filled(String text) {
        if (text.isBlank()) {
            throw new BlankException("is blank");
        }
        return text;
    }

    private static String size(long bytes) {
        if (bytes % (1 << 30) == 0) {
            return (bytes >> 30) + "GiB";
        }
        if (bytes % (1 << 20) == 0) {
            return (bytes >> 20) + "MiB";
        }
        return bytes % (1 << 10) == 0 ? (bytes >> 10) + "KiB" : bytes + "B";
    }

    private static long bytes(String text) {
        var size = SIZE.matcher(text);
        if (!size.matches()) {
            throw new IllegalArgumentException("is not a size: use for example 16MiB");
        }
        long number = Long.parseLong(size.group(1));
        String unit = size.group(2);
        return switch (unit == null ? "B" : unit) {
            case "KiB" -> number << 10;
            case "MiB" -> number << 20;
            case "GiB" -> number << 30;
            default -> number;
        };
    }
}

package com.promptmanage.runner.template;

import com.promptmanage.service.mail.Mailer;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether what people type for a template's parameter is of its kind, and what becomes of it in the definition. The dashboard goes
 * by the same rules before anything is sent; {@code parameter-values.json} among the tests has what both must come to.
 */
final class ValueFit {

    /** As many as one mail goes to. */
    private static final int ADDRESSES_MAX = 20;

    private static final int ADDRESS_LENGTH_MAX = 320;

    private static final int URL_LENGTH_MAX = 2_000;

    private static final int DIGITS_MAX = 15;

    private static final int SHOWN_MAX = 60;

    private static final Pattern NUMBER = Pattern.compile("[+-]?([0-9]+([.][0-9]+)?|[.][0-9]+)");

    /** In quotation marks, which may have commas between them, or without. */
    private static final Pattern ONE_OF_LIST =
            Pattern.compile("\\s*(?:'([^']*)'|\"([^\"]*)\"|([^,;'\"\\s][^,;]*)?)\\s*(?:[,;]|\\z)");

    /** Bare, or in angle brackets behind a name. */
    private static final Pattern ADDRESS = Pattern.compile("(?:[^,;:<>()\\[\\]\\\\\"@]*<([^<>]*)>|([^<>]*))");

    private static final Pattern BARE_ADDRESS = Pattern.compile(
            "[^\\s.@,;:<>()\\[\\]\\\\\"]+(?:[.][^\\s.@,;:<>()\\[\\]\\\\\"]+)*@[\\p{L}\\p{Nd}-]+(?:[.][\\p{L}\\p{Nd}-]+)*");

    private static final Pattern WEB_ADDRESS = Pattern.compile(
            "https?://(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:[.][a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\\[[0-9a-f:.]+\\])(?::[0-9]{1,5})?(?:[/?][a-z0-9._~:/?@!$&'()*+,;=%-]*)?(?:#[a-z0-9._~:/?@!$&'()*+,;=%-]*)?",
            Pattern.CASE_INSENSITIVE);

    private ValueFit() {}

    sealed interface Verdict {}

    /** @param text what comes in the parameter's place, which is template text itself */
    record Taken(String text) implements Verdict {}

    /**
     * @param detail what is wrong with what was given
     * @param remedy what to do
     */
    record Refused(String detail, String remedy) implements Verdict {}

    /**
     * @param parameter neither a data source nor a secret
     * @param given not blank
     */
    static Verdict of(TemplateParameter parameter, String given) {
        String text = given.strip();
        return switch (parameter.kind()) {
            case DATA_SOURCE, SECRET, TEXT -> new Taken(Placeholders.literal(given));
            case NUMBER -> number(parameter, text);
            case LIST -> list(parameter, text);
            case EMAIL -> addresses(parameter, text);
            case URL -> webAddress(text);
        };
    }

    /** What stands in an expression as long as nothing that fits is given, so that it is not told that the expression is wrong. */
    static Optional<String> standIn(TemplateParameter.Kind kind) {
        return switch (kind) {
            case NUMBER -> Optional.of("1");
            case LIST -> Optional.of("''");
            case DATA_SOURCE, SECRET, TEXT, EMAIL, URL -> Optional.empty();
        };
    }

    private static Verdict number(TemplateParameter parameter, String text) {
        String remedy = "Give a number%s, with a point before decimals."
                .formatted(bounds(parameter.minimum(), parameter.maximum()));
        if (!NUMBER.matcher(text).matches()) {
            return new Refused("is no number", remedy);
        }
        if (text.chars().filter(Character::isDigit).count() > DIGITS_MAX) {
            return new Refused("has more than %d digits".formatted(DIGITS_MAX), remedy);
        }
        var number = new BigDecimal(text);
        if (parameter.minimum() != null && number.compareTo(parameter.minimum()) < 0) {
            return new Refused("is below %s".formatted(shown(parameter.minimum())), remedy);
        }
        if (parameter.maximum() != null && number.compareTo(parameter.maximum()) > 0) {
            return new Refused("is above %s".formatted(shown(parameter.maximum())), remedy);
        }
        return new Taken(number.toPlainString());
    }

    private static String bounds(@Nullable BigDecimal minimum, @Nullable BigDecimal maximum) {
        if (minimum != null && maximum != null) {
            return " from %s to %s".formatted(shown(minimum), shown(maximum));
        }
        if (minimum != null) {
            return " of %s or more".formatted(shown(minimum));
        }
        return maximum == null ? "" : " of %s or less".formatted(shown(maximum));
    }

    private static String shown(BigDecimal number) {
        return number.stripTrailingZeros().toPlainString();
    }

    private static Verdict list(TemplateParameter parameter, String text) {
        int most = parameter.maximum() == null
                ? Integer.MAX_VALUE
                : parameter.maximum().intValue();
        String remedy = "Give texts with commas between them%s."
                .formatted(parameter.maximum() == null ? "" : ", %d at most".formatted(most));
        Optional<Set<String>> texts = textsOf(text);
        if (texts.isEmpty()) {
            return new Refused("has a quotation mark that is not closed before the next comma", remedy);
        }
        if (texts.get().isEmpty()) {
            return new Refused("has nothing in it", remedy);
        }
        if (texts.get().size() > most) {
            return new Refused("has %d texts".formatted(texts.get().size()), remedy);
        }
        return new Taken(texts.get().stream().map(ValueFit::literal).collect(Collectors.joining(", ")));
    }

    /** Each once, without those that are empty; nothing if a quotation mark stands alone. */
    private static Optional<Set<String>> textsOf(String text) {
        String within = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        var texts = new LinkedHashSet<String>();
        Matcher one = ONE_OF_LIST.matcher(within);
        int at = 0;
        while (at < within.length()) {
            one.region(at, within.length());
            if (!one.lookingAt()) {
                return Optional.empty();
            }
            for (int group = 1; group <= one.groupCount(); group++) {
                String found = one.group(group);
                if (found != null && !found.isBlank()) {
                    texts.add(found.strip());
                }
            }
            at = one.end();
        }
        return Optional.of(texts);
    }

    /** As an expression has a text. Two braces would begin a reference. */
    private static String literal(String text) {
        return "'%s'"
                .formatted(text.replace("\\", "\\\\")
                        .replace("'", "\\'")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                        .replace("{{", "{\\u007b"));
    }

    private static Verdict addresses(TemplateParameter parameter, String text) {
        int most = parameter.maximum() == null
                ? ADDRESSES_MAX
                : parameter.maximum().intValue();
        String remedy = "Give an address such as mara@example.com%s."
                .formatted(most == 1 ? "" : ", or up to %d with commas between them".formatted(most));
        List<String> addresses = new ArrayList<>();
        for (String part : text.split("[,;]", -1)) {
            if (!part.isBlank()) {
                addresses.add(part.strip());
            }
        }
        if (addresses.isEmpty()) {
            return new Refused("has nothing in it", remedy);
        }
        Optional<String> wrong =
                addresses.stream().filter(address -> !isAddress(address)).findFirst();
        if (wrong.isPresent()) {
            return new Refused(
                    addresses.size() == 1
                            ? "is no e-mail address"
                            : "has '%s' in it, which is no e-mail address".formatted(shortened(wrong.get())),
                    remedy);
        }
        if (addresses.size() > most) {
            return new Refused("has %d addresses".formatted(addresses.size()), remedy);
        }
        return new Taken(Placeholders.literal(String.join(", ", addresses)));
    }

    private static boolean isAddress(String text) {
        Matcher address = ADDRESS.matcher(text);
        if (text.length() > ADDRESS_LENGTH_MAX || !address.matches()) {
            return false;
        }
        String bare = address.group(1) == null ? address.group(2) : address.group(1);
        return BARE_ADDRESS.matcher(bare).matches() && Mailer.isAddress(text);
    }

    private static String shortened(String text) {
        return text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX) + "\u2026";
    }

    private static Verdict webAddress(String text) {
        return isWebAddress(text)
                ? new Taken(Placeholders.literal(text))
                : new Refused(
                        "is no web address",
                        "Give one that begins with https:// or http://, such as https://example.com/path.");
    }

    private static boolean isWebAddress(String text) {
        if (text.length() > URL_LENGTH_MAX || !WEB_ADDRESS.matcher(text).matches()) {
            return false;
        }
        try {
            var address = new URI(text);
            return address.getHost() != null && address.getPort() <= 65_535;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}

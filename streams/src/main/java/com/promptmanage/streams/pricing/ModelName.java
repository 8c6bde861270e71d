package com.promptmanage.streams.pricing;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The names under which a model is looked for: as the producer wrote it, then with what gateways, clouds and releases add
 * to it taken off, one after the other. Case, and whether a version has a dot or a dash in it, never matter.
 */
final class ModelName {

    /** A snapshot's date: {@code -2024-07-18} or {@code -20240718}. */
    private static final Pattern DATE = Pattern.compile("-(20\\d{2}-\\d{2}-\\d{2}|20\\d{6})$");

    /** A cloud's own version: {@code -v2:0}. */
    private static final Pattern CLOUD_VERSION = Pattern.compile("-v\\d+(:\\d+)?$");

    /** A cloud's region and vendor: {@code us.anthropic.}. */
    private static final Pattern CLOUD_VENDOR =
            Pattern.compile("^([a-z]{2,6}\\.)?(anthropic|amazon|meta|mistral|cohere|openai|google)\\.");

    private ModelName() {}

    /** The form in which names are compared. */
    static String key(String name) {
        return name.toLowerCase(Locale.ROOT).replace('.', '-');
    }

    /** The keys to try, the most exact first. */
    static List<String> keys(String name) {
        Set<String> keys = new LinkedHashSet<>();
        String plain = name.toLowerCase(Locale.ROOT).trim();
        keys.add(key(plain));
        plain = plain.substring(plain.lastIndexOf('/') + 1).replace('@', '-');
        keys.add(key(plain));
        plain = CLOUD_VERSION
                .matcher(CLOUD_VENDOR.matcher(plain).replaceFirst(""))
                .replaceFirst("");
        keys.add(key(plain));
        keys.add(key(DATE.matcher(plain).replaceFirst("")));
        if (plain.endsWith("-latest")) {
            keys.add(key(plain.substring(0, plain.length() - "-latest".length())));
        }
        keys.remove("");
        return new ArrayList<>(keys);
    }
}

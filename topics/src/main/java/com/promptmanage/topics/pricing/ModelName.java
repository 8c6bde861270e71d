package com.promptmanage.topics.pricing;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names under which a model is looked for: as the producer wrote it, then with what gateways, clouds and releases add
 * to it taken off, one after the other:
 *
 * <ol>
 *   <li>the path before the last two parts, then before the last: {@code openrouter/anthropic/}, {@code models/};
 *   <li>a cloud's region and vendor: {@code us.anthropic.};
 *   <li>a cloud's own version, where the name shows that it is a cloud's: {@code -v2:0}, {@code -v1} after a vendor,
 *       {@code -v2@20241022}. Elsewhere {@code -v3} is a part of the model's name;
 *   <li>a snapshot's date: {@code -2024-07-18}, {@code -20240718}, {@code @20240718};
 *   <li>{@code -latest}.
 * </ol>
 *
 * <p>Case, and whether a version has a dot or a dash in it, never matter.
 */
public final class ModelName {

    private static final Pattern DATE = Pattern.compile("[-@](20\\d{2}-\\d{2}-\\d{2}|20\\d{6})$");

    private static final Pattern CLOUD_VERSION = Pattern.compile("-v\\d+(:\\d+)?$");

    /** This form is a cloud's wherever it stands. */
    private static final Pattern NUMBERED_CLOUD_VERSION = Pattern.compile("-v\\d+:\\d+$");

    private static final Pattern CLOUD_VENDOR = Pattern.compile(
            "^([a-z]{2,6}(-gov)?\\.)?(ai21|amazon|anthropic|cohere|deepseek|google|meta|mistral|openai|qwen)\\.");

    private static final String LATEST = "-latest";

    private ModelName() {}

    /** The form in which names are compared. */
    public static String key(String name) {
        return name.toLowerCase(Locale.ROOT).replace('.', '-').replace('@', '-');
    }

    /** The keys to try, the most exact first. */
    public static List<String> keys(String name) {
        Set<String> keys = new LinkedHashSet<>();
        String plain = name.toLowerCase(Locale.ROOT).trim();
        keys.add(key(plain));
        plain = lastParts(plain, 2);
        keys.add(key(plain));
        plain = lastParts(plain, 1);
        keys.add(key(plain));

        Matcher vendor = CLOUD_VENDOR.matcher(plain);
        Pattern version = vendor.find() || plain.indexOf('@') >= 0 ? CLOUD_VERSION : NUMBERED_CLOUD_VERSION;
        plain = vendor.replaceFirst("");
        keys.add(key(plain));
        for (Pattern addition : List.of(version, DATE, version)) {
            plain = addition.matcher(plain).replaceFirst("");
            keys.add(key(plain));
        }
        if (plain.endsWith(LATEST)) {
            keys.add(key(plain.substring(0, plain.length() - LATEST.length())));
        }
        keys.remove("");
        return new ArrayList<>(keys);
    }

    private static String lastParts(String path, int parts) {
        int from = path.length();
        for (int i = 0; i < parts && from >= 0; i++) {
            from = path.lastIndexOf('/', from - 1);
        }
        return path.substring(from + 1);
    }
}

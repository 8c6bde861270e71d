package com.promptmanage.testkit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Damages JSON as careless and hostile senders do. The same seed gives the same damage. Not for several threads. */
public final class Damage {

    /** What is put where something else should be. */
    private static final List<String> PIECES = List.of(
            "null",
            "true",
            "-1",
            "0",
            "1.0",
            "1e3",
            "1e999999999",
            "1e-999999999",
            "-0",
            "00",
            "1000000000001",
            "9223372036854775807",
            "-9223372036854775808",
            "99999999999999999999",
            "1".repeat(400),
            "{}",
            "[]",
            "[[[[",
            "[".repeat(70) + "]".repeat(70),
            "{\"a\":".repeat(70) + "1" + "}".repeat(70),
            "[".repeat(20_000),
            "\"\"",
            "\"x\"",
            "\" \"",
            "\"*\"",
            "\"\\ud800\"",
            "\"\\udc00\\ud800\"",
            "\"\\u0000\"",
            "\"\\u0085\"",
            "\"\u0085\"",
            "\"\\ud83d\\ude00\"",
            "\"team:\"",
            "\"user:\"",
            "\"team:a\\nb\"",
            "\"2026-11-24T10:06:00Z\"",
            "\"0000-00-00T00:00:00Z\"",
            "\"+999999999-12-31T23:59:59Z\"",
            "\"" + "l".repeat(300) + "\"",
            "\"" + "ü".repeat(256) + "\"",
            "\\",
            "\"",
            ",",
            ":",
            "}",
            "]",
            "\u0000",
            "\ufeff",
            "\"id\":\"q\",",
            "\"data\":null,",
            "\"tokens\":7,",
            "\"__proto__\":{},");

    private final SplittableRandom random;

    public Damage(long seed) {
        random = new SplittableRandom(seed);
    }

    /** From 0 to before this. */
    public int below(int bound) {
        return random.nextInt(bound);
    }

    public <T> T oneOf(List<T> several) {
        return several.get(random.nextInt(several.size()));
    }

    /** Nothing but noise. */
    public byte[] noise(int lengthMax) {
        var bytes = new byte[random.nextInt(lengthMax + 1)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** With one to four edits, some of which leave it well-formed. */
    public byte[] edited(String json) {
        var text = new StringBuilder(json);
        for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
            edit(text);
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        if (bytes.length > 0 && random.nextInt(8) == 0) {
            // Also in the middle of a character.
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return random.nextInt(20) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length + 1)) : bytes;
    }

    private void edit(StringBuilder text) {
        if (text.isEmpty()) {
            text.append(oneOf(PIECES));
            return;
        }
        int at = random.nextInt(text.length());
        switch (random.nextInt(9)) {
            case 0 -> text.insert(at, oneOf(PIECES));
            case 1 -> text.setCharAt(at, (char) random.nextInt(32, 127));
            case 2 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(12)));
            case 3 -> text.append(oneOf(PIECES));
            case 4 -> repeatMember(text, at);
            default -> replaceValue(text, at);
        }
    }

    /** Another value for a member gets deeper into a reader than a broken bracket. */
    private void replaceValue(StringBuilder text, int at) {
        int colon = text.indexOf("\":", at);
        if (colon < 0) {
            return;
        }
        int end = colon + 2;
        while (end < text.length() && ",}]".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        text.replace(colon + 2, end, oneOf(PIECES));
    }

    private static void repeatMember(StringBuilder text, int at) {
        int start = text.indexOf(",\"", at);
        int end = start < 0 ? -1 : text.indexOf(",\"", start + 1);
        if (end > 0) {
            text.insert(end, text.substring(start, end));
        }
    }
}

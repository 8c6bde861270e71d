package com.promptmanage.ingest.normalize;

import com.promptmanage.topics.account.Account;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Which texts may stand in a record. */
public final class Texts {

    private Texts() {}

    /** Whether it may name something: 1 to 256 characters, none a control character, none half a character. */
    public static boolean isId(String text) {
        return Account.isId(text) && isWhole(text);
    }

    /**
     * An id as it is, or, where it is longer than ids are here or has characters that ids have not, what its SHA-256 comes to. Never
     * to be changed: what was sent before would be counted again.
     *
     * @param id empty if there is none
     */
    public static String keptId(String id) {
        return id.isEmpty() || isId(id) ? id : "sha256:" + HexFormat.of().formatHex(sha256(id));
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Whether it can be written in UTF-8. JSON can escape half of a pair of surrogates, which is no character. */
    public static boolean isWhole(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /** The text with a question mark for every half of a character, and for zero, which a database does not keep. */
    public static String whole(String text) {
        if (text.indexOf('\0') < 0 && isWhole(text)) {
            return text;
        }
        var whole = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> c == 0 || (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) ? '?' : c)
                .forEach(whole::appendCodePoint);
        return whole.toString();
    }
}

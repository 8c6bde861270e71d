package com.promptmanage.ingest.normalize;

import com.promptmanage.topics.account.Account;

/** Which texts may stand in a record. */
public final class Texts {

    private Texts() {}

    /** Whether it may name something: 1 to 256 characters, none a control character, none half a character. */
    public static boolean isId(String text) {
        return Account.isId(text) && isWhole(text);
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

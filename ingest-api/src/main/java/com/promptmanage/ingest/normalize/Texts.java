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
}

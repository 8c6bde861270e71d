package com.promptmanage.topics.budget;

import com.promptmanage.topics.account.Account;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What spend is seen by: the account as a whole, one of the things an event names, or one of its tags.
 *
 * @param tag the tag's name if, and only if, the kind is {@link Kind#TAG}
 */
public record Dimension(Kind kind, @Nullable String tag) {

    private static final String TAG_PREFIX = "tag:";

    /** The kinds, each with the byte that stands for it in stored keys: append only. */
    public enum Kind {
        ACCOUNT("account", 'a'),
        MEMBER("member", 'u'),
        MODEL("model", 'm'),
        PROVIDER("provider", 'p'),
        WORKFLOW("workflow", 'w'),
        PROMPT("prompt", 'i'),
        API_KEY("api_key", 'k'),
        EXECUTION_TYPE("execution_type", 'x'),
        TAG("tag", 't'),
        /** Of events that are not the use of tokens: they are counted by their type and cost nothing. */
        EVENT_TYPE("event_type", 'e');

        private final String value;

        private final byte code;

        Kind(String value, char code) {
            this.value = value;
            this.code = (byte) code;
        }

        /** The name in JSON. */
        public String value() {
            return value;
        }

        /** The byte that stands for the kind in stored keys. */
        public byte code() {
            return code;
        }
    }

    public static final Dimension ACCOUNT = new Dimension(Kind.ACCOUNT, null);

    public static final Dimension MEMBER = new Dimension(Kind.MEMBER, null);

    public static final Dimension MODEL = new Dimension(Kind.MODEL, null);

    public static final Dimension PROVIDER = new Dimension(Kind.PROVIDER, null);

    public static final Dimension WORKFLOW = new Dimension(Kind.WORKFLOW, null);

    public static final Dimension PROMPT = new Dimension(Kind.PROMPT, null);

    public static final Dimension API_KEY = new Dimension(Kind.API_KEY, null);

    public static final Dimension EXECUTION_TYPE = new Dimension(Kind.EXECUTION_TYPE, null);

    public Dimension {
        if ((kind == Kind.TAG) != (tag != null) || (tag != null && !Account.isId(tag))) {
            throw new IllegalArgumentException("a tag dimension, and only it, names its tag: tag:<name>");
        }
    }

    public static Dimension ofTag(String name) {
        return new Dimension(Kind.TAG, name);
    }

    /** Reads {@code account}, {@code member}, …, {@code tag:<name>}. */
    public static Optional<Dimension> parse(String text) {
        if (text.startsWith(TAG_PREFIX)) {
            String name = text.substring(TAG_PREFIX.length());
            return Account.isId(name) ? Optional.of(ofTag(name)) : Optional.empty();
        }
        return Arrays.stream(Kind.values())
                .filter(kind -> kind != Kind.TAG && kind.value().equals(text))
                .map(kind -> new Dimension(kind, null))
                .findFirst();
    }

    /** The name in JSON. */
    public String value() {
        return tag == null ? kind.value() : TAG_PREFIX + tag;
    }

    @Override
    public String toString() {
        return value();
    }
}

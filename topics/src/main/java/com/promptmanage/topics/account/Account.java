package com.promptmanage.topics.account;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Whose spend an event is: {@code team:<id>} when it carries a team, else {@code user:<id>}. The partition key of every
 * public topic, so that all that must be decided together is decided by one thread.
 *
 * @param value the prefixed form, for example {@code team:acme}
 */
public record Account(String value) {

    /**
     * Longest id of a user, team, model and the like, in Java's characters: one beyond the first plane, such as an emoji, counts as
     * two. So no id has more than 768 bytes in UTF-8, and three of them fit into a row of an index, which may have 2,704 in PostgreSQL.
     */
    public static final int ID_LENGTH_MAX = 256;

    private static final String TEAM = "team:";

    private static final String USER = "user:";

    public Account {
        if (!isAccount(value)) {
            throw new IllegalArgumentException("'%s' is not an account: use team:<id> or user:<id>".formatted(value));
        }
    }

    public static Account team(String id) {
        return new Account(TEAM + id);
    }

    public static Account user(String id) {
        return new Account(USER + id);
    }

    public static Optional<Account> parse(String text) {
        return isAccount(text) ? Optional.of(new Account(text)) : Optional.empty();
    }

    public boolean isTeam() {
        return value.startsWith(TEAM);
    }

    /** The id without its prefix. */
    public String id() {
        return value.substring(TEAM.length());
    }

    /** The record key: the value in UTF-8. */
    public byte[] key() {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return value;
    }

    /** Whether a text may be the id of a user, a team, a model and so on: 1 to 256 characters, none a control character. */
    public static boolean isId(String id) {
        if (id.isEmpty() || id.length() > ID_LENGTH_MAX) {
            return false;
        }
        // Of several ids of each event: a stream of their characters would take longer than all else here.
        for (int i = 0; i < id.length(); i++) {
            if (Character.isISOControl(id.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAccount(String text) {
        return (text.startsWith(TEAM) || text.startsWith(USER)) && isId(text.substring(TEAM.length()));
    }
}

package com.promptmanage.service.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a person is in a team. In this order: each may do all that those after it may. */
public enum Role {
    OWNER,
    ADMIN,
    EDITOR,
    VIEWER;

    /** As it is written in JSON and in the database. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Role> parse(String code) {
        return Arrays.stream(values()).filter(role -> role.code().equals(code)).findFirst();
    }

    static Role of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}

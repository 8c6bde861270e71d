package com.promptmanage.service.access;

import com.promptmanage.topics.account.Account;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is kept of a key. */
record ApiKey(
        String id,
        Account account,
        Set<KeyScope> scopes,
        boolean maySpeakForOthers,
        Role role,
        Optional<Instant> expiresAt,
        Optional<Instant> revokedAt) {

    static final String COLUMNS = "id, hash, account, scopes, may_speak_for_others, role, expires_at, revoked_at";

    boolean isGoodAt(Instant now) {
        return revokedAt.isEmpty() && expiresAt.map(now::isBefore).orElse(true);
    }

    Caller.Key caller() {
        return new Caller.Key(id, account, scopes, maySpeakForOthers, role);
    }

    static ApiKey read(ResultSet row) throws SQLException {
        Array scopes = row.getArray("scopes");
        return new ApiKey(
                row.getString("id"),
                new Account(row.getString("account")),
                Stream.of((String[]) scopes.getArray()).map(KeyScope::of).collect(Collectors.toUnmodifiableSet()),
                row.getBoolean("may_speak_for_others"),
                Role.of(row.getString("role")),
                time(row, "expires_at"),
                time(row, "revoked_at"));
    }

    private static Optional<Instant> time(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getTimestamp(column)).map(Timestamp::toInstant);
    }
}

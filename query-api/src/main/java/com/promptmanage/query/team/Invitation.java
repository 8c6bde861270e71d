package com.promptmanage.query.team;

import com.promptmanage.service.access.Role;
import com.promptmanage.topics.account.Account;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An invitation as it is kept.
 *
 * @param status {@code pending}, {@code accepted}, {@code rejected}, {@code cancelled} or {@code expired}
 * @param invitedBy a user's id, or a key's
 * @param sentAt when it was sent last
 */
record Invitation(
        String id,
        String teamId,
        String email,
        Role role,
        String status,
        String invitedBy,
        String invitedByName,
        Instant createdAt,
        Instant expiresAt,
        Instant sentAt) {

    static final Duration LIFETIME = Duration.ofDays(7);

    static final String PENDING = "pending";

    static final String COLUMNS =
            "id, team_id, email, role, status, invited_by, invited_by_name, created_at, expires_at, sent_at";

    Account account() {
        return Account.team(teamId);
    }

    boolean isOpenAt(Instant now) {
        return status.equals(PENDING) && now.isBefore(expiresAt);
    }

    /** One that was left lying is over, though nobody has written it down. */
    String statusAt(Instant now) {
        return status.equals(PENDING) && !isOpenAt(now) ? "expired" : status;
    }

    Map<String, Object> told() {
        var values = new LinkedHashMap<String, Object>();
        values.put("email", email);
        values.put("role", role.code());
        values.put("expiresAt", expiresAt);
        return values;
    }

    static Invitation read(ResultSet row) throws SQLException {
        Timestamp[] sent = (Timestamp[]) row.getArray("sent_at").getArray();
        return new Invitation(
                row.getString("id"),
                row.getString("team_id"),
                row.getString("email"),
                Role.parse(row.getString("role")).orElseThrow(),
                row.getString("status"),
                row.getString("invited_by"),
                row.getString("invited_by_name"),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("expires_at").toInstant(),
                sent[sent.length - 1].toInstant());
    }
}

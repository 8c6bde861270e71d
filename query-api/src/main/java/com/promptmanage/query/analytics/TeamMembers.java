package com.promptmanage.query.analytics;

import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.topics.account.Account;
import java.util.LinkedHashMap;
import java.util.Map;

/** Who a team is. */
final class TeamMembers {

    private final Database database;

    TeamMembers(Database database) {
        this.database = database;
    }

    record Member(String name, String role) {}

    /** @param members by user id, in that order */
    record Team(String name, Map<String, Member> members) {}

    /** @param scope of a caller who was found to be allowed to ask about the team */
    Team read(Scope scope, Account team) {
        return database.inTransaction(scope, handle -> {
            var members = new LinkedHashMap<String, Member>();
            handle.createQuery("""
                            SELECT u.id, u.name, m.role FROM team_members m JOIN users u ON u.id = m.user_id
                            WHERE m.team_id = :team ORDER BY u.id
                            """)
                    .bind("team", team.id())
                    .map((row, ctx) ->
                            Map.entry(row.getString("id"), new Member(row.getString("name"), row.getString("role"))))
                    .forEach(member -> members.put(member.getKey(), member.getValue()));
            String name = handle.createQuery("SELECT name FROM teams WHERE id = :team")
                    .bind("team", team.id())
                    .mapTo(String.class)
                    .findOne()
                    .orElse(team.id());
            return new Team(name, members);
        });
    }
}

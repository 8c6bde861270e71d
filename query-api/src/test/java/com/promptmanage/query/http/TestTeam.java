package com.promptmanage.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.topics.account.Account;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A team with a member of each role, and what its owner does with it over HTTP. */
final class TestTeam {

    private final TestApi api;

    private final String team;

    private String owner;

    TestTeam(TestApi api, String team) {
        this.api = api;
        this.team = team;
        api.team(team, "UTC");
        owner = api.signIn(team + "-owner");
    }

    String id() {
        return team;
    }

    /** The credentials of its owner. */
    String owner() {
        return owner;
    }

    /** Where so much time has gone by that the owner's session is over. Returns the new credentials. */
    String signInAgain() {
        owner = api.signIn(team + "-owner");
        return owner;
    }

    String path() {
        return "/api/teams/" + team;
    }

    JsonNode invite(String email, @Nullable String role) {
        Answer answer = api.post(
                owner,
                path() + "/invitations",
                role == null
                        ? "{\"email\":\"%s\"}".formatted(email)
                        : "{\"email\":\"%s\",\"role\":\"%s\"}".formatted(email, role));
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(201);
        return answer.json();
    }

    /** Invites as the owner; tells the answer, whatever it is. */
    Answer post(String email) {
        return api.post(owner, path() + "/invitations", "{\"email\":\"%s\"}".formatted(email));
    }

    Answer accept(String userId, String token) {
        return api.post(api.signIn(userId), "/api/invitations/" + token + "/accept", "");
    }

    Answer role(String credentials, String member, String role) {
        return api.patch(credentials, path() + "/members/" + team + "-" + member, "{\"role\":\"%s\"}".formatted(role));
    }

    String to(String member) {
        return "{\"userId\":\"%s-%s\"}".formatted(team, member);
    }

    List<JsonNode> audit(String filter) {
        Answer answer = api.get(owner, path() + "/audit-log?" + filter);
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
        var entries = new ArrayList<JsonNode>();
        answer.json().path("entries").forEach(entries::add);
        return entries;
    }

    void tier(String tier) {
        api.database().useAsSystem(handle -> handle.execute("UPDATE teams SET tier = ? WHERE id = ?", tier, team));
        api.access().tiers().forget(Account.team(team));
    }
}

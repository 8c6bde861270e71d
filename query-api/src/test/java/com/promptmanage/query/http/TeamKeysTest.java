package com.promptmanage.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.access.Role;
import com.promptmanage.topics.account.Account;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Keys of a team and of a person, over HTTP: what they may, and when they end. */
class TeamKeysTest {

    @RegisterExtension
    private static final TeamStand stand = new TeamStand();

    private static final TestApi api = stand.api();

    private final TestTeam its = stand.newTeam();

    private final String team = its.id();

    private final String owner = its.owner();

    @Test
    void aKeyIsShownOnceAndMayNoMoreThanWhoMadeIt() {
        String admin = api.signIn(team + "-admin");
        Answer made = api.post(admin, its.path() + "/api-keys", """
                {"name":"ci","scopes":["query","manage"],"expiresAt":"2026-12-01T00:00:00Z"}""");
        assertThat(made.status()).as(made.json().toString()).isEqualTo(201);
        String key = "Bearer " + made.json().path("key").asText();

        assertThat(api.get(key, its.path()).status()).isEqualTo(200);
        assertThat(api.delete(key, its.path()).status()).as("an admin's key").isEqualTo(403);
        assertThat(api.post(key, its.path() + "/api-keys", "{\"name\":\"x\",\"scopes\":[\"query\"]}")
                        .status())
                .as("a key makes no keys")
                .isEqualTo(403);
        assertThat(api.post(owner, its.path() + "/api-keys", """
                        {"name":"x","scopes":["query"],"maySpeakForOthers":true}""").status())
                .as("not the operator")
                .isEqualTo(403);
        JsonNode listed = api.get(owner, its.path() + "/api-keys").json().path("apiKeys");
        assertThat(listed).hasSize(1);
        assertThat(listed.toString()).doesNotContain(key.substring(20));
        assertThat(listed.path(0).path("createdBy").asText()).isEqualTo(team + "-admin");

        assertThat(api.delete(
                                owner,
                                its.path() + "/api-keys/"
                                        + made.json().path("id").asText())
                        .status())
                .isEqualTo(204);
        assertThat(api.get(key, its.path()).status()).isEqualTo(401);
        assertThat(its.audit("resourceType=api_key").stream()
                        .map(entry -> entry.path("action").asText()))
                .containsExactly("api_key_revoked", "api_key_created");
    }

    @Test
    void whoMayLessMayLessWithTheirKeysAndWhoIsOutHasNoneThatWorks() {
        String key = keyMadeBy("admin");
        String others = keyMadeBy("owner");
        String member = its.path() + "/members/" + team + "-admin";
        assertThat(api.patch(key, its.path(), "{\"description\":\"by the key\"}")
                        .status())
                .isEqualTo(200);

        assertThat(api.patch(owner, member, "{\"role\":\"viewer\"}").status()).isEqualTo(200);
        assertThat(api.get(key, its.path()).status()).as("a viewer's key").isEqualTo(200);
        assertThat(api.patch(key, its.path(), "{\"description\":\"once more\"}").status())
                .isEqualTo(403);

        assertThat(api.patch(owner, member, "{\"role\":\"admin\"}").status()).isEqualTo(200);
        assertThat(api.patch(key, its.path(), "{\"description\":\"once more\"}").status())
                .as("a key does not rise again")
                .isEqualTo(403);
        assertThat(api.delete(owner, member).status()).isEqualTo(204);

        assertThat(api.get(key, its.path()).status()).isEqualTo(401);
        assertThat(api.get(others, its.path()).status())
                .as("made by who stayed")
                .isEqualTo(200);
        assertThat(its.audit("resourceType=api_key").getFirst().path("action").asText())
                .isEqualTo("api_key_revoked");
    }

    @Test
    void aKeyMakesNobodyAnAdminWhoCouldMakeKeysAfterItsEnd() {
        String key = keyMadeBy("owner");
        String invited = its.invite("admin@example.com", "admin").path("id").asText();

        assertThat(its.role(key, "viewer", "admin").status()).isEqualTo(403);
        assertThat(api.post(
                                key,
                                its.path() + "/invitations",
                                "{\"email\":\"accomplice@example.com\",\"role\":\"admin\"}")
                        .status())
                .isEqualTo(403);
        assertThat(api.post(key, its.path() + "/invitations/" + invited + "/resend", "")
                        .status())
                .isEqualTo(403);

        assertThat(its.role(key, "viewer", "editor").status()).isEqualTo(200);
        assertThat(api.post(key, its.path() + "/invitations", "{\"email\":\"colleague@example.com\"}")
                        .status())
                .isEqualTo(201);
        assertThat(its.role(owner, "viewer", "admin").status()).isEqualTo(200);
    }

    @Test
    void whoLeavesTakesNoKeyAlongAndWhoHandsTheTeamOverKeepsNoOwnersKey() {
        String left = keyMadeBy("editor");
        String handedOver = keyMadeBy("owner");
        String editor = api.signIn(team + "-editor");

        assertThat(api.delete(editor, its.path() + "/members/" + team + "-editor")
                        .status())
                .isEqualTo(204);
        assertThat(api.post(owner, its.path() + "/transfer", "{\"userId\":\"%s-admin\"}".formatted(team))
                        .status())
                .isEqualTo(204);

        assertThat(api.get(left, its.path()).status()).isEqualTo(401);
        assertThat(api.patch(handedOver, its.path(), "{\"description\":\"as an admin\"}")
                        .status())
                .isEqualTo(200);
        assertThat(api.delete(handedOver, its.path()).status()).as("for owners").isEqualTo(403);
    }

    @Test
    void whoLostTheirRoleAMomentAgoMakesNoKeyWithIt() {
        String admin = api.signIn(team + "-admin");
        assertThat(api.get(admin, its.path() + "/api-keys").status()).isEqualTo(200);
        api.database()
                .useAsSystem(handle -> handle.execute(
                        "UPDATE team_members SET role = 'viewer' WHERE team_id = ? AND user_id = ?",
                        team,
                        team + "-admin"));

        assertThat(api.post(admin, its.path() + "/api-keys", "{\"name\":\"x\",\"scopes\":[\"manage\"]}")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void aKeyIsCalledInAsManyCharactersAsTheSchemaSays() {
        String key = "{\"name\":\"%s\",\"scopes\":[\"query\"]}";
        String keys = its.path() + "/api-keys";

        assertThat(api.post(owner, keys, key.formatted("🎈".repeat(100))).status())
                .isEqualTo(201);
        assertThat(api.post(owner, keys, key.formatted("🎈".repeat(101))).status())
                .isEqualTo(400);
    }

    @Test
    void oneHasKeysOfOnesOwnAccount() {
        String viewer = api.signIn(team + "-viewer");

        Answer made = api.post(viewer, "/api/api-keys", "{\"name\":\"laptop\",\"scopes\":[\"ingest\"]}");

        assertThat(made.status()).isEqualTo(201);
        assertThat(api.get(viewer, "/api/api-keys").json().path("apiKeys")).hasSize(1);
        assertThat(api.get(owner, "/api/api-keys").json().path("apiKeys")).isEmpty();
        assertThat(api.delete(owner, "/api/api-keys/" + made.json().path("id").asText())
                        .status())
                .isEqualTo(404);
        assertThat(api.post(
                                viewer,
                                "/api/api-keys",
                                "{\"name\":\"\",\"scopes\":[\"all\"],\"expiresAt\":\"2020-01-01T00:00:00Z\"}")
                        .json()
                        .path("errors")
                        .findValuesAsText("field"))
                .containsExactlyInAnyOrder("name", "scopes", "expiresAt");
    }

    /** A key of the team that may all that this member may, as a person of that role has made it. */
    private String keyMadeBy(String role) {
        String userId = team + "-" + role;
        return api.key(NewKey.of("by " + role, Account.team(team))
                .withRole(Role.parse(role).orElseThrow())
                .madeBy(userId));
    }
}

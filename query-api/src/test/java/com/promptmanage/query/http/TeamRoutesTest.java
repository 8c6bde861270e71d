package com.promptmanage.query.http;

import static com.promptmanage.query.http.TeamStand.atOnce;
import static com.promptmanage.query.http.TeamStand.tokenOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.access.Role;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.settings.AccountSettings;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Teams, their members and the log of what was done to them, over HTTP. */
class TeamRoutesTest {

    @RegisterExtension
    private static final TeamStand stand = new TeamStand();

    private static final TestApi api = stand.api();

    private final TestTeam its = stand.newTeam();

    private final String team = its.id();

    private final String owner = its.owner();

    @Test
    void whoMakesATeamOwnsItAndTheMeteringLearnsItsZone() {
        api.user("maker" + team);
        String maker = api.signIn("maker" + team);

        Answer made = api.post(maker, "/api/teams", """
                {"name":"  Größe & Söhne ","timezone":"Europe/Berlin","tags":["feature"],"trustedCostSources":["*"]}""");

        assertThat(made.status()).as(made.json().toString()).isEqualTo(201);
        assertThat(made.json().path("name").asText()).isEqualTo("Größe & Söhne");
        assertThat(made.json().path("slug").asText()).matches("gro-e-sohne-[0-9a-f]{8}");
        assertThat(made.json().path("role").asText()).isEqualTo("owner");
        assertThat(made.json().path("memberCount").asInt()).isEqualTo(1);
        String id = made.json().path("id").asText();
        assertThat(api.get(maker, "/api/teams").json().path("teams").findValuesAsText("id"))
                .containsExactly(id);
        assertThat(stand.published(Account.team(id)).getLast())
                .isEqualTo(new AccountSettings(
                        Account.team(id), ZoneId.of("Europe/Berlin"), List.of("feature"), Set.of("*"), List.of()));
    }

    @Test
    void aChangeOfZoneOrTagsReachesTheMeteringInOrderAndAnEmptyChangeDoesNot() {
        assertThat(api.patch(owner, its.path(), "{\"timezone\":\"Asia/Tokyo\"}").status())
                .isEqualTo(200);
        assertThat(api.patch(owner, its.path(), "{\"tags\":[\"a\",\"b\",\"a\"]}")
                        .status())
                .isEqualTo(200);
        assertThat(api.patch(owner, its.path(), "{\"tags\":[\"a\",\"b\"]}").status())
                .isEqualTo(200);

        List<AccountSettings> published = stand.published(Account.team(team));
        assertThat(published).hasSize(2);
        assertThat(published.getFirst().zone()).isEqualTo(ZoneId.of("Asia/Tokyo"));
        assertThat(published.getLast().tags()).containsExactly("a", "b");
        assertThat(published.getLast().zone()).isEqualTo(ZoneId.of("Asia/Tokyo"));
        assertThat(its.audit("action=team_updated")).hasSize(2).first().satisfies(entry -> {
            assertThat(entry.path("oldValues").toString()).isEqualTo("{\"tags\": []}".replace(": ", ":"));
            assertThat(entry.path("newValues").toString()).isEqualTo("{\"tags\":[\"a\",\"b\"]}");
            assertThat(entry.path("actor").path("id").asText()).isEqualTo(team + "-owner");
        });
    }

    /** Each balloon has two units in Java. */
    @Test
    void aTeamIsCalledAndDescribedInAsManyCharactersAsTheSchemaSays() {
        api.user("namer" + team);
        String namer = api.signIn("namer" + team);
        String wanted = "{\"name\":\"%s\",\"description\":\"%s\"}";

        Answer made = api.post(namer, "/api/teams", wanted.formatted("🎈".repeat(100), "🎈".repeat(1000)));

        assertThat(made.status()).as(made.json().toString()).isEqualTo(201);
        assertThat(made.json().path("name").asText()).isEqualTo("🎈".repeat(100));
        assertThat(api.post(namer, "/api/teams", wanted.formatted("🎈".repeat(101), "🎈".repeat(1001)))
                        .json()
                        .path("errors")
                        .findValuesAsText("field"))
                .containsExactlyInAnyOrder("name", "description");
    }

    @Test
    void tellsAllThatIsWrongWithATeam() {
        Answer answer = api.patch(
                owner,
                its.path(),
                "{\"name\":\"x\",\"slug\":\"A\",\"timezone\":\"Mars\",\"tags\":[1],\"tier\":\"enterprise\"}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("errors").findValuesAsText("field"))
                .containsExactlyInAnyOrder("tier", "name", "slug", "timezone", "tags[0]");
        assertThat(api.patch(owner, its.path(), "{\"tags\":[\"\",\"fine\",\"\\u0001\",5]}")
                        .json()
                        .path("errors")
                        .findValuesAsText("field"))
                .containsExactly("tags[0]", "tags[2]", "tags[3]");
        String many = "5,".repeat(AccountSettings.TAGS_MAX * 2) + "5";
        assertThat(api.patch(owner, its.path(), "{\"tags\":[%s]}".formatted(many))
                        .json()
                        .path("errors"))
                .hasSize(AccountSettings.TAGS_MAX);
        assertThat(api.patch(owner, its.path(), "{\"slug\":\"same-slug\"}").status())
                .isEqualTo(200);
        api.team(team + "b", "UTC");
        assertThat(api.patch(api.signIn(team + "b-owner"), "/api/teams/" + team + "b", "{\"slug\":\"same-slug\"}")
                        .status())
                .isEqualTo(409);
        api.patch(owner, its.path(), "{\"slug\":\"" + team + "-slug\"}");
    }

    @Test
    void aDeletedTeamIsGoneForEveryoneAndSoAreItsKeys() {
        String key = api.key(Account.team(team), KeyScope.values());
        String link =
                its.invite("late@example.com", "viewer").path("acceptLink").asText("");
        assertThat(link).isEmpty();
        String token = tokenOf(stand.mails().remove());

        String slug = team.replace('_', '-') + "-again";
        assertThat(api.patch(owner, its.path(), "{\"slug\":\"%s\"}".formatted(slug))
                        .status())
                .isEqualTo(200);

        assertThat(api.delete(api.signIn(team + "-admin"), its.path()).status()).isEqualTo(403);
        assertThat(api.delete(owner, its.path()).status()).isEqualTo(204);

        assertThat(api.get(owner, its.path()).status()).isEqualTo(404);
        assertThat(api.get(key, its.path()).status()).isEqualTo(401);
        assertThat(api.get("", "/api/invitations/" + token).status()).isEqualTo(409);
        assertThat(api.get(owner, "/api/teams").json().path("teams")).isEmpty();
        assertThat(api.post(owner, "/api/teams", "{\"name\":\"Again\",\"slug\":\"%s\"}".formatted(slug))
                        .status())
                .as("its short name is free")
                .isEqualTo(201);
    }

    @Test
    void rolesAreGivenButNotTheOwners() {
        String admin = api.signIn(team + "-admin");

        assertThat(its.role(admin, "viewer", "editor").status()).isEqualTo(200);
        assertThat(its.role(admin, "viewer", "owner").status()).isEqualTo(400);
        assertThat(its.role(admin, "owner", "viewer").status()).isEqualTo(409);
        assertThat(its.role(api.signIn(team + "-editor"), "viewer", "admin").status())
                .isEqualTo(403);
        assertThat(api.delete(admin, its.path() + "/members/" + team + "-owner").status())
                .isEqualTo(409);
        assertThat(api.delete(api.signIn(team + "-viewer"), its.path() + "/members/" + team + "-editor")
                        .status())
                .isEqualTo(403);
        assertThat(api.delete(api.signIn(team + "-viewer"), its.path() + "/members/" + team + "-viewer")
                        .status())
                .isEqualTo(204);
        assertThat(api.get(owner, its.path() + "/members")
                        .json()
                        .path("members")
                        .findValuesAsText("userId"))
                .containsExactly(team + "-admin", team + "-editor", team + "-owner");
        assertThat(api.get(api.signIn(team + "-viewer"), its.path() + "/members")
                        .status())
                .isEqualTo(404);
        assertThat(its.audit("resourceType=member").stream()
                        .map(entry -> entry.path("action").asText()))
                .containsExactly("member_left", "member_role_changed");
        // Whoever may read it goes on knowing who they were.
        JsonNode left = its.audit("action=member_left").getFirst();
        assertThat(left.path("resourceId").asText()).isEqualTo(team + "-viewer");
        assertThat(left.at("/oldValues/name").asText())
                .isNotEmpty()
                .isEqualTo(left.at("/actor/name").asText());
    }

    @Test
    void anOwnerHandsTheTeamOverBeforeTheyLeave() {
        String self = its.path() + "/members/" + team + "-owner";
        assertThat(api.delete(owner, self).status()).isEqualTo(409);
        assertThat(api.post(api.signIn(team + "-admin"), its.path() + "/transfer", its.to("editor"))
                        .status())
                .isEqualTo(403);

        assertThat(api.post(owner, its.path() + "/transfer", its.to("editor")).status())
                .isEqualTo(204);

        assertThat(api.get(owner, its.path()).json().path("role").asText()).isEqualTo("admin");
        assertThat(api.delete(owner, self).status()).isEqualTo(204);
        assertThat(api.get(api.signIn(team + "-editor"), its.path())
                        .json()
                        .path("role")
                        .asText())
                .isEqualTo("owner");
    }

    @Test
    void ofTwoOwnersWhoLeaveAtOnceOneStays() throws Exception {
        for (int round = 0; round < 5; round++) {
            String id = team + "r" + round;
            api.team(id, "UTC");
            api.access().people().ensureMember(id, id + "-admin", Role.OWNER);
            String first = api.signIn(id + "-owner");
            String second = api.signIn(id + "-admin");

            List<Integer> statuses = atOnce(List.of(
                    () -> api.delete(first, "/api/teams/" + id + "/members/" + id + "-owner")
                            .status(),
                    () -> api.delete(second, "/api/teams/" + id + "/members/" + id + "-admin")
                            .status()));

            assertThat(statuses).containsExactlyInAnyOrder(204, 409);
        }
    }

    @Test
    void theLogIsFilteredAndGivenOutAsAFileThatRunsNothing() {
        String id = its.invite("=cmd@example.com", "viewer").path("id").asText();
        api.patch(owner, its.path(), "{\"name\":\"=1+1\"}");

        assertThat(its.audit("action=member_invited&resourceId=" + id)).hasSize(1);
        assertThat(its.audit("actorId=nobody")).isEmpty();
        assertThat(its.audit("startDate=2026-11-01&endDate=2026-11-02")).isEmpty();
        Answer page = api.get(owner, its.path() + "/audit-log?limit=1");
        assertThat(page.json().path("entries")).hasSize(1);
        assertThat(api.get(
                                owner,
                                its.path() + "/audit-log?limit=1&cursor="
                                        + page.json().path("nextCursor").asText())
                        .json()
                        .path("entries")
                        .path(0)
                        .path("action")
                        .asText())
                .isEqualTo("member_invited");
        assertThat(api.get(api.signIn(team + "-editor"), its.path() + "/audit-log")
                        .status())
                .isEqualTo(403);
        String file = api.text(owner, its.path() + "/audit-log/export");
        assertThat(file.lines().count()).isEqualTo(4);
        assertThat(file).startsWith("id,at,action,").contains("\"{\"\"name\"\":\"\"=1+1\"\"}\"");
        assertThat(file.lines().skip(1)).noneMatch(line -> line.contains(",=") || line.contains(",\"="));
    }

    @Test
    void theOperatorSetsTiersAndNobodyElse() {
        String operator = api.key(NewKey.of("operator", Account.team(team)).speakingForOthers());
        String tierPath = "/api/accounts/team:" + team + "/tier";

        assertThat(api.put(owner, tierPath, "{\"tier\":\"enterprise\"}").status())
                .isEqualTo(403);
        assertThat(api.put(operator, tierPath, "{\"tier\":\"free\"}").status())
                .as("four members and one seat")
                .isEqualTo(409);
        assertThat(api.put(operator, tierPath, "{\"tier\":\"gold\"}").status()).isEqualTo(400);
        assertThat(api.put(operator, tierPath, "{\"tier\":\"team\"}")
                        .json()
                        .path("features")
                        .path("seats")
                        .asInt())
                .isEqualTo(5);
        assertThat(api.get(owner, its.path()).json().path("tier").asText()).isEqualTo("team");
        assertThat(api.get(operator, "/api/accounts/user:nobody/tier").status()).isEqualTo(404);
        assertThat(its.audit("action=tier_changed")).hasSize(1);
    }
}

package com.promptmanage.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.query.team.InvitationMail;
import com.promptmanage.service.access.AccessSettings;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.service.access.NewKey;
import com.promptmanage.service.access.Role;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.settings.AccountSettings;
import com.promptmanage.topics.settings.AccountSettingsCodec;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Teams, members, invitations, keys and the log of all that, over HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TeamRoutesTest {

    private static final Instant NOW = Instant.parse("2026-11-16T12:00:00Z");

    private final ConcurrentLinkedQueue<InvitationMail.Message> mails = new ConcurrentLinkedQueue<>();

    private final TestApi api = TestApi.start(
            NOW,
            AccessSettings.DEFAULTS.withTiersEnforced(true),
            parts -> TestRoutes.people(parts, this::take, Optional.of(URI.create("https://pm.example.com"))));

    private final AtomicInteger numbers = new AtomicInteger();

    private boolean mailWorks = true;

    /** Each test has a team of its own, of an unlimited tier. */
    private String team = "";

    private String owner = "";

    @BeforeEach
    void fill() {
        mailWorks = true;
        mails.clear();
        team = "team" + numbers.incrementAndGet();
        api.team(team, "UTC");
        tier(team, "enterprise");
        owner = api.signIn(team + "-owner");
    }

    @AfterAll
    void stop() {
        api.close();
    }

    private boolean take(InvitationMail.Message message) {
        if (!mailWorks) {
            throw new IllegalStateException("no mail server");
        }
        return mails.add(message);
    }

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
        assertThat(published(Account.team(id)).getLast())
                .isEqualTo(new AccountSettings(
                        Account.team(id),
                        ZoneId.of("Europe/Berlin"),
                        List.of("feature"),
                        java.util.Set.of("*"),
                        List.of()));
    }

    @Test
    void aChangeOfZoneOrTagsReachesTheMeteringInOrderAndAnEmptyChangeDoesNot() {
        assertThat(api.patch(owner, path(), "{\"timezone\":\"Asia/Tokyo\"}").status())
                .isEqualTo(200);
        assertThat(api.patch(owner, path(), "{\"tags\":[\"a\",\"b\",\"a\"]}").status())
                .isEqualTo(200);
        assertThat(api.patch(owner, path(), "{\"tags\":[\"a\",\"b\"]}").status())
                .isEqualTo(200);

        List<AccountSettings> published = published(Account.team(team));
        assertThat(published).hasSize(2);
        assertThat(published.getFirst().zone()).isEqualTo(ZoneId.of("Asia/Tokyo"));
        assertThat(published.getLast().tags()).containsExactly("a", "b");
        assertThat(published.getLast().zone()).isEqualTo(ZoneId.of("Asia/Tokyo"));
        assertThat(audit("action=team_updated")).hasSize(2).first().satisfies(entry -> {
            assertThat(entry.path("oldValues").toString()).isEqualTo("{\"tags\": []}".replace(": ", ":"));
            assertThat(entry.path("newValues").toString()).isEqualTo("{\"tags\":[\"a\",\"b\"]}");
            assertThat(entry.path("actor").path("id").asText()).isEqualTo(team + "-owner");
        });
    }

    @Test
    void tellsAllThatIsWrongWithATeam() {
        Answer answer = api.patch(
                owner,
                path(),
                "{\"name\":\"x\",\"slug\":\"A\",\"timezone\":\"Mars\",\"tags\":[1],\"tier\":\"enterprise\"}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("errors").findValuesAsText("field"))
                .containsExactlyInAnyOrder("tier", "name", "slug", "timezone", "tags[0]");
        assertThat(api.patch(owner, path(), "{\"slug\":\"same-slug\"}").status())
                .isEqualTo(200);
        api.team(team + "b", "UTC");
        assertThat(api.patch(api.signIn(team + "b-owner"), "/api/teams/" + team + "b", "{\"slug\":\"same-slug\"}")
                        .status())
                .isEqualTo(409);
        api.patch(owner, path(), "{\"slug\":\"" + team + "-slug\"}");
    }

    @Test
    void aDeletedTeamIsGoneForEveryoneAndSoAreItsKeys() {
        String key = api.key(Account.team(team), KeyScope.values());
        String link = invite("late@example.com", "viewer").path("acceptLink").asText("");
        assertThat(link).isEmpty();
        String token = tokenOf(mails.remove());

        assertThat(api.delete(api.signIn(team + "-admin"), path()).status()).isEqualTo(403);
        assertThat(api.delete(owner, path()).status()).isEqualTo(204);

        assertThat(api.get(owner, path()).status()).isEqualTo(404);
        assertThat(api.get(key, path()).status()).isEqualTo(401);
        assertThat(api.get("", "/api/invitations/" + token).status()).isEqualTo(409);
        assertThat(api.get(owner, "/api/teams").json().path("teams")).isEmpty();
    }

    @Test
    void rolesAreGivenButNotTheOwners() {
        String admin = api.signIn(team + "-admin");

        assertThat(role(admin, "viewer", "editor").status()).isEqualTo(200);
        assertThat(role(admin, "viewer", "owner").status()).isEqualTo(400);
        assertThat(role(admin, "owner", "viewer").status()).isEqualTo(409);
        assertThat(role(api.signIn(team + "-editor"), "viewer", "admin").status())
                .isEqualTo(403);
        assertThat(api.delete(admin, path() + "/members/" + team + "-owner").status())
                .isEqualTo(409);
        assertThat(api.delete(api.signIn(team + "-viewer"), path() + "/members/" + team + "-editor")
                        .status())
                .isEqualTo(403);
        assertThat(api.delete(api.signIn(team + "-viewer"), path() + "/members/" + team + "-viewer")
                        .status())
                .isEqualTo(204);
        assertThat(api.get(owner, path() + "/members").json().path("members").findValuesAsText("userId"))
                .containsExactly(team + "-admin", team + "-editor", team + "-owner");
        assertThat(api.get(api.signIn(team + "-viewer"), path() + "/members").status())
                .isEqualTo(404);
        assertThat(audit("resourceType=member").stream()
                        .map(entry -> entry.path("action").asText()))
                .containsExactly("member_left", "member_role_changed");
    }

    @Test
    void anOwnerHandsTheTeamOverBeforeTheyLeave() {
        String self = path() + "/members/" + team + "-owner";
        assertThat(api.delete(owner, self).status()).isEqualTo(409);
        assertThat(api.post(api.signIn(team + "-admin"), path() + "/transfer", to("editor"))
                        .status())
                .isEqualTo(403);

        assertThat(api.post(owner, path() + "/transfer", to("editor")).status()).isEqualTo(204);

        assertThat(api.get(owner, path()).json().path("role").asText()).isEqualTo("admin");
        assertThat(api.delete(owner, self).status()).isEqualTo(204);
        assertThat(api.get(api.signIn(team + "-editor"), path())
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
    void anInvitationIsAcceptedOnceByWhomItIsFor() {
        JsonNode invited = invite("New@Example.com", null);
        assertThat(invited.path("role").asText()).isEqualTo("viewer");
        assertThat(invited.path("emailSent").asBoolean()).isTrue();
        assertThat(invited.has("acceptLink")).isFalse();
        InvitationMail.Message mail = mails.remove();
        assertThat(mail.to()).isEqualTo("new@example.com");
        assertThat(mail.expiresAt()).isEqualTo(api.clock().instant().plus(Duration.ofDays(7)));
        assertThat(mail.toString()).doesNotContain("/invite/");
        String token = tokenOf(mail);
        api.user("new");
        api.user("thief");

        assertThat(api.get("", "/api/invitations/" + token)
                        .json()
                        .path("teamName")
                        .asText())
                .isEqualTo("Team " + team);
        assertThat(accept("thief", token).status()).isEqualTo(403);
        assertThat(api.post("", "/api/invitations/" + token + "/accept", "").status())
                .isEqualTo(401);
        assertThat(api.post(
                                api.key(Account.user("new"), KeyScope.values()),
                                "/api/invitations/" + token + "/accept",
                                "")
                        .status())
                .isEqualTo(403);
        assertThat(accept("new", token).json().path("role").asText()).isEqualTo("viewer");
        assertThat(accept("new", token).status()).isEqualTo(409);
        assertThat(api.get(api.signIn("new"), path()).json().path("role").asText())
                .isEqualTo("viewer");
        assertThat(post("new@example.com").status()).as("a member already").isEqualTo(409);
    }

    @Test
    void ofManyAcceptancesAtOnceOneCounts() throws Exception {
        String email = "crowd" + team;
        api.user(email);
        invite(email + "@example.com", "editor");
        String token = tokenOf(mails.remove());
        String person = api.signIn(email);
        var attempts = new ArrayList<Callable<Integer>>();
        for (int i = 0; i < 4; i++) {
            attempts.add(() -> api.post(person, "/api/invitations/" + token + "/accept", "")
                    .status());
        }

        assertThat(atOnce(attempts)).containsExactlyInAnyOrder(200, 409, 409, 409);
        assertThat(audit("action=member_added")).hasSize(1);
    }

    @Test
    void onlyTheNewestLinkOpensAndOnlyForSevenDays() {
        String id = invite("again@example.com", "admin").path("id").asText();
        String first = tokenOf(mails.remove());

        assertThat(api.post(owner, path() + "/invitations/" + id + "/resend", "")
                        .status())
                .isEqualTo(200);
        String second = tokenOf(mails.remove());
        assertThat(api.get("", "/api/invitations/" + first).status()).isEqualTo(404);
        assertThat(api.get("", "/api/invitations/" + second).status()).isEqualTo(200);
        assertThat(post("again@example.com").status()).as("invited already").isEqualTo(409);

        api.clock().advance(Duration.ofDays(7));
        owner = api.signIn(team + "-owner");
        assertThat(api.get("", "/api/invitations/" + second).status()).isEqualTo(409);
        assertThat(api.get(owner, path() + "/invitations?status=expired").json().path("invitations"))
                .hasSize(1);
        assertThat(api.post(owner, path() + "/invitations/" + id + "/resend", "")
                        .status())
                .isEqualTo(200);
        String third = tokenOf(mails.remove());
        assertThat(api.delete(owner, path() + "/invitations/" + id).status()).isEqualTo(204);
        assertThat(api.get("", "/api/invitations/" + third).status()).isEqualTo(409);
        assertThat(api.post(owner, path() + "/invitations/" + id + "/resend", "")
                        .status())
                .isEqualTo(409);
        assertThat(invite("again@example.com", "admin").path("status").asText()).isEqualTo("pending");
    }

    @Test
    void anInvitationIsTurnedDownOnce() {
        api.user("shy" + team);
        invite("shy" + team + "@example.com", "viewer");
        String token = tokenOf(mails.remove());
        String person = api.signIn("shy" + team);

        assertThat(api.post(person, "/api/invitations/" + token + "/reject", "").status())
                .isEqualTo(204);
        assertThat(api.post(person, "/api/invitations/" + token + "/accept", "").status())
                .isEqualTo(409);
    }

    @Test
    void whereNoMailGoesOutTheLinkGoesToWhoInvites() {
        mailWorks = false;

        JsonNode invited = invite("nomail@example.com", "viewer");

        assertThat(invited.path("emailSent").asBoolean()).isFalse();
        assertThat(invited.path("acceptLink").asText()).matches("https://pm\\.example\\.com/invite/[\\w-]{43}");
        assertThat(api.get(owner, path() + "/invitations").json().findValues("acceptLink"))
                .isEmpty();
        assertThat(api.database()
                        .<String, RuntimeException>asSystem(handle -> handle.createQuery(
                                        "SELECT string_agg(to_jsonb(i)::text, '') FROM team_invitations i")
                                .mapTo(String.class)
                                .one()))
                .doesNotContain(invited.path("acceptLink").asText().substring(30));
    }

    @Test
    void aTeamSendsTwentyInvitationsADay() {
        JsonNode first = invite("p0@example.com", "viewer");
        for (int i = 1; i < 20; i++) {
            invite("p" + i + "@example.com", "viewer");
        }
        String id = first.path("id").asText();
        api.delete(owner, path() + "/invitations/" + id);

        Answer tooMany = post("p20@example.com");
        assertThat(tooMany.status()).isEqualTo(429);
        assertThat(tooMany.header("Retry-After")).hasValue("86400");
        api.clock().advance(Duration.ofDays(1).plusSeconds(1));
        owner = api.signIn(team + "-owner");
        assertThat(post("p20@example.com").status()).isEqualTo(201);
    }

    @Test
    void seatsAreThoseOfTheTierWithInvitationsCounted() {
        tier(team, "team");
        invite("fifth@example.com", "viewer");
        String token = tokenOf(mails.remove());

        Answer full = post("sixth@example.com");

        assertThat(full.status()).isEqualTo(403);
        assertThat(full.json().path("code").asText()).isEqualTo("tier_limit");
        assertThat(full.json().path("limit").toString())
                .isEqualTo("{\"name\":\"seats\",\"max\":5,\"current\":5,\"tier\":\"team\"}");
        tier(team, "free");
        api.user("fifth");
        assertThat(accept("fifth", token).json().path("code").asText()).isEqualTo("tier_limit");
        tier(team, "team");
        assertThat(accept("fifth", token).status()).isEqualTo(200);
    }

    @Test
    void aKeyIsShownOnceAndMayNoMoreThanWhoMadeIt() {
        String admin = api.signIn(team + "-admin");
        Answer made = api.post(admin, path() + "/api-keys", """
                {"name":"ci","scopes":["query","manage"],"expiresAt":"2026-12-01T00:00:00Z"}""");
        assertThat(made.status()).as(made.json().toString()).isEqualTo(201);
        String key = "Bearer " + made.json().path("key").asText();

        assertThat(api.get(key, path()).status()).isEqualTo(200);
        assertThat(api.delete(key, path()).status()).as("an admin's key").isEqualTo(403);
        assertThat(api.post(key, path() + "/api-keys", "{\"name\":\"x\",\"scopes\":[\"query\"]}")
                        .status())
                .as("a key makes no keys")
                .isEqualTo(403);
        assertThat(api.post(owner, path() + "/api-keys", """
                        {"name":"x","scopes":["query"],"maySpeakForOthers":true}""").status())
                .as("not the operator")
                .isEqualTo(403);
        JsonNode listed = api.get(owner, path() + "/api-keys").json().path("apiKeys");
        assertThat(listed).hasSize(1);
        assertThat(listed.toString()).doesNotContain(key.substring(20));
        assertThat(listed.path(0).path("createdBy").asText()).isEqualTo(team + "-admin");

        assertThat(api.delete(
                                owner,
                                path() + "/api-keys/" + made.json().path("id").asText())
                        .status())
                .isEqualTo(204);
        assertThat(api.get(key, path()).status()).isEqualTo(401);
        assertThat(audit("resourceType=api_key").stream()
                        .map(entry -> entry.path("action").asText()))
                .containsExactly("api_key_revoked", "api_key_created");
    }

    @Test
    void whoLostTheirRoleAMomentAgoMakesNoKeyWithIt() {
        String admin = api.signIn(team + "-admin");
        assertThat(api.get(admin, path() + "/api-keys").status()).isEqualTo(200);
        api.database()
                .useAsSystem(handle -> handle.execute(
                        "UPDATE team_members SET role = 'viewer' WHERE team_id = ? AND user_id = ?",
                        team,
                        team + "-admin"));

        assertThat(api.post(admin, path() + "/api-keys", "{\"name\":\"x\",\"scopes\":[\"manage\"]}")
                        .status())
                .isEqualTo(403);
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

    @Test
    void theLogIsFilteredAndGivenOutAsAFileThatRunsNothing() {
        String id = invite("=cmd@example.com", "viewer").path("id").asText();
        api.patch(owner, path(), "{\"name\":\"=1+1\"}");

        assertThat(audit("action=member_invited&resourceId=" + id)).hasSize(1);
        assertThat(audit("actorId=nobody")).isEmpty();
        assertThat(audit("startDate=2026-11-01&endDate=2026-11-02")).isEmpty();
        Answer page = api.get(owner, path() + "/audit-log?limit=1");
        assertThat(page.json().path("entries")).hasSize(1);
        assertThat(api.get(
                                owner,
                                path() + "/audit-log?limit=1&cursor="
                                        + page.json().path("nextCursor").asText())
                        .json()
                        .path("entries")
                        .path(0)
                        .path("action")
                        .asText())
                .isEqualTo("member_invited");
        assertThat(api.get(api.signIn(team + "-editor"), path() + "/audit-log").status())
                .isEqualTo(403);
        String file = api.text(owner, path() + "/audit-log/export");
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
        assertThat(api.get(owner, path()).json().path("tier").asText()).isEqualTo("team");
        assertThat(api.get(operator, "/api/accounts/user:nobody/tier").status()).isEqualTo(404);
        assertThat(audit("action=tier_changed")).hasSize(1);
    }

    private String path() {
        return "/api/teams/" + team;
    }

    private JsonNode invite(String email, @org.jspecify.annotations.Nullable String role) {
        Answer answer = api.post(
                owner,
                path() + "/invitations",
                role == null
                        ? "{\"email\":\"%s\"}".formatted(email)
                        : "{\"email\":\"%s\",\"role\":\"%s\"}".formatted(email, role));
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(201);
        return answer.json();
    }

    private Answer post(String email) {
        return api.post(owner, path() + "/invitations", "{\"email\":\"%s\"}".formatted(email));
    }

    private Answer accept(String userId, String token) {
        return api.post(api.signIn(userId), "/api/invitations/" + token + "/accept", "");
    }

    private Answer role(String credentials, String member, String role) {
        return api.patch(credentials, path() + "/members/" + team + "-" + member, "{\"role\":\"%s\"}".formatted(role));
    }

    private String to(String member) {
        return "{\"userId\":\"%s-%s\"}".formatted(team, member);
    }

    private static String tokenOf(InvitationMail.Message mail) {
        assertThat(mail.link().toString()).startsWith("https://pm.example.com/invite/");
        return mail.link().getPath().substring("/invite/".length());
    }

    private List<JsonNode> audit(String filter) {
        Answer answer = api.get(owner, path() + "/audit-log?" + filter);
        assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
        var entries = new ArrayList<JsonNode>();
        answer.json().path("entries").forEach(entries::add);
        return entries;
    }

    private void tier(String id, String tier) {
        api.database().useAsSystem(handle -> handle.execute("UPDATE teams SET tier = ? WHERE id = ?", tier, id));
        api.access().tiers().forget(Account.team(id));
    }

    /** What waits to be sent to the metering, in order. */
    private List<AccountSettings> published(Account account) {
        return api
                .database()
                .<List<byte[]>, RuntimeException>asSystem(handle -> handle.createQuery("""
                                SELECT record_value FROM outbox
                                WHERE topic = :topic AND record_key = convert_to(:key, 'UTF8') ORDER BY id
                                """)
                        .bind("topic", Topics.ACCOUNTS.name())
                        .bind("key", account.value())
                        .mapTo(byte[].class)
                        .list())
                .stream()
                .map(AccountSettingsCodec::read)
                .toList();
    }

    private static <T> List<T> atOnce(List<Callable<T>> attempts) throws Exception {
        var start = new CyclicBarrier(attempts.size());
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<T>>();
            for (Callable<T> attempt : attempts) {
                running.add(threads.submit(() -> {
                    start.await();
                    return attempt.call();
                }));
            }
            var results = new ArrayList<T>();
            for (Future<T> one : running) {
                results.add(one.get());
            }
            return results;
        }
    }
}

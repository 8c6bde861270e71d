package com.promptmanage.query.http;

import static com.promptmanage.query.http.TeamStand.atOnce;
import static com.promptmanage.query.http.TeamStand.tokenOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.query.team.InvitationMail;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.topics.account.Account;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Invitations to a team, over HTTP and by mail. */
class InvitationRoutesTest {

    @RegisterExtension
    private static final TeamStand stand = new TeamStand();

    private static final TestApi api = stand.api();

    private final TestTeam its = stand.newTeam();

    private final String team = its.id();

    private String owner = its.owner();

    @Test
    void anInvitationIsAcceptedOnceByWhomItIsFor() {
        JsonNode invited = its.invite("New@Example.com", null);
        assertThat(invited.path("role").asText()).isEqualTo("viewer");
        assertThat(invited.path("emailSent").asBoolean()).isTrue();
        assertThat(invited.has("acceptLink")).isFalse();
        InvitationMail.Message mail = stand.mails().remove();
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
        assertThat(its.accept("thief", token).status()).isEqualTo(403);
        assertThat(api.post("", "/api/invitations/" + token + "/accept", "").status())
                .isEqualTo(401);
        assertThat(api.post(
                                api.key(Account.user("new"), KeyScope.values()),
                                "/api/invitations/" + token + "/accept",
                                "")
                        .status())
                .isEqualTo(403);
        assertThat(its.accept("new", token).json().path("role").asText()).isEqualTo("viewer");
        assertThat(its.accept("new", token).status()).isEqualTo(409);
        assertThat(api.get(api.signIn("new"), its.path()).json().path("role").asText())
                .isEqualTo("viewer");
        assertThat(its.post("new@example.com").status()).as("a member already").isEqualTo(409);
    }

    @Test
    void ofManyAcceptancesAtOnceOneCounts() throws Exception {
        String email = "crowd" + team;
        api.user(email);
        its.invite(email + "@example.com", "editor");
        String token = tokenOf(stand.mails().remove());
        String person = api.signIn(email);
        var attempts = new ArrayList<Callable<Integer>>();
        for (int i = 0; i < 4; i++) {
            attempts.add(() -> api.post(person, "/api/invitations/" + token + "/accept", "")
                    .status());
        }

        assertThat(atOnce(attempts)).containsExactlyInAnyOrder(200, 409, 409, 409);
        assertThat(its.audit("action=member_added")).hasSize(1);
    }

    @Test
    void onlyTheNewestLinkOpensAndOnlyForSevenDays() {
        String id = its.invite("again@example.com", "admin").path("id").asText();
        String first = tokenOf(stand.mails().remove());

        assertThat(api.post(owner, its.path() + "/invitations/" + id + "/resend", "")
                        .status())
                .isEqualTo(200);
        String second = tokenOf(stand.mails().remove());
        assertThat(api.get("", "/api/invitations/" + first).status()).isEqualTo(404);
        assertThat(api.get("", "/api/invitations/" + second).status()).isEqualTo(200);
        assertThat(its.post("again@example.com").status()).as("invited already").isEqualTo(409);

        api.clock().advance(Duration.ofDays(7));
        owner = its.signInAgain();
        assertThat(api.get("", "/api/invitations/" + second).status()).isEqualTo(409);
        assertThat(api.get(owner, its.path() + "/invitations?status=expired")
                        .json()
                        .path("invitations"))
                .hasSize(1);
        assertThat(api.post(owner, its.path() + "/invitations/" + id + "/resend", "")
                        .status())
                .isEqualTo(200);
        String third = tokenOf(stand.mails().remove());
        assertThat(api.delete(owner, its.path() + "/invitations/" + id).status())
                .isEqualTo(204);
        assertThat(api.get("", "/api/invitations/" + third).status()).isEqualTo(409);
        assertThat(api.post(owner, its.path() + "/invitations/" + id + "/resend", "")
                        .status())
                .isEqualTo(409);
        assertThat(its.invite("again@example.com", "admin").path("status").asText())
                .isEqualTo("pending");
    }

    @Test
    void anInvitationIsTurnedDownOnce() {
        api.user("shy" + team);
        its.invite("shy" + team + "@example.com", "viewer");
        String token = tokenOf(stand.mails().remove());
        String person = api.signIn("shy" + team);

        assertThat(api.post(person, "/api/invitations/" + token + "/reject", "").status())
                .isEqualTo(204);
        assertThat(api.post(person, "/api/invitations/" + token + "/accept", "").status())
                .isEqualTo(409);
    }

    @Test
    void whereNoMailGoesOutTheLinkGoesToWhoInvites() {
        stand.breakMail();

        JsonNode invited = its.invite("nomail@example.com", "viewer");

        assertThat(invited.path("emailSent").asBoolean()).isFalse();
        assertThat(invited.path("acceptLink").asText()).matches("https://pm\\.example\\.com/invite/[\\w-]{43}");
        assertThat(api.get(owner, its.path() + "/invitations").json().findValues("acceptLink"))
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
        JsonNode first = its.invite("p0@example.com", "viewer");
        for (int i = 1; i < 20; i++) {
            its.invite("p" + i + "@example.com", "viewer");
        }
        String id = first.path("id").asText();
        api.delete(owner, its.path() + "/invitations/" + id);

        Answer tooMany = its.post("p20@example.com");
        assertThat(tooMany.status()).isEqualTo(429);
        assertThat(tooMany.header("Retry-After")).hasValue("86400");
        api.clock().advance(Duration.ofDays(1).plusSeconds(1));
        owner = its.signInAgain();
        assertThat(its.post("p20@example.com").status()).isEqualTo(201);
    }

    @Test
    void seatsAreThoseOfTheTierWithInvitationsCounted() {
        its.tier("team");
        its.invite("fifth@example.com", "viewer");
        String token = tokenOf(stand.mails().remove());

        Answer full = its.post("sixth@example.com");

        assertThat(full.status()).isEqualTo(403);
        assertThat(full.json().path("code").asText()).isEqualTo("tier_limit");
        assertThat(full.json().path("limit").toString())
                .isEqualTo("{\"name\":\"seats\",\"max\":5,\"current\":5,\"tier\":\"team\"}");
        its.tier("free");
        api.user("fifth");
        assertThat(its.accept("fifth", token).json().path("code").asText()).isEqualTo("tier_limit");
        its.tier("team");
        assertThat(its.accept("fifth", token).status()).isEqualTo(200);
    }
}

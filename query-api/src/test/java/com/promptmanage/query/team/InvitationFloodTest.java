package com.promptmanage.query.team;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.query.http.TestRoutes;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Someone who makes many teams, to have many invitations sent. */
class InvitationFloodTest {

    @AutoClose
    private final TestApi api = TestApi.start(
            Instant.parse("2026-11-26T12:00:00Z"),
            parts -> TestRoutes.people(parts, InvitationMail.NONE, Optional.empty()));

    private String ann = "";

    @BeforeEach
    void start() {
        api.user("ann");
        api.database().useAsSystem(handle -> {
            handle.execute("""
                    INSERT INTO teams (id, name, slug) SELECT 't' || i, 'T', 'many-' || i FROM generate_series(1, 12) i
                    """);
            handle.execute("INSERT INTO team_members (team_id, user_id, role) SELECT id, 'ann', 'owner' FROM teams");
        });
        ann = api.signIn("ann");
    }

    @Test
    void oneAddressIsSentOnlySoManyByAllTeamsTogether() {
        for (int team = 1; team <= InvitationTable.RECEIVED_MAX; team++) {
            assertThat(invite(team, "victim@example.com").status()).isEqualTo(201);
        }
        Answer refused = invite(11, "victim@example.com");

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.json().path("code").asText()).isEqualTo("rate_limited");
        assertThat(refused.header("Retry-After")).hasValue("86400");
        assertThat(invite(11, "other@example.com").status()).isEqualTo(201);

        api.clock().advance(InvitationTable.SENT_WITHIN);
        ann = api.signIn("ann");
        assertThat(invite(11, "victim@example.com").status()).isEqualTo(201);
    }

    @Test
    void onePersonSendsOnlySoManyForAllTeamsTogether() {
        int perTeam = 10;
        for (int i = 0; i < InvitationTable.SENT_BY_ONE_MAX; i++) {
            assertThat(invite(1 + i / perTeam, "p%d@example.com".formatted(i)).status())
                    .isEqualTo(201);
        }

        assertThat(invite(12, "one-more@example.com").status()).isEqualTo(429);
    }

    private Answer invite(int team, String email) {
        return api.post(ann, "/api/teams/t%d/invitations".formatted(team), "{\"email\":\"%s\"}".formatted(email));
    }
}

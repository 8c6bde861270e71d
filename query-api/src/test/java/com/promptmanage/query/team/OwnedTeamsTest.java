package com.promptmanage.query.team;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.http.TestApi;
import com.promptmanage.query.http.TestRoutes;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class OwnedTeamsTest {

    @Test
    void whoMakesSeveralTeamsAtOnceOwnsNoMoreThanAnyoneMay() throws Exception {
        try (var api = TestApi.start(
                        Instant.parse("2026-11-26T12:00:00Z"),
                        parts -> TestRoutes.people(parts, InvitationMail.NONE, Optional.empty()));
                var threads = Executors.newFixedThreadPool(4)) {
            api.user("ann");
            api.database().useAsSystem(handle -> {
                handle.execute("""
                        INSERT INTO teams (id, name, slug, deleted_at)
                        SELECT 't' || i, 'T', 'owned-' || i, CASE WHEN i > 48 THEN now() END FROM generate_series(1, 60) i
                        """);
                handle.execute(
                        "INSERT INTO team_members (team_id, user_id, role) SELECT id, 'ann', 'owner' FROM teams");
            });
            String ann = api.signIn("ann");
            Callable<Integer> make =
                    () -> api.post(ann, "/api/teams", "{\"name\":\"One more\"}").status();

            var answers = new ArrayList<Integer>();
            for (Future<Integer> answer : threads.invokeAll(List.of(make, make, make, make))) {
                answers.add(answer.get());
            }

            assertThat(answers)
                    .as("room for %d, with those that are deleted not counted", TeamTable.OWNED_MAX - 48)
                    .containsExactlyInAnyOrder(201, 201, 409, 409);
        }
    }
}

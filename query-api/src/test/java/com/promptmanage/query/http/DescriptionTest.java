package com.promptmanage.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.QueryPeople;
import com.promptmanage.query.QueryRoutes;
import com.promptmanage.query.team.InvitationMail;
import com.promptmanage.service.operations.OpenApi;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DescriptionTest {

    @Test
    void everyRouteIsDescribedAndEveryDescriptionIsARoute() {
        OpenApi description = OpenApi.of("query", "test", List.of(QueryRoutes.OPEN_API));

        try (TestApi api = TestApi.start(Instant.parse("2026-11-16T12:00:00Z"), TestRoutes::of)) {
            assertThat(description.differencesFrom(api.server())).isEmpty();
        }
        OpenApi people = OpenApi.of("query", "test", List.of(QueryPeople.OPEN_API));
        try (TestApi api = TestApi.start(
                Instant.parse("2026-11-16T12:00:00Z"),
                parts -> TestRoutes.people(parts, InvitationMail.NONE, Optional.empty()))) {
            assertThat(people.differencesFrom(api.server())).isEmpty();
        }
        assertThat(OpenApi.of(
                                "query",
                                "test",
                                List.of(OpenApi.ACCESS, QueryPeople.OPEN_API, QueryRoutes.OPEN_API, OpenApi.OPERATIONS))
                        .danglingReferences())
                .isEmpty();
    }
}

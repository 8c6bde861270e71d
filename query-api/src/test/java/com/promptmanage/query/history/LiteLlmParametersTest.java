package com.promptmanage.query.history;

import static com.promptmanage.query.history.HistoryStand.TEAM;
import static com.promptmanage.query.history.RatedTopic.rated;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.query.http.TestApi.Answer;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** To pass over a part of a question would be to tell of more than is asked for. */
class LiteLlmParametersTest {

    private static final String DAYS = "start_date=2026-11-23&end_date=2026-11-23";

    private static final List<String> ROUTES =
            List.of("/spend/logs", "/user/daily/activity", "/team/daily/activity", "/global/spend/report");

    @AutoClose
    private HistoryStand stand;

    @BeforeEach
    void start() throws Exception {
        stand = new HistoryStand();
        stand.commit(List.of(rated(TEAM, "a", "2026-11-23T09:00:00Z", 20, 900)));
    }

    @Test
    void whatIsAskedByTwoNamesThatDifferIsRefusedByEveryRoute() throws Exception {
        for (String route : ROUTES) {
            for (String wrong : List.of(
                    "team_id=acme&end_user=eve&customer_id=sam",
                    "teamId=acme&team_id=other",
                    "teamId=other&team_id=acme",
                    "teamId=acme&team_ids=acme,other")) {
                assertThat(stand.get(route + "?" + DAYS + "&" + wrong).status())
                        .as(route + " " + wrong)
                        .isEqualTo(400);
            }
            assertThat(stand.get(route + "?" + DAYS + "&teamId=acme&team_id=acme&end_user=eve&customer_id=eve")
                            .status())
                    .as(route)
                    .isEqualTo(200);
        }
    }

    @Test
    void aUserOrACallIsAskedForWhereItIsTakenOrTheQuestionIsRefused() throws Exception {
        for (String route : List.of("/team/daily/activity?team_id=acme&", "/global/spend/report?team_id=acme&")) {
            for (String untaken : List.of("user_id=ann", "request_id=a")) {
                Answer answer = stand.get(route + DAYS + "&" + untaken);

                assertThat(answer.status()).as(route + untaken).isEqualTo(400);
                assertThat(answer.json().at("/errors/0/remedy").textValue()).contains("internal_user_id");
            }
        }
        assertThat(stand.get("/user/daily/activity?teamId=acme&request_id=a&" + DAYS)
                        .status())
                .isEqualTo(400);
        assertThat(stand.get("/spend/logs?teamId=acme&user_id=ann&request_id=a&" + DAYS)
                        .json())
                .hasSize(1);
    }
}

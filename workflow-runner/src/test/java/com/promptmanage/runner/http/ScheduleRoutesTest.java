package com.promptmanage.runner.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.http.RunningApi.Answer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ScheduleRoutesTest {

    @Test
    void theFirstTimeOfAScheduleIsSaidByTheDatabasesClockHoweverWrongThatOfTheProcessIs() {
        for (Duration wrong : new Duration[] {Duration.ofDays(400), Duration.ofDays(-400)}) {
            try (var api = new RunningApi(false, Clock.offset(Clock.systemUTC(), wrong))) {
                var steps = new TwoSteps(api);
                String path = "/api/workflows/%s/schedule".formatted(steps.create("active"));

                Answer set = api.put(steps.editor(), path, "{\"type\": \"interval\", \"intervalMinutes\": 1440}");

                assertThat(Instant.parse(set.json().path("nextFireAt").asText()))
                        .isBetween(
                                Instant.now().minus(Duration.ofDays(2)),
                                Instant.now().plus(Duration.ofDays(2)));
                assertThat(set.json().at("/preview/0")).isEqualTo(set.json().path("nextFireAt"));
            }
        }
    }
}

package com.promptmanage.runner.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.runner.http.RunningApi.Answer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ScheduleRoutesTest {

    @Test
    void whenItWouldRunIsToldBeforeItIsStored() {
        try (var api = new RunningApi(false, Clock.systemUTC())) {
            var steps = new TwoSteps(api);
            String path = "/api/workflows/%s/schedule".formatted(steps.create("active"));

            Answer checked = api.put(
                    steps.editor(),
                    path + "?check=true",
                    "{\"type\": \"cron\", \"cron\": \"0 9 * * *\", \"timezone\": \"Asia/Tokyo\"}");
            Answer refused =
                    api.put(steps.editor(), path + "?check=true", "{\"type\": \"cron\", \"cron\": \"61 * * * *\"}");

            assertThat(checked.status()).isEqualTo(200);
            assertThat(checked.json().path("preview"))
                    .hasSize(5)
                    .allSatisfy(time -> assertThat(time.asText()).endsWith("T00:00:00Z"));
            assertThat(checked.json().at("/preview/0")).isEqualTo(checked.json().path("nextFireAt"));
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.json().toString()).contains("has a 61 where 0 to 59 is expected", "minute (0-59)");
            assertThat(api.get(steps.editor(), path).json().path("schedule").isNull())
                    .isTrue();
        }
    }

    /** Read past its sign it would be another time than was meant. */
    @Test
    void aNumberWithASignIsNoTime() {
        try (var api = new RunningApi(false, Clock.systemUTC())) {
            var steps = new TwoSteps(api);
            String path = "/api/workflows/%s/schedule".formatted(steps.create("active"));

            for (String cron : new String[] {"-5 * * * *", "0 1,-2 * * *", "0 +3 * * *", "*/-5 * * * *"}) {
                Answer refused =
                        api.put(steps.editor(), path, "{\"type\": \"cron\", \"cron\": \"%s\"}".formatted(cron));
                assertThat(refused.status()).as(cron).isEqualTo(400);
                assertThat(refused.json().toString()).contains("a number with a sign");
            }
            assertThat(api.put(steps.editor(), path, "{\"type\": \"cron\", \"cron\": \"0 9 * * 1-5\"}")
                            .status())
                    .isEqualTo(200);
        }
    }

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

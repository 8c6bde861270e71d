package com.promptmanage.ingest;

import static com.promptmanage.ingest.RunningIngest.JSON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.service.access.NewKey;
import com.promptmanage.testkit.Await;
import com.promptmanage.topics.account.Account;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** What senders are told in time while the database stands still. */
class SlowDatabaseTest {

    private static final byte[] CALL = """
            {"metadata":{"sdk_name":"x"},"batch":[{"id":"e1","type":"generation-create","timestamp":"2026-11-25T10:00:00Z",
             "body":{"id":"g10","model":"m","usage":{"input":7,"output":1}}}]}""".getBytes(UTF_8);

    @Test
    void whileItStandsStillAnSdkIsToldSoInTimeAndItsCallCountsOnce() throws Exception {
        try (RunningIngest hurried = RunningIngest.ofUsualWaits();
                TopicTail tail = hurried.tail()) {
            String secret = hurried.key(NewKey.of("hurried", Account.team("hurried")));
            String basic = "Basic " + Base64.getEncoder().encodeToString(("pk:" + secret).getBytes(UTF_8));
            try (Connection other = hurried.database().connect();
                    Statement statement = other.createStatement()) {
                other.setAutoCommit(false);
                statement.execute("LOCK TABLE langfuse_objects IN ACCESS EXCLUSIVE MODE");

                HttpResponse<byte[]> refused = hurried.postBytes("/api/public/ingestion", basic, JSON, CALL, false);
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.headers().firstValue("Retry-After")).isPresent();
                other.rollback();
            }

            // A machine that stands still is told of as the database is.
            Await.until(() -> assertThat(hurried.postBytes("/api/public/ingestion", basic, JSON, CALL, false)
                            .statusCode())
                    .isEqualTo(207));
            assertThat(tail.records()).hasSize(1);
        }
    }
}

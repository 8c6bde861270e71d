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
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class IgnoredRoutesTest {

    private static final String HIT = """
            {"id":"hit","cache_hit":true,"model":"m","prompt_tokens":3,"completion_tokens":2}""";

    private static final String WAITING = """
            SELECT count(*) FROM pg_locks
            WHERE relation = 'ignored_usage'::regclass AND NOT granted
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """;

    /** Whoever asks has it written down first, and another may be doing so. */
    @Test
    void whatIsIgnoredIsToldToEachOfThoseWhoAskAtOnce() throws Exception {
        var told = new ArrayList<Future<HttpResponse<String>>>();
        try (RunningIngest ingest = RunningIngest.withDefaults();
                var readers = Executors.newVirtualThreadPerTaskExecutor()) {
            String key = ingest.key(NewKey.of("app", Account.team("acme")));
            try (Connection other = ingest.database().connect();
                    Statement statement = other.createStatement()) {
                other.setAutoCommit(false);
                statement.execute("LOCK TABLE ignored_usage IN SHARE MODE");
                ingest.postBytes("/api/litellm/events", "Bearer " + key, JSON, HIT.getBytes(UTF_8), false);
                for (int i = 0; i < 2; i++) {
                    told.add(readers.submit(() -> ingest.get("/api/ingest/ignored", key)));
                }
                Await.until(() -> assertThat(ingest.ask(WAITING)).isEqualTo("1"));
                other.rollback();
            }

            for (Future<HttpResponse<String>> one : told) {
                assertThat(one.get().body()).contains("answered_from_cache");
            }
        }
    }
}

package com.promptmanage.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.promptmanage.query.http.TestApi.Answer;
import com.promptmanage.service.access.KeyScope;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.BudgetCodec;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenUsage;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A server with the routes of budgets for one test class, and for each test a team of its own with a key that may manage it. */
final class BudgetStand implements BeforeEachCallback, AfterAllCallback {

    static final String BUDGETS = "/api/token-tracking/budgets";

    private static final Instant NOW = Instant.parse("2026-11-16T12:00:00Z");

    private final TestApi api = TestApi.start(NOW, TestRoutes::of);

    private int teams;

    private String team = "";

    private String key = "";

    @Override
    public void beforeEach(ExtensionContext context) {
        team = "team" + ++teams;
        key = api.key(account(), KeyScope.QUERY, KeyScope.MANAGE);
        api.metering().reads().price("gpt-4o-mini", call -> call.tokens().total() * 150);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        api.close();
    }

    TestApi api() {
        return api;
    }

    String team() {
        return team;
    }

    Account account() {
        return Account.team(team);
    }

    /** As all that follow: what the team's key is answered. */
    Answer get(String path) {
        return api.get(key, path);
    }

    Answer post(String path, String body) {
        return api.post(key, path, body);
    }

    Answer put(String path, String body) {
        return api.put(key, path, body);
    }

    Answer delete(String path) {
        return api.delete(key, path);
    }

    Answer send(String method, String path, @Nullable String body, String... headers) {
        return api.send(key, method, path, body, headers);
    }

    JsonNode create(String body) {
        Answer created = post(BUDGETS, body);
        assertThat(created.status()).as(created.json().toString()).isEqualTo(201);
        return created.json();
    }

    /** A minute ago, at 150 nanoUSD for a token. */
    void spend(String user, long tokens) {
        api.metering()
                .add(
                        TokenUsage.of(user, team, "gpt-4o-mini", TokenCounts.ofInputOutput(tokens, 0)),
                        NOW.minusSeconds(60));
        api.metering().commit();
    }

    /** All that the team has, as the stream is told last. */
    List<Budget> published() {
        return allPublished().getLast();
    }

    /** What waits for Kafka, in order. */
    List<List<Budget>> allPublished() {
        return api.database()
                .asSystem(handle -> handle.createQuery("""
                                SELECT record_value FROM outbox
                                WHERE topic = 'budgets' AND record_key = :key ORDER BY id
                                """)
                        .bind("key", account().key())
                        .mapTo(byte[].class)
                        .map(BudgetCodec::readAll)
                        .list());
    }

    static String id(JsonNode budget) {
        return budget.get("id").textValue();
    }
}

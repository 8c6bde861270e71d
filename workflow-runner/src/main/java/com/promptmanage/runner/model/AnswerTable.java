package com.promptmanage.runner.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.runner.call.CallUsage;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.Scope;
import com.promptmanage.service.http.Json;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The answers, in the database: all workers of an account share them. */
public final class AnswerTable implements AnswerCache {

    private static final Logger LOGGER = LoggerFactory.getLogger(AnswerTable.class);

    /** What is larger is not worth the room. */
    private static final int ANSWER_CHARS_MAX = 200_000;

    /** Half a character is not text that a database takes, and what cannot be said in letters is said by its number. */
    private static final ObjectWriter STORED = Json.mapper().writer().with(JsonWriteFeature.ESCAPE_NON_ASCII);

    private final Database database;

    private final Clock clock;

    public AnswerTable(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    @Override
    public Optional<Kept> find(Account account, String fingerprint, Duration maxAge) {
        Instant now = clock.instant();
        try {
            return database.inTransaction(
                    scope(account),
                    handle -> handle.createQuery("""
                        SELECT answer, usage FROM prompt_answers
                        WHERE account = :account AND fingerprint = :fingerprint
                          AND expires_at > :now AND created_at > :since
                        """)
                            .bind("account", account.value())
                            .bind("fingerprint", fingerprint)
                            .bind("now", now)
                            .bind("since", now.minus(maxAge))
                            .map((row, ctx) -> kept(row))
                            .findOne());
        } catch (RuntimeException e) {
            // Without it, the model is asked: that costs, and works.
            LOGGER.atWarn().setCause(e).log("cannot see whether an answer is kept");
            return Optional.empty();
        }
    }

    @Override
    public void keep(Account account, String fingerprint, Kept answer, Duration ttl) {
        if (answer.answer().text().length() > ANSWER_CHARS_MAX) {
            return;
        }
        Instant now = clock.instant();
        try {
            database.useTransaction(
                    scope(account),
                    handle -> handle.createUpdate("""
                        INSERT INTO prompt_answers (account, fingerprint, answer, usage, created_at, expires_at)
                        VALUES (:account, :fingerprint, :answer, :usage, :now, :expires)
                        ON CONFLICT (account, fingerprint) DO UPDATE SET answer = excluded.answer,
                            usage = excluded.usage, created_at = excluded.created_at, expires_at = excluded.expires_at
                        """)
                            .bind("account", account.value())
                            .bind("fingerprint", fingerprint)
                            .bind("answer", stored(answer.answer().toJson()))
                            .bind("usage", stored(usage(answer.usage())))
                            .bind("now", now)
                            .bind("expires", now.plus(ttl))
                            .execute());
        } catch (RuntimeException e) {
            LOGGER.atWarn().setCause(e).log("an answer is not kept");
        }
    }

    private static Scope scope(Account account) {
        return new Scope.Tenant("", Set.of(account.value()));
    }

    private static String stored(JsonNode json) {
        try {
            return STORED.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of JSON can be written", e);
        }
    }

    private static ObjectNode usage(CallUsage usage) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("provider", usage.provider()).put("model", usage.model());
        json.put("endedAt", usage.endedAt().toString())
                .put("tookMs", usage.took().toMillis());
        json.put("serviceTier", usage.serviceTier()).put("requestId", usage.providerRequestId());
        json.put("simulated", usage.simulated());
        for (TokenKind kind : TokenKind.values()) {
            json.withObject("/tokens").put(kind.field(), usage.tokens().get(kind));
        }
        return json;
    }

    private static Kept kept(ResultSet row) throws SQLException {
        try {
            JsonNode usage = Json.mapper().readTree(row.getString("usage"));
            TokenCounts tokens = TokenCounts.NONE;
            for (TokenKind kind : TokenKind.values()) {
                tokens = tokens.with(
                        kind, usage.path("tokens").path(kind.field()).asLong());
            }
            return new Kept(
                    ModelAnswer.of(Json.mapper().readTree(row.getString("answer"))),
                    new CallUsage(
                            usage.path("provider").asText(),
                            usage.path("model").asText(),
                            tokens,
                            Instant.parse(usage.path("endedAt").asText()),
                            Duration.ofMillis(usage.path("tookMs").asLong()),
                            usage.path("serviceTier").textValue(),
                            usage.path("requestId").textValue(),
                            usage.path("simulated").asBoolean()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the table holds what is not JSON", e);
        }
    }
}

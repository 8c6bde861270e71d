package com.promptmanage.query.price;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.service.outbox.Outbox;
import com.promptmanage.service.outbox.OutboxRecord;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.settings.AccountSettings;
import com.promptmanage.topics.settings.AccountSettingsCodec;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Tells the metering all that an account goes by: its time zone, its tags and whose reported costs count, which are its
 * team's, and its own prices. One record holds all of it, so whoever changes a part tells the whole.
 */
public final class AccountRecords {

    private AccountRecords() {}

    /**
     * Puts the account's record into the outbox, within the transaction that has changed a part of it. Of two such
     * transactions the one that commits later waited for the other, and so tells of both changes.
     *
     * @throws ProblemException 409 if all of it is larger than the metering reads
     */
    public static void publish(Handle handle, Account account, Instant now) {
        long revision = lock(handle, account, now);
        AccountSettings settings = read(handle, account);
        byte[] record = AccountSettingsCodec.write(settings, now, "%s/%d".formatted(account, revision));
        if (record.length > Topics.METERED_BYTES_MAX) {
            // It could never be sent, nor read: the metering would go on with what was before.
            throw ProblemException.conflict(
                    "The settings and prices of %s take more room than they may have together: send fewer prices, or shorten names"
                            .formatted(account));
        }
        Outbox.append(handle, OutboxRecord.of(Topics.ACCOUNTS.name(), account.value(), record));
    }

    /** As the tables hold it. */
    static AccountSettings read(Handle handle, Account account) {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        data.put("account", account.value());
        if (account.isTeam()) {
            handle.createQuery("SELECT timezone, settings FROM teams WHERE id = :id")
                    .bind("id", account.id())
                    .map((row, ctx) -> Map.entry(row.getString("timezone"), json(row.getString("settings"))))
                    .findOne()
                    .ifPresent(team -> {
                        data.put("timezone", team.getKey());
                        for (String field : new String[] {"tags", "trustedCostSources"}) {
                            if (team.getValue().has(field)) {
                                data.set(field, team.getValue().get(field));
                            }
                        }
                    });
        }
        handle.createQuery("""
                        SELECT jsonb_build_object('priceOverrides', prices) FROM price_overrides
                        WHERE account = :account
                        """)
                .bind("account", account.value())
                .mapTo(String.class)
                .findOne()
                .ifPresent(own -> data.set("priceOverrides", json(own).path("priceOverrides")));
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        event.put("type", AccountSettingsCodec.TYPE);
        event.set("data", data);
        return AccountSettingsCodec.read(event.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Locks the row of the account's prices until the transaction ends, and counts the record. */
    private static long lock(Handle handle, Account account, Instant now) {
        return handle.createQuery("""
                        INSERT INTO price_overrides AS known (account, revision, updated_at) VALUES (:account, 1, :now)
                        ON CONFLICT (account) DO UPDATE SET revision = known.revision + 1
                        RETURNING revision
                        """)
                .bind("account", account.value())
                .bind("now", now)
                .mapTo(Long.class)
                .one();
    }

    private static JsonNode json(String text) {
        return EventJson.read(text.getBytes(StandardCharsets.UTF_8));
    }
}

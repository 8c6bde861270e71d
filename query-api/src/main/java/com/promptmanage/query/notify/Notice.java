package com.promptmanage.query.notify;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.service.http.Json;
import com.promptmanage.service.outbox.OutboxRecord;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Severity;
import java.time.Instant;

/**
 * An alert that is not a budget's. It goes by the same topic as those that are, and so is listed, streamed and sent like them.
 *
 * @param id the same however often it is told
 * @param details what programs may want to know besides
 */
public record Notice(
        String id,
        String type,
        Account account,
        Severity severity,
        String title,
        String message,
        Instant occurredAt,
        ObjectNode details) {

    public Notice {
        details = details.deepCopy();
    }

    /** As a record of {@code budget.alerts}. */
    public OutboxRecord toRecord() {
        ObjectNode event = JsonNodeFactory.instance
                .objectNode()
                .put("specversion", "1.0")
                .put("id", id)
                .put("source", "/prompt-manage/notices")
                .put("type", "com.promptmanage.%s.v1".formatted(type.replace('_', '.')))
                .put("subject", account.value())
                .put("time", occurredAt.toString())
                .put("datacontenttype", "application/json");
        event.set("data", toJson());
        return OutboxRecord.of(Topics.BUDGET_ALERTS.name(), account.value(), Json.bytes(event));
    }

    ObjectNode toJson() {
        return details.deepCopy()
                .put("id", id)
                .put("type", type)
                .put("account", account.value())
                .put("severity", severity.value())
                .put("title", title)
                .put("message", message)
                .put("occurredAt", occurredAt.toString());
    }
}

package com.promptmanage.query.notify;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.promptmanage.topics.account.Account;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** What a trial of a channel sends: an alert of a budget as they are, which says that it is none. */
final class SampleAlert {

    private SampleAlert() {}

    static ObjectNode of(Account account, Instant now) {
        Instant today = now.truncatedTo(ChronoUnit.DAYS);
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", "test")
                .put("test", true)
                .put("budgetId", "test")
                .put("budgetName", "Test")
                .put("budgetVersion", 1)
                .put("account", account.value())
                .put("dimension", "account")
                .put("value", account.value())
                .put("period", "day")
                .put("timezone", "UTC")
                .put("periodStart", today.toString())
                .put("periodEnd", today.plus(1, ChronoUnit.DAYS).toString())
                .put("severity", "info")
                .put("thresholdKind", "percent")
                .put("threshold", 75)
                .put("spentUsd", "22.5")
                .put("spentNanoUsd", 22_500_000_000L)
                .put("limitUsd", "30")
                .put("limitNanoUsd", 30_000_000_000L)
                .put("forecastUsd", "22.5")
                .put("percentage", 75)
                .put("title", "Test: this is how an alert looks")
                .put("message", "Nothing was spent. Someone tried out this channel.")
                .put("occurredAt", now.toString())
                .put("lateEvent", false);
    }
}

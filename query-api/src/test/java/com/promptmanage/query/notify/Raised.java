package com.promptmanage.query.notify;

import com.promptmanage.query.alert.AlertWriter;
import com.promptmanage.service.database.Database;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.alert.BudgetAlert;
import com.promptmanage.topics.alert.BudgetAlertCodec;
import com.promptmanage.topics.alert.Notice;
import com.promptmanage.topics.alert.NoticeCodec;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.budget.Severity;
import com.promptmanage.topics.budget.Threshold;
import com.promptmanage.topics.money.NanoUsd;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Alerts as the metering raises them, listed as the copy of their topic lists them. */
final class Raised {

    private static final long LIMIT = 3_000_000_000L;

    private Raised() {}

    static BudgetAlert alert(String id, Account account, Severity severity) {
        return alert(id, account, severity, Dimension.ACCOUNT, account.value(), "the <b>month</b> & more");
    }

    static BudgetAlert ofMember(String id, Account team, String member) {
        return alert(id, team, Severity.WARNING, Dimension.MEMBER, member, "each member");
    }

    /** Of a period that was over when it came. */
    static BudgetAlert late(String id, Account account) {
        BudgetAlert inTime = alert(id, account, Severity.WARNING);
        return new BudgetAlert(
                id,
                inTime.budget(),
                inTime.value(),
                inTime.threshold(),
                Instant.parse("2026-10-01T00:00:00Z"),
                Instant.parse("2026-11-01T00:00:00Z"),
                inTime.spent(),
                inTime.forecast(),
                Instant.parse("2026-10-24T12:00:00Z"),
                true);
    }

    static BudgetAlert alert(
            String id, Account account, Severity severity, Dimension dimension, String value, String name) {
        var threshold = new Threshold.Percent(75_000, severity);
        var budget = new Budget(
                "budget-of-" + account.id(),
                name,
                account,
                dimension,
                dimension.equals(Dimension.ACCOUNT) ? account.value() : "*",
                new Limit.Spend(new NanoUsd(LIMIT)),
                Period.of(Period.Unit.MONTH, ZoneOffset.UTC),
                List.of(threshold),
                Budget.Enforcement.ALERT_ONLY,
                Budget.FailMode.OPEN,
                1);
        long spent = severity == Severity.CRITICAL ? LIMIT : 2_250_000_001L;
        return new BudgetAlert(
                id,
                budget,
                value,
                threshold,
                Instant.parse("2026-11-01T00:00:00Z"),
                Instant.parse("2026-12-01T00:00:00Z"),
                spent,
                spent,
                Instant.parse("2026-11-24T12:00:00Z"),
                false);
    }

    static void list(Database database, Clock clock, BudgetAlert... alerts) {
        list(
                database,
                clock,
                Stream.of(alerts)
                        .map(alert -> new ConsumerRecord<>(
                                "budget.alerts", 0, 0, alert.account().key(), BudgetAlertCodec.write(alert)))
                        .toList());
    }

    /** What is no budget's, as other services tell it. */
    static void list(Database database, Clock clock, Notice notice) {
        list(
                database,
                clock,
                List.of(new ConsumerRecord<>(
                        "budget.alerts", 0, 0, notice.account().key(), NoticeCodec.write(notice, "/elsewhere"))));
    }

    private static void list(Database database, Clock clock, List<ConsumerRecord<byte[], byte[]>> records) {
        var rows =
                AlertWriter.target(new Fanout(clock), new SimpleMeterRegistry()).rowsOf(records);
        database.useAsSystem(handle -> {
            try {
                rows.writeTo(handle);
            } catch (SQLException e) {
                throw new IllegalStateException("the alerts cannot be written", e);
            }
        });
    }
}

package com.promptmanage.topics.alert;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Dimension;
import com.promptmanage.topics.budget.Limit;
import com.promptmanage.topics.budget.Period;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.money.NanoUsd;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BudgetAlertCodecTest {

    private static final Account ACME = Account.team("acme");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    750000     | 0.0005 | 150% of the limit is used: $0.00075 of $0.0005.
                    1000200000 | 1.00   | 100.02% of the limit is used: $1.0002 of $1.00.
                    3000000000 | 3.00   | 100% of the limit is used: $3.00 of $3.00.
                    """)
    void theTextShowsWhatThePercentageIsOf(long spent, String limitUsd, String message) {
        var budget = new Budget(
                "budget_1",
                "the month",
                ACME,
                Dimension.ACCOUNT,
                ACME.value(),
                new Limit.Spend(NanoUsd.ofUsd(limitUsd)),
                Period.of(Period.Unit.MONTH, ZoneOffset.UTC),
                Budget.DEFAULT_THRESHOLDS,
                Budget.Enforcement.ALERT_ONLY,
                Budget.FailMode.OPEN,
                1);
        var alert = new BudgetAlert(
                "alert_1",
                budget,
                ACME.value(),
                Budget.DEFAULT_THRESHOLDS.getFirst(),
                Instant.parse("2026-11-01T00:00:00Z"),
                Instant.parse("2026-12-01T00:00:00Z"),
                spent,
                spent,
                Instant.parse("2026-11-24T12:00:00Z"),
                false);

        var json = EventJson.read(BudgetAlertCodec.write(alert));

        assertThat(json.path("data").path("message").textValue()).isEqualTo(message);
        assertThat(json.path("data").path("type").textValue()).isEqualTo("budget_exceeded");
    }
}

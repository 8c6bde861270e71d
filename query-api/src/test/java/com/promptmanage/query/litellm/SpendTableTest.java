package com.promptmanage.query.litellm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.promptmanage.query.history.TokenColumns;
import com.promptmanage.query.http.TestApi;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.http.ProblemException;
import com.promptmanage.topics.account.Account;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class SpendTableTest {

    private static final CellQuery NOVEMBER = new CellQuery(
            Account.team("acme"),
            LocalDate.parse("2026-11-01"),
            LocalDate.parse("2026-11-30"),
            ZoneOffset.UTC,
            null,
            null,
            null,
            null);

    @Test
    void whatWouldBeTooManySumsIsNotAddedUpForOneAnswer() {
        try (Database database = Database.open(DatabaseSettings.of(TestApi.newDatabase(), "of-the-tests"))) {
            database.useAsSystem(handle -> {
                handle.execute("SELECT usage_history_ensure_month('2026-11-24T00:00:00Z')");
                handle.execute("INSERT INTO usage_history (account, time, source, event_id, user_id, model,"
                        + " execution_type, cost_nano_usd, unpriced, " + TokenColumns.EACH + """
                        ) SELECT 'team:acme', '2026-11-24T00:00:00Z', '/t', 'e' || n, 'user-' || n, 'm', 'prompt_run', n, false,
                                 n, 0, 0, 0, 0, 0, 0, 0, 0, 0
                        FROM generate_series(1, 3) AS n
                        """);
            });

            assertThat(new SpendTable(database, 3).cells(NOVEMBER))
                    .extracting(cell -> cell.spend().costNanoUsd())
                    .containsExactly(1L, 2L, 3L);
            assertThatExceptionOfType(ProblemException.class)
                    .isThrownBy(() -> new SpendTable(database, 2).cells(NOVEMBER))
                    .satisfies(e -> assertThat(e.problem().status()).isEqualTo(400));
        }
    }
}

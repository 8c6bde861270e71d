package com.promptmanage.query.history;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.query.http.TestApi;
import com.promptmanage.service.database.Database;
import com.promptmanage.service.database.DatabaseSettings;
import com.promptmanage.service.settings.BadSettingsException;
import org.junit.jupiter.api.Test;

class HistoryOriginTest {

    @Test
    void aMeteringOfAnotherNameDoesNotStartOnThisHistory() {
        try (Database database = Database.open(DatabaseSettings.of(TestApi.newDatabase(), "of-the-tests"))) {
            HistoryOrigin.claim(database, "prompt-manage-metering");

            assertThatCode(() -> HistoryOrigin.claim(database, "prompt-manage-metering"))
                    .doesNotThrowAnyException();
            assertThatThrownBy(() -> HistoryOrigin.claim(database, "renamed"))
                    .isInstanceOf(BadSettingsException.class)
                    .hasMessageContainingAll("PM_METERING_APPLICATION_ID", "'prompt-manage-metering'");
        }
    }
}

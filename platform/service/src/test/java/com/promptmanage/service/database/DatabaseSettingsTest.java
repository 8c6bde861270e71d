package com.promptmanage.service.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.settings.Settings;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DatabaseSettingsTest {

    private static final String URL = "jdbc:postgresql://db/pm";

    @Test
    void fallsBackOnDefaults() {
        assertThat(read(Map.of("PM_DATABASE_URL", URL, "PM_DATABASE_APP_PASSWORD", "s3cret")))
                .isEqualTo(DatabaseSettings.of(URL, "s3cret"));
    }

    @Test
    void readsEverything() {
        assertThat(read(Map.of(
                        "PM_DATABASE_URL", URL,
                        "PM_DATABASE_OWNER", "owner",
                        "PM_DATABASE_OWNER_PASSWORD", "0wner",
                        "PM_DATABASE_APP_PASSWORD", "s3cret",
                        "PM_DATABASE_CONNECTIONS", "7",
                        "PM_DATABASE_STATEMENT_TIMEOUT", "PT10S",
                        "PM_DATABASE_LOCK_TIMEOUT", "PT1S",
                        "PM_DATABASE_IDLE_IN_TRANSACTION_TIMEOUT", "PT20S")))
                .isEqualTo(new DatabaseSettings(
                        URL,
                        Optional.of(new DatabaseSettings.Owner("owner", "0wner")),
                        "s3cret",
                        7,
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(20)));
    }

    @Test
    void tellsEverythingWrong() {
        assertThatThrownBy(() -> read(Map.of(
                        "PM_DATABASE_OWNER", "owner",
                        "PM_DATABASE_CONNECTIONS", "0",
                        "PM_DATABASE_STATEMENT_TIMEOUT", "30",
                        "PM_DATABASE_LOCK_TIMEOUT", "PT10M",
                        "PM_DATABASE_IDLE_IN_TRANSACTION_TIMEOUT", "PT0S",
                        "PM_DATABASE_PASSWORD", "x")))
                .hasMessageContainingAll(
                        "8 problem(s)",
                        "PM_DATABASE_URL: missing",
                        "PM_DATABASE_APP_PASSWORD: missing",
                        "PM_DATABASE_OWNER and PM_DATABASE_OWNER_PASSWORD go together",
                        "PM_DATABASE_CONNECTIONS: '0'",
                        "PM_DATABASE_STATEMENT_TIMEOUT: cannot read '30'",
                        "PM_DATABASE_LOCK_TIMEOUT: 'PT10M'",
                        "PM_DATABASE_IDLE_IN_TRANSACTION_TIMEOUT: 'PT0S'",
                        "PM_DATABASE_PASSWORD: not a setting");
    }

    @Test
    void whatIsNoAddressOfPostgresIsOneOfTheFaultsAndNotRepeated() {
        assertThatThrownBy(() -> read(Map.of(
                        "PM_DATABASE_URL", "mysql://owner:0wner@db/pm",
                        "PM_DATABASE_APP_PASSWORD", "s3cret",
                        "PM_DATABASE_CONNECTIONS", "0")))
                .hasMessageContainingAll(
                        "2 problem(s)", "PM_DATABASE_URL: is not a JDBC address", "PM_DATABASE_CONNECTIONS: '0'")
                .hasMessageNotContaining("0wner");
    }

    @Test
    void whoIsPatientWaitsSoLongForEverythingWhateverElseIsChanged() {
        var max = Duration.ofMinutes(1);
        var patient = DatabaseSettings.of(URL, "s3cret").patient(max).withConnectionsMax(3);

        assertThat(patient)
                .isEqualTo(new DatabaseSettings(URL, Optional.empty(), "s3cret", 3, max, max, max, Waits.of(max)));
        assertThat(patient.at(URL, "other").waits()).isEqualTo(patient.waits());
        assertThat(Waits.USUAL.orLonger(Duration.ofMillis(2_500))).isEqualTo(Duration.ofMillis(2_500));
        assertThat(Waits.of(max).orLonger(Duration.ofMillis(2_500))).isEqualTo(max);
    }

    @Test
    void keepsPasswordsOutOfItsText() {
        var settings = DatabaseSettings.of(URL + "?user=o&password=0wner", "s3cret");

        assertThat(settings.toString()).contains("jdbc:postgresql://db/pm").doesNotContain("0wner", "s3cret");
    }

    private static DatabaseSettings read(Map<String, String> environment) {
        var settings = new Settings(Settings.PREFIX, environment);
        var read = DatabaseSettings.from(settings);
        settings.check();
        return read;
    }
}

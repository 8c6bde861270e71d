package com.promptmanage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.runner.model.ModelSettings.Simulate;
import com.promptmanage.service.settings.BadSettingsException;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LocalSettingsTest {

    private static final Keepsakes OWN = new Keepsakes(
            "password", "password", Optional.empty(), Base64.getEncoder().encodeToString(new byte[32]));

    @Test
    void everySettingOfTheServicesIsHeard() {
        LocalSettings read = read(Map.of(
                "PM_TIERS_ENFORCED", "true",
                "PM_SIGN_UP", "false",
                "PM_RETENTION", "P800D",
                "PM_TOPIC_PARTITIONS", "7",
                "PM_INGEST_BODY_MAX", "1MiB",
                "PM_RUNNER_NODES", "9",
                "PM_DATABASE_CONNECTIONS", "20",
                "PM_TRACE", "trace.csv",
                "HOME", "/"));

        assertThat(read.query().access().tiersEnforced()).isTrue();
        assertThat(read.query().access().signUp()).isFalse();
        assertThat(read.query().metering().retention()).isEqualTo(Duration.ofDays(800));
        assertThat(read.query().partitions()).isEqualTo(7);
        assertThat(read.query().database().connectionsMax()).isEqualTo(20);
        assertThat(read.ingest().ingest().admission().bodyBytesMax()).isEqualTo(1 << 20);
        assertThat(read.runner().runner().nodesMax()).isEqualTo(9);
    }

    @Test
    void withoutAnySettingTheKeyIsTheDirectorysAndModelsArePretended() {
        LocalSettings read = read(Map.of());

        assertThat(read.secretKeys()).isEqualTo(OWN.secretKeys());
        assertThat(read.runner().runner().models().simulate()).isEqualTo(Simulate.WITHOUT_KEY);
        assertThat(read.query().partitions()).isEqualTo(4);
        assertThat(read.query().access().tiersEnforced()).isFalse();
    }

    @Test
    void whatIsNotHeardOrCannotBeReadIsToldOnceAndAllTogether() {
        assertThatThrownBy(() -> read(Map.of(
                        "PM_HTTP_PORT", "9000",
                        "PM_DATABASE_URL", "jdbc:postgresql://db/pm",
                        "PM_TIERS_ENFORCED", "yes",
                        "PM_OUTBOUND_TIMEOUT", "30s",
                        "PM_FOO", "1")))
                .isInstanceOf(BadSettingsException.class)
                .hasMessageContainingAll(
                        "5 problem(s)",
                        "PM_HTTP_PORT: bin/up sets this itself: use --port",
                        "PM_DATABASE_URL: bin/up sets this itself: it brings a database of its own",
                        "PM_TIERS_ENFORCED: 'yes' is neither true nor false",
                        "PM_OUTBOUND_TIMEOUT: cannot read '30s'",
                        "PM_FOO: not a setting");
    }

    @Test
    void whatRunsByItselfDoesNotPayAProvider() {
        var key = Map.of("PM_OPENAI_API_KEY", "sk-of-a-test");

        assertThatThrownBy(() -> LocalSettings.of(key, OWN, true)).hasMessageContaining("--no-demo");
        assertThat(LocalSettings.of(key, OWN, false)
                        .runner()
                        .runner()
                        .models()
                        .endpoints()
                        .isEmpty())
                .isFalse();
    }

    private static LocalSettings read(Map<String, String> environment) {
        return LocalSettings.of(environment, OWN, true);
    }
}

package com.promptmanage.service.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.settings.BadSettingsException;
import com.promptmanage.service.settings.Settings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutboundSettingsTest {

    @Test
    void settingsFallBackOnDefaults() {
        var settings = new Settings(Settings.PREFIX, Map.of());

        assertThat(OutboundSettings.from(settings)).isEqualTo(OutboundSettings.DEFAULTS);
        settings.check();
    }

    @Test
    void settingsTakeWhatIsSet() {
        var settings = new Settings(
                Settings.PREFIX,
                Map.of(
                        "PM_OUTBOUND_ALLOWED_RANGES", "10.0.0.0/8, fd00::/8",
                        "PM_OUTBOUND_CONNECT_TIMEOUT", "PT1S",
                        "PM_OUTBOUND_TIMEOUT", "PT2S",
                        "PM_OUTBOUND_REQUEST_MAX", "1MiB",
                        "PM_OUTBOUND_RESPONSE_MAX", "2MiB",
                        "PM_OUTBOUND_CONNECTIONS", "8"));

        assertThat(OutboundSettings.from(settings))
                .isEqualTo(new OutboundSettings(
                        List.of(AddressRange.of("10.0.0.0/8"), AddressRange.of("fd00::/8")),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        1 << 20,
                        2 << 20,
                        8));
        settings.check();
    }

    @Test
    void settingsTellEveryRangeThatIsNone() {
        var settings = new Settings(Settings.PREFIX, Map.of("PM_OUTBOUND_ALLOWED_RANGES", "10.0.0.0/99, everything"));
        OutboundSettings.from(settings);

        assertThatThrownBy(settings::check)
                .isInstanceOf(BadSettingsException.class)
                .hasMessageContainingAll("2 problem(s)", "'10.0.0.0/99'", "'everything'");
    }
}

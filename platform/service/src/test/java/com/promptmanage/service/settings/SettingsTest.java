package com.promptmanage.service.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SettingsTest {

    record Example(
            String url,
            String name,
            Optional<String> note,
            int port,
            int threads,
            long rows,
            boolean on,
            Duration drain,
            long bodyBytes,
            List<String> hosts) {

        static Example from(Map<String, String> environment) {
            var settings = new Settings(Settings.PREFIX, environment);
            var read = new Example(
                    settings.text("URL"),
                    settings.text("NAME", "unnamed"),
                    settings.optionalText("NOTE"),
                    settings.port("PORT", 8080),
                    settings.integer("THREADS", 2, 1, 64),
                    settings.wholeNumber("ROWS", 5_000_000_000L, 0, Long.MAX_VALUE),
                    settings.flag("ON", true),
                    settings.duration("DRAIN", Duration.ofSeconds(10), Duration.ZERO, Duration.ofMinutes(1)),
                    settings.sizeBytes("BODY", 16 << 20, 1, 1L << 30),
                    settings.list("HOSTS", List.of()));
            settings.check();
            return read;
        }
    }

    @Test
    void aSettingThatSeveralPartsAskForIsComplainedOfOnce() {
        var settings = new Settings(Settings.PREFIX, Map.of("PM_PORT", "many"));

        settings.port("PORT", 1);
        settings.port("PORT", 1);

        assertThatThrownBy(settings::check).hasMessageContaining("1 problem(s)");
    }

    @Test
    void aListThatMayHoldKeysIsNeverRepeated() {
        var settings = new Settings(Settings.PREFIX, Map.of("PM_SECRET_KEYS", "k1:c2VjcmV0,,k2:c2VjcmV0"));

        settings.list("SECRET_KEYS", List.of());

        assertThatThrownBy(settings::check)
                .hasMessageContaining("PM_SECRET_KEYS: has a blank entry")
                .hasMessageNotContaining("c2VjcmV0");
    }

    @Test
    void fallsBackOnDefaults() {
        assertThat(Example.from(Map.of("PM_URL", "jdbc:x")))
                .isEqualTo(new Example(
                        "jdbc:x",
                        "unnamed",
                        Optional.empty(),
                        8080,
                        2,
                        5_000_000_000L,
                        true,
                        Duration.ofSeconds(10),
                        16 << 20,
                        List.of()));
    }

    @Test
    void readsEveryKind() {
        assertThat(Example.from(Map.of(
                        "PM_URL", "jdbc:y",
                        "PM_NAME", "east",
                        "PM_NOTE", "hello",
                        "PM_PORT", "0",
                        "PM_THREADS", "64",
                        "PM_ROWS", "9223372036854775807",
                        "PM_ON", "FALSE",
                        "PM_DRAIN", "PT2.5S",
                        "PM_BODY", "3MiB",
                        "PM_HOSTS", "a, b ,c")))
                .isEqualTo(new Example(
                        "jdbc:y",
                        "east",
                        Optional.of("hello"),
                        0,
                        64,
                        Long.MAX_VALUE,
                        false,
                        Duration.ofMillis(2500),
                        3 << 20,
                        List.of("a", "b", "c")));
    }

    @Test
    void tellsEverythingWrongAtOnce() {
        var wrong = Map.of(
                "PM_NAME", " ",
                "PM_PORT", "65536",
                "PM_THREADS", "two",
                "PM_ROWS", "-1",
                "PM_ON", "yes",
                "PM_DRAIN", "PT2M",
                "PM_BODY", "16MB",
                "PM_HOSTS", "a,,b",
                "PM_DRIAN", "PT5S",
                "HOME", "/root");

        assertThatThrownBy(() -> Example.from(wrong))
                .isInstanceOf(BadSettingsException.class)
                .hasMessageContainingAll(
                        "10 problem(s)",
                        "PM_URL: missing",
                        "PM_NAME: is blank",
                        "PM_PORT: '65536' is not between 0 and 65535",
                        "PM_THREADS: cannot read 'two'",
                        "PM_ROWS: '-1' is not between 0 and",
                        "PM_ON: 'yes' is neither true nor false",
                        "PM_DRAIN: 'PT2M' is not between PT0S and PT1M",
                        "PM_BODY: '16MB' is not a size",
                        "PM_HOSTS:",
                        "PM_DRIAN: not a setting")
                .hasMessageNotContaining("HOME");
    }

    @Test
    void tellsAManualWhatWasAskedFor() {
        var settings = new Settings(Settings.PREFIX, Map.of());
        settings.text("URL");
        settings.optionalText("HOST");
        settings.sizeBytes("BODY", 16 << 20, 1 << 10, 1 << 30);
        settings.duration("DRAIN", Duration.ofSeconds(5), Duration.ZERO, Duration.ofMinutes(1));
        settings.integer("THREADS", 4, 1, 256);
        settings.integer("THREADS", 8, 1, 256);

        assertThat(settings.asked())
                .containsExactly(
                        new Settings.Asked("PM_URL", null, "text"),
                        new Settings.Asked("PM_HOST", "none", "text"),
                        new Settings.Asked("PM_BODY", "16MiB", "1KiB to 1GiB"),
                        new Settings.Asked("PM_DRAIN", "PT5S", "PT0S to PT1M"),
                        new Settings.Asked("PM_THREADS", "4", "1 to 256"));
    }

    @Test
    void tellsOfSettingsThatDoNotGoTogether() {
        var settings = new Settings(Settings.PREFIX, Map.of());
        settings.require(true, "fine");
        settings.require(false, "PM_A and PM_B go together");

        assertThatThrownBy(settings::check).hasMessageContaining("PM_A and PM_B go together");
        assertThatCode(new Settings(Settings.PREFIX, Map.of())::check).doesNotThrowAnyException();
    }
}

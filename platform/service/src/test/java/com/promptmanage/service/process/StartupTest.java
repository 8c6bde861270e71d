package com.promptmanage.service.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.promptmanage.service.settings.Settings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class StartupTest {

    private final ByteArrayOutputStream told = new ByteArrayOutputStream();

    @Test
    void whatIsSetIsHandedOn() {
        assertThat(read(Map.of("PM_HTTP_PORT", "8080"))).hasValue(8080);
        assertThat(told.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void allThatIsWrongIsToldAndNothingElse() {
        assertThat(read(Map.of("PM_HTTP_PORT", "many", "PM_HTTP_PROT", "8080"))).isEmpty();

        assertThat(told.toString(StandardCharsets.UTF_8)).isEqualToNormalizingNewlines("""
                2 problem(s) with the settings:
                  PM_HTTP_PORT: cannot read 'many'
                  PM_HTTP_PROT: not a setting
                """);
    }

    @Test
    void timeIsNoFinerThanTheDatabaseKeepsIt() {
        var seen = Stream.generate(Startup.clock()::instant).limit(1_000);

        assertThat(seen).allMatch(moment -> moment.equals(moment.truncatedTo(ChronoUnit.MICROS)));
    }

    private Optional<Integer> read(Map<String, String> environment) {
        return Startup.read(
                new Settings(Settings.PREFIX, environment),
                settings -> settings.port("HTTP_PORT", 1),
                new PrintStream(told, true, StandardCharsets.UTF_8));
    }
}

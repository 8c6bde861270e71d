package com.promptmanage.topics.settings;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.event.EventJson;
import com.promptmanage.topics.pricing.Catalogue;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccountSettingsCodecTest {

    private static final Account ACME = Account.team("acme");

    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

    @Test
    void settingsAreReadAsTheyWereWritten() {
        var settings = new AccountSettings(
                ACME,
                ZoneId.of("Asia/Kathmandu"),
                List.of("project", "env"),
                Set.of("/gateway", "*"),
                Catalogue.prices());

        byte[] record = AccountSettingsCodec.write(settings, NOW, "e");

        assertThat(AccountSettingsCodec.read(record)).isEqualTo(settings);
        assertThat(EventJson.read(record).path("type").textValue()).isEqualTo("com.promptmanage.account.settings.v1");
        assertThat(EventJson.read(record).path("subject").textValue()).isEqualTo("team:acme");
    }

    @Test
    void whatIsAbsentIsAsByDefault() {
        assertThat(AccountSettingsCodec.read(record("{\"account\":\"team:acme\"}")))
                .isEqualTo(AccountSettings.defaults(ACME));
        assertThat(AccountSettings.defaults(ACME).zone()).isEqualTo(ZoneOffset.UTC);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{}                                                       | account is missing",
                "{\"account\":\"acme\"}                                   | not an account",
                "{\"account\":\"team:a\",\"timezone\":\"Mars/Olympus\"}   | timezone",
                "{\"account\":\"team:a\",\"timezone\":5}                  | timezone must be a text",
                "{\"account\":\"team:a\",\"tags\":\"env\"}                | tags must be an array",
                "{\"account\":\"team:a\",\"tags\":[1]}                    | tags must hold texts",
                "{\"account\":\"team:a\",\"trustedCostSources\":[null]}   | trustedCostSources must hold texts",
                "{\"account\":\"team:a\",\"priceOverrides\":[{}]}         | tiers must be an array",
            })
    void aFaultIsNamed(String data, String message) {
        assertThatThrownBy(() -> AccountSettingsCodec.read(record(data)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aRecordOfAnotherVersionIsRefused() {
        assertThatThrownBy(() -> AccountSettingsCodec.read(
                        "{\"type\":\"com.promptmanage.account.settings.v2\",\"data\":{}}".getBytes(UTF_8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("type is");
    }

    @Test
    void aTagNamedTwiceIsOneAndMoreThanEightAreRefused() {
        List<String> nine = IntStream.range(0, 9).mapToObj(i -> "tag" + i).toList();

        assertThat(with(List.of("a", "b", "a")).tags()).containsExactly("a", "b");
        assertThat(with(nine.subList(0, 8)).tags()).hasSize(8);
        assertThatThrownBy(() -> with(nine))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at most 8 tags, got 9");
    }

    private static AccountSettings with(List<String> tags) {
        return new AccountSettings(ACME, ZoneOffset.UTC, tags, Set.of(), List.of());
    }

    private static byte[] record(String data) {
        return "{\"type\":\"%s\",\"data\":%s}"
                .formatted(AccountSettingsCodec.TYPE, data)
                .getBytes(UTF_8);
    }
}

package com.promptmanage.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SecretsTest {

    @Test
    void saysWhoseItIsAndChecksItself() {
        String secret = Secrets.make("pm_");

        assertThat(secret).matches("pm_[0-9A-Za-z]{36}");
        assertThat(Secrets.isWhole("pm_", secret)).isTrue();
    }

    @Test
    void noticesEveryMistypedCharacter() {
        String secret = Secrets.make("pm_");
        for (int i = 3; i < secret.length(); i++) {
            char other = secret.charAt(i) == 'a' ? 'b' : 'a';
            String mistyped = secret.substring(0, i) + other + secret.substring(i + 1);
            assertThat(Secrets.isWhole("pm_", mistyped)).as(mistyped).isFalse();
        }
        assertThat(Secrets.isWhole("pm_", secret.substring(1))).isFalse();
        assertThat(Secrets.isWhole("pm_", secret + "x")).isFalse();
        assertThat(Secrets.isWhole("pm_", "")).isFalse();
    }

    @Test
    void isFoundInWhatStandsAroundIt() {
        String secret = Secrets.make("pm_");

        assertThat(Secrets.isIn("pm_", secret)).isTrue();
        assertThat(Secrets.isIn("pm_", "Bearer pm_pm_" + secret + "x")).isTrue();
        assertThat(Secrets.isIn("pm_", secret.substring(0, secret.length() - 1)))
                .isFalse();
        assertThat(Secrets.isIn("pm_", "pm_" + "x".repeat(60))).isFalse();
        assertThat(Secrets.isIn("pm_", "")).isFalse();
    }

    @Test
    void isNeverTheSame() {
        assertThat(IntStream.range(0, 10_000).mapToObj(i -> Secrets.make("pm_")).collect(Collectors.toSet()))
                .hasSize(10_000);
    }
}

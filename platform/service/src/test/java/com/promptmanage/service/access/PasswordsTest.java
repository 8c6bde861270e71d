package com.promptmanage.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class PasswordsTest {

    private final Passwords passwords = new Passwords(AccessSettings.DEFAULTS.passwordMemoryKib());

    @Test
    void keepsArgon2idWithItsParameters() {
        assertThat(passwords.hash("secret")).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
        assertThat(passwords.hash("secret")).isNotEqualTo(passwords.hash("secret"));
    }

    @Test
    void tellsTheRightOneFromOthers() {
        var hash = Optional.of(passwords.hash("pässwörd"));

        assertThat(passwords.matches("pässwörd", hash)).isTrue();
        assertThat(passwords.matches("passwort", hash)).isFalse();
        assertThat(passwords.matches("", hash)).isFalse();
        assertThat(passwords.matches("x".repeat(100_000), hash)).isFalse();
        assertThat(passwords.matches("pässwörd", Optional.empty())).isFalse();
    }

    @Test
    void readsWhatOthersWrote() {
        // From the test vectors of the reference implementation: argon2id, v=19, m=256, t=2, p=1.
        var hash = Optional.of("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4");

        assertThat(passwords.matches("password", hash)).isTrue();
    }

    @Test
    void takesAboutAsLongForNobodyAsForSomebody() {
        var hash = Optional.of(passwords.hash("secret"));
        long somebody = medianNanos(() -> passwords.matches("wrong", hash));
        long nobody = medianNanos(() -> passwords.matches("wrong", Optional.empty()));

        assertThat((double) nobody / somebody).isBetween(0.5, 2.0);
    }

    private static long medianNanos(Runnable work) {
        return java.util.stream.LongStream.range(0, 9)
                .map(i -> {
                    long started = System.nanoTime();
                    work.run();
                    return System.nanoTime() - started;
                })
                .sorted()
                .skip(4)
                .findFirst()
                .orElseThrow();
    }
}

package com.promptmanage.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
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

    /** A key has two units in Java, and is one character of a password. */
    @Test
    void aPasswordHasAsManyCharactersAsItsOwnerTypes() {
        String longest = "🔑".repeat(1024);

        assertThat(Passwords.isLongEnough("🔑".repeat(7))).isFalse();
        assertThat(Passwords.isLongEnough(longest)).isTrue();
        assertThat(Passwords.isLongEnough(longest + "x")).isFalse();
        assertThat(passwords.matches(longest, Optional.of(passwords.hash(longest))))
                .isTrue();
    }

    @Test
    void readsWhatOthersWrote() {
        // From the test vectors of the reference implementation: argon2id, v=19, m=256, t=2, p=1.
        var hash = Optional.of("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4");

        assertThat(passwords.matches("password", hash)).isTrue();
    }

    /** Told by what is allocated, which is the same on a busy machine: each block that Argon2 fills takes some, in each of its passes. */
    @Test
    void doesTheSameWorkForNobodyAsForSomebody() {
        var hash = Optional.of(passwords.hash("secret"));
        allocatedBytes(hash);

        long somebody = allocatedBytes(hash);
        long nobody = allocatedBytes(Optional.empty());

        assertThat(somebody).isGreaterThan(AccessSettings.DEFAULTS.passwordMemoryKib() * 1024L);
        assertThat(nobody).isBetween(somebody - somebody / 20, somebody + somebody / 20);
    }

    private long allocatedBytes(Optional<String> hash) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        assertThat(passwords.matches("wrong", hash)).isFalse();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }
}

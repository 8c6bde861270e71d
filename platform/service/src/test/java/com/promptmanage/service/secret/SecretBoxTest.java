package com.promptmanage.service.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.promptmanage.service.settings.BadSettingsException;
import com.promptmanage.service.settings.Settings;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SecretBoxTest {

    private static final String OLD = "2025:" + Base64.getEncoder().encodeToString(filled(1));

    private static final String NEW = "2026:" + Base64.getEncoder().encodeToString(filled(2));

    @Test
    void whatIsSealedOpensInItsPlaceOnly() {
        SecretBox box = box(OLD);
        String sealed = box.seal("channels.secret/1", "whsec_ü");

        assertThat(sealed).startsWith("v1.2025.").doesNotContain("whsec");
        assertThat(box.open("channels.secret/1", sealed)).isEqualTo("whsec_ü");
        assertThat(box.seal("channels.secret/1", "whsec_ü")).isNotEqualTo(sealed);
        assertThatThrownBy(() -> box.open("channels.secret/2", sealed)).isInstanceOf(UnreadableSecretException.class);
    }

    @Test
    void whatWasChangedDoesNotOpen() {
        SecretBox box = box(OLD + "," + NEW);
        String sealed = box.seal("a", "secret");
        char last = sealed.charAt(sealed.length() - 5);

        for (String changed : new String[] {
            sealed.substring(0, sealed.length() - 5)
                    + (last == 'A' ? 'B' : 'A')
                    + sealed.substring(sealed.length() - 4),
            sealed.replace("2025", "2026"),
            sealed.substring(0, 20),
            "v1.2025.",
            "v1.2025.***",
            "plain",
            ""
        }) {
            assertThatThrownBy(() -> box.open("a", changed))
                    .as(changed)
                    .isInstanceOf(UnreadableSecretException.class)
                    .hasMessageNotContaining("secret'");
        }
    }

    @Test
    void aNewKeySealsAndTheOldOneStillOpensUntilItIsGone() {
        String sealed = box(OLD).seal("a", "secret");
        SecretBox both = box(NEW + "," + OLD);

        assertThat(both.open("a", sealed)).isEqualTo("secret");
        assertThat(both.isOld(sealed)).isTrue();
        String again = both.seal("a", both.open("a", sealed));
        assertThat(both.isOld(again)).isFalse();
        assertThat(box(NEW).open("a", again)).isEqualTo("secret");
        assertThatThrownBy(() -> box(NEW).open("a", sealed)).hasMessageContaining("key '2025'");
    }

    @Test
    void keysThatAreGivenSealAndOthersBehindThemStillOpen() {
        SecretKeys own = SecretKeys.of("local", filled(1));
        String before = new SecretBox(own).seal("a", "secret");

        var now = new SecretBox(SecretKeys.of("2026", filled(2)).followedBy(own));

        assertThat(now.open("a", before)).isEqualTo("secret");
        assertThat(now.isOld(before)).isTrue();
        assertThat(now.seal("a", "secret")).startsWith("v1.2026.");
        assertThat(own.followedBy(own)).as("the same key twice").isEqualTo(own);
        assertThatThrownBy(() -> SecretKeys.of("local", filled(2)).followedBy(own))
                .as("else what was sealed before would not open, and seem to have been changed")
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'local'");
    }

    @Test
    void settingsTellWhatIsWrongWithoutRepeatingAKey() {
        for (String wrong : new String[] {
            "c2VjcmV0", OLD + "," + OLD.replace("=", ""), OLD + "," + OLD, "a b:" + OLD.substring(5), ""
        }) {
            var settings = new Settings(Settings.PREFIX, wrong.isEmpty() ? Map.of() : Map.of("PM_SECRET_KEYS", wrong));
            SecretKeys.from(settings);

            assertThatThrownBy(settings::check)
                    .isInstanceOf(BadSettingsException.class)
                    .hasMessageContaining("PM_SECRET_KEYS")
                    .hasMessageNotContaining("AQEB")
                    .hasMessageNotContaining("c2VjcmV0");
        }
        assertThat(SecretKeys.of("k", filled(7)).toString()).isEqualTo("SecretKeys[keys=[KnownKey[k]]]");
    }

    private static SecretBox box(String keys) {
        var settings = new Settings(Settings.PREFIX, Map.of("PM_SECRET_KEYS", keys));
        SecretKeys read = SecretKeys.from(settings);
        settings.check();
        return new SecretBox(read);
    }

    private static byte[] filled(int with) {
        var bytes = new byte[32];
        java.util.Arrays.fill(bytes, (byte) with);
        return bytes;
    }
}

package com.promptmanage.runner.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {

    private static final String SECRET = "s3cr3t/with+signs=";

    private final Redaction redaction = Redaction.of(List.of(SECRET));

    @ParameterizedTest
    @ValueSource(strings = {"", "u:", "us:", "user:"})
    void aSecretIsTakenOutHoweverItIsWritten(String before) {
        String base64 = Base64.getEncoder().encodeToString((before + SECRET).getBytes(StandardCharsets.UTF_8));

        assertThat(redaction.apply("it says " + SECRET)).isEqualTo("it says [secret]");
        assertThat(redaction.apply("at https://x/?k=s3cr3t%2Fwith%2Bsigns%3D&b=1"))
                .doesNotContain("s3cr3t");
        String clean = redaction.apply("Basic " + base64 + " is wrong");
        assertThat(clean).contains("[secret]");
        assertThat(decoded(clean)).doesNotContain("s3cr3t");
    }

    @org.junit.jupiter.api.Test
    void whatIsTooShortToBeASecretStays() {
        assertThat(Redaction.of(List.of("a", "on")).apply("an option")).isEqualTo("an option");
    }

    private static String decoded(String text) {
        var found = new StringBuilder();
        for (String word : text.split("[^A-Za-z0-9+/=]+", -1)) {
            try {
                found.append(new String(Base64.getDecoder().decode(word), StandardCharsets.UTF_8));
            } catch (IllegalArgumentException e) {
                found.append(' ');
            }
        }
        return found.toString();
    }
}

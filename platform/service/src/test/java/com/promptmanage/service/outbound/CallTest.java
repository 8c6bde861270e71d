package com.promptmanage.service.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class CallTest {

    private static final URI SOMEWHERE = URI.create("https://example.com/");

    /** RFC 9110, 5.6.2. */
    private static final Pattern TOKEN_CHARACTER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]");

    /** RFC 9110, 5.5, as Latin 1. */
    private static final Pattern VALUE_CHARACTER = Pattern.compile("[\\t\\x20-\\x7e\\xa0-\\xff]");

    @Test
    void headersHoldWhatMayBeSentAndNothingElse() {
        for (char c = 0; c < 0x180; c++) {
            String text = String.valueOf(c);
            assertThat(isTaken("x" + c + "y", "value"))
                    .as("%x in a name", (int) c)
                    .isEqualTo(TOKEN_CHARACTER.matcher(text).matches());
            assertThat(isTaken("name", "x" + c + "y"))
                    .as("%x in a value", (int) c)
                    .isEqualTo(VALUE_CHARACTER.matcher(text).matches());
        }
    }

    @Test
    void headersAreOfALengthThatOthersTake() {
        assertThat(isTaken("", "value")).isFalse();
        assertThat(isTaken("n".repeat(256), "")).isTrue();
        assertThat(isTaken("n".repeat(257), "")).isFalse();
        assertThat(isTaken("name", "v".repeat(16_384))).isTrue();
        assertThat(isTaken("name", "v".repeat(16_385))).isFalse();
    }

    @Test
    void whatTheConnectionSetsItselfIsNotTaken() {
        assertThat(isTaken("Transfer-Encoding", "chunked")).isFalse();
        assertThat(isTaken("Proxy-Authorization", "Basic eA==")).isFalse();
        assertThatThrownBy(() -> Call.of("GET IT", SOMEWHERE, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no HTTP method");
    }

    private static boolean isTaken(String name, String value) {
        try {
            return !Call.get(SOMEWHERE).withHeader(name, value).headers().isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}

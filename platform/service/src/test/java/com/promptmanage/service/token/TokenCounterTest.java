package com.promptmanage.service.token;

import static org.assertj.core.api.Assertions.assertThat;

import com.knuddels.jtokkit.api.Encoding;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TokenCounterTest {

    /** Whole, one word of a mebibyte keeps a processor busy: what it takes grows faster than its length. */
    @Test
    void aLongWordIsCountedInPieces() {
        var pieces = new ArrayList<String>();
        String text = "x".repeat(1 << 20) + " and " + "y".repeat(1_000);

        long tokens = TokenCounter.count(text, keeping(pieces));

        assertThat(String.join("", pieces)).isEqualTo(text);
        assertThat(tokens).isEqualTo(pieces.size());
        assertThat(pieces)
                .allSatisfy(piece -> assertThat(longestWord(piece)).isLessThanOrEqualTo(TokenCounter.PIECE_CHARS_MAX));
    }

    private static int longestWord(String piece) {
        return Stream.of(piece.split(" ", -1)).mapToInt(String::length).max().orElse(0);
    }

    /** A vocabulary for which everything is one token. It keeps what it is asked about. */
    private static Encoding keeping(List<String> pieces) {
        return (Encoding) Proxy.newProxyInstance(
                Encoding.class.getClassLoader(), new Class<?>[] {Encoding.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("countTokensOrdinary");
                    pieces.add((String) arguments[0]);
                    return 1;
                });
    }
}

package com.promptmanage.streams.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventIdHashTest {

    private static final byte[] KEY = upTo(16);

    /** From the authors' reference implementation: key 00 01 … 0f, message 00 01 … of the length given. */
    @ParameterizedTest
    @CsvSource({
        "0, a3817f04ba25a8e66df67214c7550293",
        "1, da87c1d86b99af44347659119b22fc45",
        "3, 9c70b60c5267a94e5f33b6b02985ed51",
        "4, f88164c12d9c8faf7d0f6e7c7bcd5579",
        "7, a1f1ebbed8dbc153c0b84aa61ff08239",
        "8, 3b62a9ba6258f5610f83e264f31497b4",
        "9, 264499060ad9baabc47f8b02bb6d71ed",
        "15, 5493e99933b0a8117e08ec0f97cfc3d9",
        "16, 6ee2a4ca67b054bbfd3315bf85230577",
        "17, 473d06e8738db89854c066c47ae47740",
        "31, 2939b0183223fafc1723de4f52c43d35",
        "32, 7c3956ca5eeafc3e363e9d556546eb68",
        "63, 5150d1772f50834a503e069a973fbd7c",
    })
    void hashesAsTheReferenceDoes(int length, String expected) {
        EventIdHash hash = new EventIdHash(KEY);

        hash.start().raw(upTo(length), 0, length).finish();

        assertThat(hex(hash)).isEqualTo(expected);
    }

    @Test
    void hashesTheSameHoweverTheMessageIsCut() {
        Random random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            byte[] message = new byte[random.nextInt(100)];
            random.nextBytes(message);
            EventIdHash whole = new EventIdHash(KEY);
            whole.start().raw(message, 0, message.length).finish();

            EventIdHash cut = new EventIdHash(KEY);
            cut.start();
            for (int at = 0; at < message.length; ) {
                int part = 1 + random.nextInt(message.length - at);
                cut.raw(message, at, part);
                at += part;
            }
            cut.finish();

            assertThat(hex(cut)).isEqualTo(hex(whole));
        }
    }

    @Test
    void aFieldIsItsLengthInFourBytesAndItsBytes() {
        byte[] framed = {2, 0, 0, 0, 'a', 'b', 1, 0, 0, 0, 'c', 0, 0, 0, 0};
        EventIdHash expected = new EventIdHash(KEY);
        expected.start().raw(framed, 0, framed.length).finish();

        assertThat(hashOf("ab", "c", "")).isEqualTo(hex(expected));
    }

    @Test
    void whereOneFieldEndsAndTheNextBeginsMatters() {
        Set<String> hashes = new HashSet<>(Arrays.asList(
                hashOf("ab", "c", ""),
                hashOf("a", "bc", ""),
                hashOf("", "abc", ""),
                hashOf("abc", "", ""),
                hashOf("", "", "abc"),
                hashOf("a", "b", "c"),
                hashOf("ab", "", "c")));

        assertThat(hashes).hasSize(7);
    }

    @Test
    void readsOnlyTheRangeItIsGiven() {
        byte[] surrounded = "xxteam:1yy".getBytes(StandardCharsets.UTF_8);
        EventIdHash hash = new EventIdHash(KEY);

        hash.start()
                .field(text(surrounded, 2, 6))
                .field(text(surrounded, 0, 0))
                .field(text(surrounded, 0, 0))
                .finish();

        assertThat(hex(hash)).isEqualTo(hashOf("team:1", "", ""));
    }

    @Test
    void anotherKeyGivesAnotherHash() {
        byte[] otherKey = KEY.clone();
        otherKey[15] ^= 1;
        EventIdHash other = new EventIdHash(otherKey);
        other.start().raw(upTo(8), 0, 8).finish();

        assertThat(hex(other)).isNotEqualTo("3b62a9ba6258f5610f83e264f31497b4");
    }

    @Test
    void aKeyOfAnotherLengthIsRefused() {
        assertThatThrownBy(() -> new EventIdHash(new byte[8]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A hash key has 16 bytes, not 8");
    }

    private static String hashOf(String account, String source, String id) {
        EventIdHash hash = new EventIdHash(KEY);
        hash.start();
        for (String field : new String[] {account, source, id}) {
            byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
            hash.field(text(bytes, 0, bytes.length));
        }
        hash.finish();
        return hex(hash);
    }

    private static Text text(byte[] bytes, int start, int length) {
        Text text = new Text();
        text.set(bytes, start, length, false);
        return text;
    }

    private static String hex(EventIdHash hash) {
        byte[] bytes = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(hash.hi())
                .putLong(hash.lo())
                .array();
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] upTo(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }
}

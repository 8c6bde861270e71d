package com.promptmanage.streams.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WordsTest {

    private static final byte[] NEAR_LIMITS = {
        0, 1, 0x1f, 0x20, 0x21, '"', '#', '[', '\\', ']', 0x7e, 0x7f, -128, -127, -1
    };

    private final Random random = new Random(20261126);

    @Test
    void each_byte_is_special_or_not_at_each_place_and_with_each_other_byte_before_it() {
        for (int place = 0; place < Long.BYTES; place++) {
            for (int value = 0; value < 256; value++) {
                for (byte after : NEAR_LIMITS) {
                    byte[] bytes = new byte[Long.BYTES];
                    Arrays.fill(bytes, (byte) 'a');
                    bytes[place] = (byte) value;
                    if (place + 1 < bytes.length) {
                        bytes[place + 1] = after;
                    }
                    assertThat(Words.special(bytes, 0))
                            .as("%d then %d at %d", value, after, place)
                            .isEqualTo(special(bytes, 0));
                }
            }
        }
    }

    @Test
    void the_first_special_byte_is_found_in_random_bytes_or_the_last_word_stops_the_search() {
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = new byte[random.nextInt(40)];
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = random.nextInt(12) == 0
                        ? NEAR_LIMITS[random.nextInt(NEAR_LIMITS.length)]
                        : (byte) ('a' + random.nextInt(26));
            }
            int from = random.nextInt(bytes.length + 1);
            assertThat(Words.special(bytes, from))
                    .as("from %d in %s", from, Arrays.toString(bytes))
                    .isEqualTo(special(bytes, from));
        }
    }

    @Test
    void ranges_are_the_same_if_every_byte_is() {
        int same = 0;
        for (int i = 0; i < 200_000; i++) {
            int length = random.nextInt(30);
            byte[] one = new byte[length + random.nextInt(5)];
            random.nextBytes(one);
            int oneStart = one.length - length;
            byte[] other = new byte[length + 3];
            System.arraycopy(one, oneStart, other, 2, length);
            if (length > 0 && random.nextBoolean()) {
                other[2 + random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
            }
            boolean expected = Arrays.equals(one, oneStart, oneStart + length, other, 2, 2 + length);
            same += expected ? 1 : 0;
            assertThat(Words.same(one, oneStart, other, 2, length)).isEqualTo(expected);
        }
        assertThat(same).isBetween(80_000, 120_000);
    }

    private static int special(byte[] bytes, int from) {
        int i = from;
        for (; i + Long.BYTES <= bytes.length; i += Long.BYTES) {
            for (int at = i; at < i + Long.BYTES; at++) {
                byte b = bytes[at];
                if (b < 0x20 || b == 0x7f || b == '"' || b == '\\') {
                    return at;
                }
            }
        }
        return i;
    }
}

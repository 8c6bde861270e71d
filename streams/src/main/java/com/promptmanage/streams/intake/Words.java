package com.promptmanage.streams.intake;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Looks at bytes eight at a time: most texts of an event are a few words long, so that a loop over bytes costs the most. */
final class Words {

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long EACH = 0x0101_0101_0101_0101L;

    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

    private Words() {}

    /**
     * The first place from here on that a reader of a JSON text has to look at: a quote, a backslash, a control character, DEL, or
     * a byte outside of ASCII. Fewer than eight bytes before the end it stops too, whatever stands there.
     */
    static int special(byte[] bytes, int from) {
        int i = from;
        for (int last = bytes.length - Long.BYTES; i <= last; i += Long.BYTES) {
            long word = (long) WORD.get(bytes, i);
            // In each sum a byte can only be taken for special wrongly above one that is, and the lowest is asked for.
            long special =
                    below(word, 0x20) | zero(word ^ '"' * EACH) | zero(word ^ '\\' * EACH) | word | (word + EACH);
            special &= HIGH_BITS;
            if (special != 0) {
                return i + (Long.numberOfTrailingZeros(special) >>> 3);
            }
        }
        return i;
    }

    private static long below(long word, long limit) {
        return (word - limit * EACH) & ~word;
    }

    private static long zero(long word) {
        return below(word, 1);
    }

    /** Whether two ranges of the same length hold the same bytes. */
    static boolean same(byte[] one, int oneStart, byte[] other, int otherStart, int length) {
        if (length >= Long.BYTES) {
            int last = length - Long.BYTES;
            for (int i = 0; i < last; i += Long.BYTES) {
                if ((long) WORD.get(one, oneStart + i) != (long) WORD.get(other, otherStart + i)) {
                    return false;
                }
            }
            // The last word may overlap the one before.
            return (long) WORD.get(one, oneStart + last) == (long) WORD.get(other, otherStart + last);
        }
        for (int i = 0; i < length; i++) {
            if (one[oneStart + i] != other[otherStart + i]) {
                return false;
            }
        }
        return true;
    }
}

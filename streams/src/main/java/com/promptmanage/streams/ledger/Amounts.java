package com.promptmanage.streams.ledger;

import com.promptmanage.topics.usage.TokenKind;

/**
 * What a row holds, as places in an array of longs: the numbers of events and of unpriced ones, nanoUSD, and each token
 * count. Stored in this order: append only.
 */
public final class Amounts {

    public static final int EVENTS = 0;

    public static final int UNPRICED_EVENTS = 1;

    public static final int COST_NANO_USD = 2;

    /** The first of the token counts, which follow in the order of {@link TokenKind#index()}. */
    public static final int TOKENS = 3;

    public static final int WIDTH = TOKENS + TokenKind.COUNT;

    private static final byte VERSION = 1;

    /** Version, two bytes that say which amounts follow, and nine bytes at most for each. */
    private static final int ENCODED_MAX = 3 + WIDTH * 10;

    private Amounts() {}

    /** A row's value: its version, a bit for each amount that is not 0, and those amounts in variable length. */
    static byte[] encode(long[] cells, int at, byte[] scratch) {
        int present = 0;
        int end = 3;
        for (int i = 0; i < WIDTH; i++) {
            long amount = cells[at + i];
            if (amount != 0) {
                present |= 1 << i;
                while ((amount & ~0x7FL) != 0) {
                    scratch[end++] = (byte) (amount | 0x80);
                    amount >>>= 7;
                }
                scratch[end++] = (byte) amount;
            }
        }
        scratch[0] = VERSION;
        scratch[1] = (byte) (present >>> 8);
        scratch[2] = (byte) present;
        byte[] value = new byte[end];
        System.arraycopy(scratch, 0, value, 0, end);
        return value;
    }

    static byte[] scratch() {
        return new byte[ENCODED_MAX];
    }

    /**
     * Adds a row's value to cells, or takes it off.
     *
     * @param sign 1 or −1
     * @throws IllegalStateException if the value was written by a later version of this program
     */
    static void addTo(byte[] value, long[] cells, int at, int sign) {
        if (value[0] != VERSION) {
            throw new IllegalStateException(
                    "ledger row has format %d, this program knows %d: run a newer one".formatted(value[0], VERSION));
        }
        int present = ((value[1] & 0xFF) << 8) | (value[2] & 0xFF);
        int from = 3;
        for (int i = 0; present >>> i != 0; i++) {
            if ((present >>> i & 1) != 0) {
                long amount = 0;
                int shift = 0;
                byte b;
                do {
                    b = value[from++];
                    amount |= (long) (b & 0x7F) << shift;
                    shift += 7;
                } while (b < 0);
                cells[at + i] += sign * amount;
            }
        }
    }
}

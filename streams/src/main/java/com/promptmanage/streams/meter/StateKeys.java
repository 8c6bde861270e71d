package com.promptmanage.streams.meter;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.promptmanage.streams.ledger.Extent;
import com.promptmanage.topics.budget.Budget;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The keys under which the state holds what is not a row. Each section begins with a byte of its own. */
public final class StateKeys {

    /** All budgets of an account: the record as it came. */
    private static final byte BUDGETS = 'b';

    /** What follows an account: the record as it came. */
    private static final byte ACCOUNT = 'a';

    /** The prices of a model: the record as it came. */
    private static final byte PRICES = 'p';

    /** The thresholds that a value has passed in a window. */
    private static final byte PASSED = 't';

    /** Events that wait for a price, as {@link HeldEvent} has them. */
    private static final byte HELD = 'h';

    /** How often prices have changed. */
    private static final byte PRICE_CHANGES = 'v';

    private static final byte PRICE_CHANGES_VERSION = 1;

    /** All that an account ever used. */
    private static final byte LIFETIME = 'l';

    private StateKeys() {}

    public static byte[] budgets(byte[] account) {
        return key(BUDGETS, account);
    }

    public static byte[] account(byte[] account) {
        return key(ACCOUNT, account);
    }

    public static byte[] prices(byte[] model) {
        return key(PRICES, model);
    }

    /** Where the prices begin. */
    public static byte[] allPrices() {
        return new byte[] {PRICES};
    }

    /** Where the prices end, exclusive. */
    public static byte[] afterAllPrices() {
        return new byte[] {PRICES + 1};
    }

    /** Where {@link #priceChanges} stands. */
    public static byte[] priceChangesKey() {
        return new byte[] {PRICE_CHANGES};
    }

    /** How often prices have changed; tells a reader whether what it read is still so. */
    public static long priceChanges(byte @Nullable [] stored) {
        if (stored == null) {
            return 0;
        }
        // Before there was a version there were eight bytes, the first of them 0.
        return ByteBuffer.wrap(stored).getLong(stored.length - Long.BYTES);
    }

    static byte[] priceChangesValue(long changes) {
        return ByteBuffer.allocate(1 + Long.BYTES)
                .put(PRICE_CHANGES_VERSION)
                .putLong(changes)
                .array();
    }

    public static byte[] lifetime(byte[] account) {
        return key(LIFETIME, account);
    }

    /** From when to when the account has rows, given what stands under {@link #lifetime}. */
    public static Extent extent(byte @Nullable [] stored) {
        return stored == null ? Extent.NOTHING : MeteredAccount.extentOf(stored);
    }

    static byte[] allLifetimes() {
        return new byte[] {LIFETIME};
    }

    static byte[] afterAllLifetimes() {
        return new byte[] {LIFETIME + 1};
    }

    static byte[] lifetimeAccount(byte[] lifetimeKey) {
        return Arrays.copyOfRange(lifetimeKey, 1, lifetimeKey.length);
    }

    static byte[] passed(Budget budget, long windowStartMs, byte[] value) {
        byte[] account = budget.account().key();
        byte[] id = budget.id().getBytes(UTF_8);
        return ByteBuffer.allocate(1 + account.length + 1 + id.length + 1 + Long.BYTES + value.length)
                .put(PASSED)
                .put(account)
                .put((byte) 0)
                .put(id)
                .put((byte) 0)
                .putLong(windowStartMs)
                .put(value)
                .array();
    }

    static byte[] allPassed() {
        return new byte[] {PASSED};
    }

    static byte[] afterAllPassed() {
        return new byte[] {PASSED + 1};
    }

    static byte[] passedAccount(byte[] passedKey) {
        return Arrays.copyOfRange(passedKey, 1, zeroFrom(passedKey, 1));
    }

    static String passedBudgetId(byte[] passedKey) {
        int start = zeroFrom(passedKey, 1) + 1;
        return new String(passedKey, start, zeroFrom(passedKey, start) - start, UTF_8);
    }

    static long passedWindowStartMs(byte[] passedKey) {
        return ByteBuffer.wrap(passedKey).getLong(zeroFrom(passedKey, zeroFrom(passedKey, 1) + 1) + 1);
    }

    private static int zeroFrom(byte[] key, int from) {
        int at = from;
        while (key[at] != 0) {
            at++;
        }
        return at;
    }

    static byte[] held(byte[] model, byte[] provider, byte[] account, long offset, long arrivalMs) {
        byte[] pair = heldOf(model, provider);
        return ByteBuffer.allocate(pair.length + account.length + 1 + 2 * Long.BYTES)
                .put(pair)
                .put(account)
                .put((byte) 0)
                .putLong(offset)
                .putLong(arrivalMs)
                .array();
    }

    /** What the keys of all held events of a model begin with. */
    private static byte[] heldOf(byte[] model, byte[] provider) {
        return ByteBuffer.allocate(1 + model.length + 1 + provider.length + 1)
                .put(HELD)
                .put(model)
                .put((byte) 0)
                .put(provider)
                .put((byte) 0)
                .array();
    }

    static byte[] allHeld() {
        return new byte[] {HELD};
    }

    static byte[] afterAllHeld() {
        return new byte[] {HELD + 1};
    }

    /** The part of a held event's key that all of its model share. */
    static byte[] heldPrefix(byte[] heldKey) {
        int end = 1;
        for (int zeros = 0; zeros < 2; end++) {
            if (heldKey[end] == 0) {
                zeros++;
            }
        }
        return Arrays.copyOf(heldKey, end);
    }

    /** Where the held events begin whose model's name begins like this. */
    static byte[] heldFrom(byte[] modelBegin) {
        return key(HELD, modelBegin);
    }

    /** Where they end, exclusive. */
    static byte[] afterHeldFrom(byte[] modelBegin) {
        byte[] end = Arrays.copyOf(heldFrom(modelBegin), 1 + modelBegin.length + 1);
        // No text in UTF-8 has such a byte.
        end[end.length - 1] = (byte) 0xFF;
        return end;
    }

    static byte[] heldAccount(byte[] heldKey) {
        return Arrays.copyOfRange(heldKey, heldPrefix(heldKey).length, heldKey.length - 1 - 2 * Long.BYTES);
    }

    static long heldOffset(byte[] heldKey) {
        return ByteBuffer.wrap(heldKey).getLong(heldKey.length - 2 * Long.BYTES);
    }

    static long heldArrivalMs(byte[] heldKey) {
        return ByteBuffer.wrap(heldKey).getLong(heldKey.length - Long.BYTES);
    }

    private static byte[] key(byte section, byte[] rest) {
        return ByteBuffer.allocate(1 + rest.length).put(section).put(rest).array();
    }
}

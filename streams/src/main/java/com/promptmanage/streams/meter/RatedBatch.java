package com.promptmanage.streams.meter;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.promptmanage.streams.intake.ReceivedEvent;
import com.promptmanage.streams.intake.Text;
import com.promptmanage.topics.usage.TokenKind;
import java.time.Instant;
import java.util.Arrays;

/**
 * The unique events of one account in one commit, gathered into records for {@code usage.rated}. One record for each event
 * would cost as much as all other work together.
 *
 * <p>An event's own JSON is copied as it came, which is what it was counted as.
 */
final class RatedBatch {

    /** A record is sent when it has grown to this; one event larger than it goes alone. */
    static final int RECORD_BYTES_MAX = 128 * 1024;

    /** The CloudEvents type. */
    static final String TYPE = "com.promptmanage.usage.rated.v1";

    /** What became of an event's price. */
    enum Status {
        RATED("\"rated\""),
        UNPRICED("\"unpriced\""),
        /** An event that was unpriced before has its price now, and replaces that one. */
        RERATED("\"rerated\"");

        private final String json;

        Status(String json) {
            this.json = json;
        }
    }

    private static final TokenKind[] KINDS = TokenKind.values();

    private static final byte[][] COST_NAMES = Arrays.stream(KINDS)
            .map(kind -> ("\"" + kind.field() + "\":").getBytes(US_ASCII))
            .toArray(byte[][]::new);

    private static final byte[] END = "]}}".getBytes(US_ASCII);

    private byte[] json = new byte[1024];

    private int length;

    private boolean isEmpty = true;

    boolean isEmpty() {
        return isEmpty;
    }

    /** Whether the record is to be sent before an event of this many bytes is added. */
    boolean isFullFor(int eventBytes) {
        return !isEmpty && length + eventBytes + 512 > RECORD_BYTES_MAX;
    }

    /**
     * Begins a record.
     *
     * @param id of the CloudEvent
     * @param account whose events follow, as bytes of its name
     */
    void begin(String id, byte[] account, Instant now) {
        length = 0;
        isEmpty = false;
        ascii("{\"specversion\":\"1.0\",\"id\":\"");
        ascii(id);
        ascii("\",\"source\":\"/prompt-manage/metering\",\"type\":\"" + TYPE + "\",\"subject\":");
        text(account, 0, account.length);
        ascii(",\"time\":\"");
        ascii(now.toString());
        ascii("\",\"datacontenttype\":\"application/json\",\"data\":{\"events\":[");
    }

    /**
     * Adds an event.
     *
     * @param costs nanoUSD by {@link TokenKind#index()}; add up to the cost
     * @param priceId of the price that was in force, in UTF-8, or empty for a cost that was reported
     * @param model the name under which it counts, in UTF-8; empty if that is the event's own
     * @param provider likewise
     */
    void add(
            ReceivedEvent event,
            Status status,
            long costNanoUsd,
            long[] costs,
            byte[] priceId,
            byte[] model,
            byte[] provider) {
        if (json[length - 1] != '[') {
            put((byte) ',');
        }
        ascii("{\"id\":");
        text(event.id());
        ascii(",\"source\":");
        text(event.source());
        ascii(",\"time\":");
        raw(event.record(), event.timeStart(), event.timeEnd());
        ascii(",\"data\":");
        raw(event.record(), event.dataStart(), event.dataEnd());
        ascii(",\"status\":");
        ascii(status.json);
        if (status == Status.UNPRICED) {
            ascii(",\"costNanoUsd\":null,\"costs\":{},\"priceId\":null}");
            return;
        }
        if (model.length > 0) {
            ascii(",\"model\":");
            text(model, 0, model.length);
        }
        if (provider.length > 0) {
            ascii(",\"provider\":");
            text(provider, 0, provider.length);
        }
        ascii(",\"costNanoUsd\":");
        number(costNanoUsd);
        ascii(",\"costs\":{");
        for (int i = 0; i < costs.length; i++) {
            if (costs[i] != 0) {
                if (json[length - 1] != '{') {
                    put((byte) ',');
                }
                raw(COST_NAMES[i], 0, COST_NAMES[i].length);
                number(costs[i]);
            }
        }
        ascii("},\"priceId\":");
        if (priceId.length == 0) {
            ascii("null}");
        } else {
            text(priceId, 0, priceId.length);
            put((byte) '}');
        }
    }

    /** Ends the record and returns its bytes. */
    byte[] end() {
        raw(END, 0, END.length);
        isEmpty = true;
        byte[] record = Arrays.copyOf(json, length);
        length = 0;
        if (json.length > RECORD_BYTES_MAX * 2) {
            json = new byte[1024];
        }
        return record;
    }

    private void text(Text text) {
        if (text.isPlain()) {
            put((byte) '"');
            raw(text.bytes(), text.start(), text.start() + text.length());
            put((byte) '"');
        } else {
            text(text.bytes(), text.start(), text.length());
        }
    }

    /** Only quotes and backslashes need an escape: control characters were rejected. */
    private void text(byte[] bytes, int start, int count) {
        reserve(2 * count + 2);
        json[length++] = '"';
        for (int i = start; i < start + count; i++) {
            byte b = bytes[i];
            if (b == '"' || b == '\\') {
                json[length++] = '\\';
            }
            json[length++] = b;
        }
        json[length++] = '"';
    }

    private void raw(byte[] bytes, int from, int to) {
        reserve(to - from);
        System.arraycopy(bytes, from, json, length, to - from);
        length += to - from;
    }

    @SuppressWarnings("deprecation") // copies the low bytes of ASCII without an encoder
    private void ascii(String text) {
        reserve(text.length());
        text.getBytes(0, text.length(), json, length);
        length += text.length();
    }

    private void put(byte b) {
        reserve(1);
        json[length++] = b;
    }

    /** A number that is not negative. */
    private void number(long number) {
        reserve(20);
        int digits = 1;
        for (long rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        long rest = number;
        for (int i = length + digits - 1; i >= length; i--) {
            json[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        length += digits;
    }

    private void reserve(int more) {
        if (length + more > json.length) {
            json = Arrays.copyOf(json, Math.max(json.length * 2, length + more));
        }
    }
}

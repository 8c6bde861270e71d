package com.promptmanage.streams.intake;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.promptmanage.streams.intake.Rejection.Reason;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.usage.TokenKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of {@code usage.events} into a {@link ReceivedEvent}, or says why they are not counted. Does for every
 * event what {@code UsageEventCodec} does for one, without allocating; what an event has to be say the {@link EventRules}.
 *
 * <p>Not thread-safe.
 */
public final class EventReader {

    /**
     * How long before its arrival an event may have happened: the 400 days that are let in at the door, and a day more, so
     * that what was accepted there is not refused here for the difference of two clocks.
     */
    public static final Duration AGE_MAX = Duration.ofDays(401);

    /** How far the producer's clock may be ahead: five minutes at the door, and a day more here. */
    public static final Duration AHEAD_MAX = Duration.ofDays(1).plusMinutes(5);

    /** Larger records are refused: where a record may be 1 MiB, an event that is counted stands with more around it. */
    public static final int RECORD_BYTES_MAX = Topics.METERED_BYTES_MAX;

    /** Members of the envelope that are read, by place in {@link #ENVELOPE}. */
    private static final byte[][] ENVELOPE = names("specversion", "id", "source", "type", "subject", "time", "data");

    private static final byte[][] DATA = names(
            "userId",
            "teamId",
            "model",
            "provider",
            "executionType",
            "promptId",
            "workflowId",
            "apiKeyId",
            "serviceTier",
            "tags",
            "tokens",
            "reportedCostNanoUsd");

    private static final byte[][] TOKENS = tokenNames();

    private final JsonScanner json = new JsonScanner();

    private final ReceivedEvent event = new ReceivedEvent();

    private final Text specVersion = new Text();

    private final Text time = new Text();

    /** The number that {@link #readIntegerOrSkip} read. */
    private long integer;

    private boolean unknownTokens;

    private final Text[] dataTexts = {
        event.userId,
        event.teamId,
        event.model,
        event.provider,
        event.executionType,
        event.promptId,
        event.workflowId,
        event.apiKeyId,
        event.serviceTier
    };

    /**
     * Reads a record.
     *
     * @param key the record's key
     * @param arrivalMs the record's timestamp, ms since the epoch
     * @return the same object each time, good until the next call
     */
    public ReceivedEvent read(byte @Nullable [] key, byte @Nullable [] value, long arrivalMs) throws Rejection {
        if (value == null) {
            throw new Rejection(Reason.MALFORMED, "the record has no value");
        }
        requireSize(value);
        event.clear();
        unknownTokens = false;
        specVersion.clear();
        time.clear();
        event.record = value;
        json.start(value);
        readEnvelope();
        json.end();
        EventRules.checkEnvelope(event, specVersion, time, arrivalMs);
        if (event.isTokenUsage) {
            EventRules.checkUsage(event, dataTexts, unknownTokens);
        }
        if (key == null || !event.subject.is(key)) {
            throw new Rejection(
                    Reason.ACCOUNT_MISMATCH,
                    "the record's key is not the event's account '%s'".formatted(event.subject));
        }
        return event;
    }

    /** For records of any topic. */
    public static void requireSize(byte[] value) throws Rejection {
        if (value.length > RECORD_BYTES_MAX) {
            throw new Rejection(
                    Reason.INVALID,
                    "the record has %d bytes, more than the %d that are taken"
                            .formatted(value.length, RECORD_BYTES_MAX));
        }
    }

    private void readEnvelope() throws Rejection {
        json.openObject();
        int seen = 0;
        int last = -1;
        for (boolean first = true; json.nextMember(first); first = false) {
            int member = indexIn(ENVELOPE, last);
            last = Math.max(last, member);
            seen = once(seen, member, "");
            switch (member) {
                case 0 -> readInto(specVersion, "specversion");
                case 1 -> readInto(event.id, "id");
                case 2 -> readInto(event.source, "source");
                case 3 -> readInto(event.type, "type");
                case 4 -> readInto(event.subject, "subject");
                case 5 -> {
                    skipToValue();
                    event.timeStart = json.position();
                    readInto(time, "time");
                    event.timeEnd = json.position();
                }
                case 6 -> {
                    skipToValue();
                    event.dataStart = json.position();
                    if (json.atObject()) {
                        readData();
                    } else {
                        json.skipValue();
                    }
                    event.dataEnd = json.position();
                }
                default -> json.skipValue();
            }
        }
    }

    private void readData() throws Rejection {
        json.openObject();
        int seen = 0;
        int last = -1;
        for (boolean first = true; json.nextMember(first); first = false) {
            int member = indexIn(DATA, last);
            last = Math.max(last, member);
            seen = once(seen, member, "data.");
            if (member < 0) {
                json.skipValue();
            } else if (member < dataTexts.length) {
                readOptional(dataTexts[member]);
            } else if (member == 9) {
                readTags();
            } else if (member == 10) {
                readTokens();
            } else if (json.atNull()) {
                json.skipValue();
            } else {
                // Of a plain event the member may be anything; only token usage is held to our forms.
                event.hasReportedCost = readIntegerOrSkip("data.reportedCostNanoUsd");
                event.reportedCostNanoUsd = integer;
            }
        }
    }

    private void readTags() throws Rejection {
        if (!json.atObject()) {
            json.skipValue();
            return;
        }
        json.openObject();
        for (boolean first = true; json.nextMember(first); first = false) {
            int index = event.tagCount;
            boolean keep = index < ReceivedEvent.TAGS_MAX;
            if (keep) {
                event.tagNames[index].set(json);
            }
            if (json.atText()) {
                json.readText();
                if (keep) {
                    event.tagValues[index].set(json);
                    event.tagCount++;
                }
            } else {
                json.skipValue();
            }
        }
    }

    private void readTokens() throws Rejection {
        if (!json.atObject()) {
            json.skipValue();
            return;
        }
        json.openObject();
        int seen = 0;
        int last = -1;
        for (boolean first = true; json.nextMember(first); first = false) {
            int kind = indexIn(TOKENS, last);
            last = Math.max(last, kind);
            seen = once(seen, kind, "data.tokens.");
            if (kind < 0) {
                json.skipValue();
                unknownTokens = true;
            } else if (readIntegerOrSkip("data.tokens")) {
                event.tokens[kind] = integer;
            } else {
                event.tokens[kind] = -1;
            }
        }
    }

    private boolean readIntegerOrSkip(String name) throws Rejection {
        int start = json.position();
        try {
            integer = json.readInteger(name);
            return true;
        } catch (Rejection notAnInteger) {
            json.backTo(start);
            json.skipValue();
            return false;
        }
    }

    private void readInto(Text text, String name) throws Rejection {
        if (!json.atText()) {
            throw new Rejection(Reason.INVALID, name + " must be a text");
        }
        json.readText();
        text.set(json);
    }

    /** Null is the same as absent; another value leaves the field absent, which a required field will not survive. */
    private void readOptional(Text text) throws Rejection {
        if (json.atText()) {
            json.readText();
            text.set(json);
        } else {
            json.skipValue();
        }
    }

    private void skipToValue() throws Rejection {
        // Looking at the next value moves past the blanks before it.
        var unused = json.atNull();
    }

    /** The place of the member's name, or −1. Most producers write members in one order: the next is tried first. */
    private int indexIn(byte[][] names, int last) {
        for (int i = last + 1; i < names.length; i++) {
            if (json.textIs(names[i])) {
                return i;
            }
        }
        for (int i = 0; i <= last; i++) {
            if (json.textIs(names[i])) {
                return i;
            }
        }
        return -1;
    }

    private int once(int seen, int member, String parent) throws Rejection {
        if (member < 0) {
            return seen;
        }
        if ((seen & (1 << member)) != 0) {
            throw new Rejection(
                    Reason.MALFORMED,
                    parent + new String(json.text(), json.textStart(), json.textLength(), US_ASCII) + " stands twice");
        }
        return seen | (1 << member);
    }

    static byte[][] names(String... names) {
        byte[][] bytes = new byte[names.length][];
        for (int i = 0; i < names.length; i++) {
            bytes[i] = names[i].getBytes(US_ASCII);
        }
        return bytes;
    }

    private static byte[][] tokenNames() {
        String[] names = new String[TokenKind.COUNT];
        for (TokenKind kind : TokenKind.values()) {
            names[kind.index()] = kind.field();
        }
        return names(names);
    }
}

package com.promptmanage.streams.intake;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.promptmanage.streams.intake.Rejection.Reason;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.ExecutionType;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.UsageEvent;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of {@code usage.events} into a {@link ReceivedEvent}, or says why they are not counted. Does for every
 * event what {@code UsageEventCodec} does for one, without allocating.
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

    /** A million dollars: what one call may at most be reported to have cost. */
    private static final long REPORTED_COST_MAX_NANO_USD = 1_000_000_000_000_000L;

    private static final TokenKind[] KINDS = TokenKind.values();

    /**
     * Larger records are refused. At the door an event may be 512 KiB; and an event that is counted stands on other topics
     * too, with more around it, where a record may be 1 MiB.
     */
    public static final int RECORD_BYTES_MAX = 768 << 10;

    /** With this byte begin U+0080 to U+00BF, of which the first half are control characters. */
    private static final byte LATIN_1_CONTROL = (byte) 0xc2;

    private static final byte[] TOKEN_USAGE = UsageEvent.TYPE.getBytes(US_ASCII);
    private static final byte[] OUR_TYPES = "com.promptmanage.".getBytes(US_ASCII);
    private static final byte[] TEAM = "team:".getBytes(US_ASCII);
    private static final byte[] USER = "user:".getBytes(US_ASCII);
    private static final byte[] SPEC_VERSION = "1.0".getBytes(US_ASCII);
    private static final byte[] PROMPT_RUN = ExecutionType.PROMPT_RUN.value().getBytes(US_ASCII);

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

    private static final byte[][] EXECUTION_TYPES = names(
            Arrays.stream(ExecutionType.values()).map(ExecutionType::value).toArray(String[]::new));

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
        checkEnvelope(arrivalMs);
        if (event.isTokenUsage) {
            checkUsage();
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
                event.tagNames[index].set(json.text(), json.textStart(), json.textLength());
            }
            if (json.atText()) {
                json.readText();
                if (keep) {
                    event.tagValues[index].set(json.text(), json.textStart(), json.textLength());
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

    private void checkEnvelope(long arrivalMs) throws Rejection {
        if (!specVersion.is(SPEC_VERSION)) {
            throw new Rejection(Reason.INVALID, "specversion must be \"1.0\"");
        }
        requireId(event.id, "id");
        requireId(event.source, "source");
        requireId(event.type, "type");
        if (!event.subject.startsWith(TEAM) && !event.subject.startsWith(USER)) {
            throw new Rejection(Reason.INVALID, "subject must be an account: team:<id> or user:<id>");
        }
        requireId(event.subject, TEAM.length, "subject");
        if (!time.isPresent()) {
            throw new Rejection(Reason.INVALID, "time is missing");
        }
        event.timeMs = Rfc3339.epochMs(time);
        if (event.timeMs < arrivalMs - AGE_MAX.toMillis() || event.timeMs > arrivalMs + AHEAD_MAX.toMillis()) {
            throw new Rejection(
                    Reason.TIME_OUT_OF_RANGE,
                    "time %s is more than 401 days before or a day after its arrival".formatted(time));
        }
        event.isTokenUsage = event.type.is(TOKEN_USAGE);
        if (!event.isTokenUsage && event.type.startsWith(OUR_TYPES)) {
            throw new Rejection(Reason.UNKNOWN_VERSION, "type '%s' is not known".formatted(event.type));
        }
    }

    private void checkUsage() throws Rejection {
        if (event.dataStart < 0) {
            throw new Rejection(Reason.INVALID, "data is missing");
        }
        requireId(event.userId, "data.userId");
        requireId(event.model, "data.model");
        for (Text text : dataTexts) {
            if (text.isPresent()) {
                requireId(text, "a member of data");
            }
        }
        for (int i = 0; i < event.tagCount; i++) {
            requireId(event.tagNames[i], "a name in data.tags");
            if (event.tagValues[i].length() > 0) {
                requireId(event.tagValues[i], "a value in data.tags");
            }
        }
        checkAccount();
        if (!event.executionType.isPresent()) {
            event.executionType.set(PROMPT_RUN, 0, PROMPT_RUN.length);
        } else if (!isKnown(event.executionType)) {
            throw new Rejection(Reason.INVALID, "data.executionType '%s' is not known".formatted(event.executionType));
        }
        if (unknownTokens) {
            throw new Rejection(Reason.UNKNOWN_VERSION, "data.tokens has a count that is not known");
        }
        long input = 0;
        long all = 0;
        for (TokenKind kind : KINDS) {
            long count = event.tokens[kind.index()];
            if (count < 0 || count > TokenCounts.MAX) {
                throw new Rejection(
                        Reason.INVALID, "data.tokens." + kind.field() + " must be an integer from 0 to 10^12");
            }
            all += count;
            input += kind.isInput() ? count : 0;
        }
        event.totalTokens = all;
        event.totalInputTokens = input;
        if (event.hasReportedCost
                && (event.reportedCostNanoUsd < 0 || event.reportedCostNanoUsd > REPORTED_COST_MAX_NANO_USD)) {
            throw new Rejection(Reason.INVALID, "data.reportedCostNanoUsd must be an integer from 0 to 10^15");
        }
    }

    /** The subject must be what the data says: two truths would be counted in two places. */
    private void checkAccount() throws Rejection {
        boolean team = event.teamId.isPresent();
        Text owner = team ? event.teamId : event.userId;
        Text account = event.subject;
        if (!account.startsWith(team ? TEAM : USER)
                || !Arrays.equals(
                        account.bytes(),
                        account.start() + TEAM.length,
                        account.start() + account.length(),
                        owner.bytes(),
                        owner.start(),
                        owner.start() + owner.length())) {
            throw new Rejection(
                    Reason.ACCOUNT_MISMATCH,
                    "subject '%s' is not the account of data.%s '%s'"
                            .formatted(account, team ? "teamId" : "userId", owner));
        }
    }

    private static void requireId(Text text, String name) throws Rejection {
        requireId(text, 0, name);
    }

    /**
     * As {@link Account#isId} has it: what names something here becomes an account, a row, a key.
     *
     * @param prefix how many bytes of it are not part of the id
     */
    private static void requireId(Text text, int prefix, String name) throws Rejection {
        if (text.length() <= prefix) {
            throw new Rejection(Reason.INVALID, name + " is missing or empty");
        }
        byte[] bytes = text.bytes();
        int characters = 0;
        for (int i = text.start() + prefix, end = text.start() + text.length(); i < end; i++) {
            byte b = bytes[i];
            if (b >= 0) {
                if (b < 0x20 || b == 0x7f) {
                    throw new Rejection(Reason.INVALID, name + " has a control character");
                }
                characters++;
            } else if ((b & 0xc0) == 0xc0) {
                // The first byte of a character; of four bytes, it is a pair in Java's count.
                characters += (b & 0xf8) == 0xf0 ? 2 : 1;
                if (b == LATIN_1_CONTROL && i + 1 < end && (bytes[i + 1] & 0xff) < 0xa0) {
                    throw new Rejection(Reason.INVALID, name + " has a control character");
                }
            }
        }
        if (characters > Account.ID_LENGTH_MAX) {
            throw new Rejection(Reason.INVALID, name + " has more than 256 characters");
        }
    }

    private static boolean isKnown(Text executionType) {
        for (byte[] known : EXECUTION_TYPES) {
            if (executionType.is(known)) {
                return true;
            }
        }
        return false;
    }

    private void readInto(Text text, String name) throws Rejection {
        if (!json.atText()) {
            throw new Rejection(Reason.INVALID, name + " must be a text");
        }
        json.readText();
        text.set(json.text(), json.textStart(), json.textLength());
    }

    /** Null is the same as absent; another value leaves the field absent, which a required field will not survive. */
    private void readOptional(Text text) throws Rejection {
        if (json.atText()) {
            json.readText();
            text.set(json.text(), json.textStart(), json.textLength());
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

    private static byte[][] names(String... names) {
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

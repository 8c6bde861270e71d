package com.promptmanage.streams.intake;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.promptmanage.streams.intake.Rejection.Reason;
import com.promptmanage.topics.account.Account;
import com.promptmanage.topics.usage.ExecutionType;
import com.promptmanage.topics.usage.TokenCounts;
import com.promptmanage.topics.usage.TokenKind;
import com.promptmanage.topics.usage.UsageEvent;
import java.util.Arrays;

/** What an event that was read has to be, so that it is counted. Allocates nothing for one that is. */
final class EventRules {

    /** A million dollars: what one call may at most be reported to have cost. */
    private static final long REPORTED_COST_MAX_NANO_USD = 1_000_000_000_000_000L;

    private static final TokenKind[] KINDS = TokenKind.values();

    /** With this byte begin U+0080 to U+00BF, of which the first half are control characters. */
    private static final byte LATIN_1_CONTROL = (byte) 0xc2;

    private static final byte[] TOKEN_USAGE = UsageEvent.TYPE.getBytes(US_ASCII);
    private static final byte[] OUR_TYPES = "com.promptmanage.".getBytes(US_ASCII);
    private static final byte[] TEAM = "team:".getBytes(US_ASCII);
    private static final byte[] USER = "user:".getBytes(US_ASCII);
    private static final byte[] SPEC_VERSION = "1.0".getBytes(US_ASCII);
    private static final byte[] PROMPT_RUN = ExecutionType.PROMPT_RUN.value().getBytes(US_ASCII);

    private static final byte[][] EXECUTION_TYPES = EventReader.names(
            Arrays.stream(ExecutionType.values()).map(ExecutionType::value).toArray(String[]::new));

    private EventRules() {}

    /** @param time of the event as it stands there */
    static void checkEnvelope(ReceivedEvent event, Text specVersion, Text time, long arrivalMs) throws Rejection {
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
        // What arrives without a time counts as of 1970. Rows from before it would not lie in the order of time.
        if (event.timeMs < Math.max(0, arrivalMs - EventReader.AGE_MAX.toMillis())
                || event.timeMs > arrivalMs + EventReader.AHEAD_MAX.toMillis()) {
            throw new Rejection(
                    Reason.TIME_OUT_OF_RANGE,
                    "time %s is before 1970, or more than 401 days before or a day after its arrival".formatted(time));
        }
        event.isTokenUsage = event.type.is(TOKEN_USAGE);
        if (!event.isTokenUsage && event.type.startsWith(OUR_TYPES)) {
            throw new Rejection(Reason.UNKNOWN_VERSION, "type '%s' is not known".formatted(event.type));
        }
    }

    /**
     * @param texts of its data, as far as they are there
     * @param unknownTokens whether it has a count of tokens that is none of ours
     */
    static void checkUsage(ReceivedEvent event, Text[] texts, boolean unknownTokens) throws Rejection {
        if (event.dataStart < 0) {
            throw new Rejection(Reason.INVALID, "data is missing");
        }
        requireId(event.userId, "data.userId");
        requireId(event.model, "data.model");
        for (Text text : texts) {
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
        checkAccount(event);
        if (!event.executionType.isPresent()) {
            event.executionType.set(PROMPT_RUN, 0, PROMPT_RUN.length, true);
        } else if (!isKnown(event.executionType)) {
            throw new Rejection(Reason.INVALID, "data.executionType '%s' is not known".formatted(event.executionType));
        }
        if (unknownTokens) {
            throw new Rejection(Reason.UNKNOWN_VERSION, "data.tokens has a count that is not known");
        }
        sumTokens(event);
        if (event.hasReportedCost
                && (event.reportedCostNanoUsd < 0 || event.reportedCostNanoUsd > REPORTED_COST_MAX_NANO_USD)) {
            throw new Rejection(Reason.INVALID, "data.reportedCostNanoUsd must be an integer from 0 to 10^15");
        }
    }

    private static void sumTokens(ReceivedEvent event) throws Rejection {
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
    }

    /** The subject must be what the data says: two truths would be counted in two places. */
    private static void checkAccount(ReceivedEvent event) throws Rejection {
        boolean team = event.teamId.isPresent();
        Text owner = team ? event.teamId : event.userId;
        Text account = event.subject;
        if (!account.startsWith(team ? TEAM : USER)
                || account.length() - TEAM.length != owner.length()
                || !Words.same(
                        account.bytes(), account.start() + TEAM.length, owner.bytes(), owner.start(), owner.length())) {
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
        if (characters(text, prefix, name) > Account.ID_LENGTH_MAX) {
            throw new Rejection(Reason.INVALID, name + " has more than 256 characters");
        }
    }

    private static int characters(Text text, int prefix, String name) throws Rejection {
        if (text.isPlain()) {
            return text.length() - prefix;
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
        return characters;
    }

    private static boolean isKnown(Text executionType) {
        for (byte[] known : EXECUTION_TYPES) {
            if (executionType.is(known)) {
                return true;
            }
        }
        return false;
    }
}

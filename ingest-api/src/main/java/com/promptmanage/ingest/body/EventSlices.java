package com.promptmanage.ingest.body;

import com.promptmanage.ingest.normalize.FaultSink;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds where each event of a body begins and ends, so that they are parsed one at a time: however large the body, only
 * one event is in memory as a tree.
 *
 * <p>It looks at brackets and quotes alone. What lies inside a slice is for the parser to judge, which sees every byte of
 * it; what lies between the slices is checked here.
 */
public final class EventSlices {

    /** Larger events are refused: a record must fit into one request to the broker. */
    public static final int EVENT_BYTES_MAX = 512 << 10;

    public static final int EVENTS_MAX = 10_000;

    private final byte[] body;

    private final int end;

    private final FaultSink faults;

    private final Taking taking;

    private final List<Slice> slices = new ArrayList<>();

    private int at;

    /** Whether an event was found that does not end: what follows is no longer searched for ends beyond its line. */
    private boolean isBroken;

    /** What is done with what is no event. */
    private enum Taking {
        EVENTS_ONLY,
        OTHERS_TOO,
        WHATEVER_IS_GOOD
    }

    /** Bytes {@code start} up to {@code end}, exclusive. */
    public record Slice(int start, int end) {

        public int length() {
            return end - start;
        }
    }

    /** Which of the two a body may be. */
    public enum Form {
        ONE,
        LIST,
        EITHER,
        /** A list, or one after the other, for example each in a line of its own. */
        MANY
    }

    /** What was found. */
    public record Found(List<Slice> slices, boolean isList) {}

    private EventSlices(byte[] body, Slice part, FaultSink faults, Taking taking) {
        this.body = body;
        this.at = part.start();
        this.end = part.end();
        this.faults = faults;
        this.taking = taking;
    }

    /** @return no slices if there is a fault */
    public static Found of(byte[] body, Form form, FaultSink faults) {
        return of(body, new Slice(0, body.length), form, faults);
    }

    /** As {@link #of(byte[], Form, FaultSink)}, in a part of a body. */
    public static Found of(byte[] body, Slice part, Form form, FaultSink faults) {
        return new EventSlices(body, part, faults, Taking.EVENTS_ONLY).found(form);
    }

    /**
     * As {@link #of(byte[], Form, FaultSink)}; but what stands in a list in place of an event has a slice too, so that
     * it can be refused by its index, beside all that is wrong with the events.
     */
    public static Found withOthers(byte[] body, Form form, FaultSink faults) {
        return withOthers(body, new Slice(0, body.length), form, faults);
    }

    /** As {@link #withOthers(byte[], Form, FaultSink)}, in a part of a body. */
    public static Found withOthers(byte[] body, Slice part, Form form, FaultSink faults) {
        return new EventSlices(body, part, faults, Taking.OTHERS_TOO).found(form);
    }

    /**
     * Of a body that may be anything, what can be told apart: of a list, what stands before it breaks off; of lines, each, also
     * where one is no event or was cut off.
     *
     * @param faults is told where a list breaks off
     * @return slices of which each may be no event at all
     */
    public static Found salvaged(byte[] body, FaultSink faults) {
        return new EventSlices(body, new Slice(0, body.length), faults, Taking.WHATEVER_IS_GOOD).found(Form.MANY);
    }

    private Found found(Form form) {
        boolean isList = startsWithList();
        boolean found = run(form, isList) || taking == Taking.WHATEVER_IS_GOOD;
        return new Found(found ? List.copyOf(slices) : List.of(), isList);
    }

    private boolean startsWithList() {
        skipBlanks();
        return at < end && body[at] == '[';
    }

    private boolean run(Form form, boolean isList) {
        if (at == end) {
            return fail("is empty", "Send one event, or a list of them.");
        }
        if (isList && form == Form.ONE) {
            return fail(
                    "is a list where one event is taken", "Send one, or say by its content type that it is a list.");
        }
        if (!isList && form == Form.LIST) {
            return fail(
                    "is no list, but its content type says so", "Send a list, or use application/cloudevents+json.");
        }
        if (!(isList ? list() : form == Form.MANY ? lines() : event())) {
            return false;
        }
        skipBlanks();
        return at == end || fail("goes on after its end, at byte " + at, "Send nothing after the events.");
    }

    private boolean lines() {
        while (at < end) {
            if (slices.size() == EVENTS_MAX) {
                return tooMany();
            }
            if (!(taking == Taking.WHATEVER_IS_GOOD ? eventOrLine() : event())) {
                return false;
            }
            skipBlanks();
        }
        return true;
    }

    private boolean tooMany() {
        slices.clear();
        return fail("has more than %d events".formatted(EVENTS_MAX), "Send them in several requests.");
    }

    /** Moves past one object, or past the rest of a line that is none. */
    private boolean eventOrLine() {
        int start = at;
        int after = body[start] == '{' ? endOf(start, isBroken ? endOfLine(start) : end) : -1;
        isBroken |= body[start] == '{' && after < 0;
        at = after < 0 ? endOfLine(start) : after;
        slices.add(new Slice(start, at));
        return true;
    }

    private int endOfLine(int start) {
        int line = start;
        while (line < end && body[line] != '\n') {
            line++;
        }
        return line;
    }

    private boolean list() {
        at++;
        skipBlanks();
        if (at < end && body[at] == ']') {
            at++;
            return true;
        }
        while (true) {
            if (slices.size() == EVENTS_MAX) {
                return tooMany();
            }
            if (!(taking == Taking.EVENTS_ONLY ? event() : eventOrOther())) {
                return false;
            }
            skipBlanks();
            if (at == end) {
                return fail("ends before its list does", "Send well-formed JSON.");
            }
            byte next = body[at++];
            if (next == ']') {
                return true;
            }
            if (next != ',') {
                at--;
                return fail("is not JSON: expected a comma or ] at byte " + at, "Send well-formed JSON.");
            }
            skipBlanks();
        }
    }

    /** Moves past one value of any kind. */
    private boolean eventOrOther() {
        if (at == end) {
            return event();
        }
        return switch (body[at]) {
            case '{', ',', ']' -> event();
            case '[', '"' -> brackets();
            default -> literal();
        };
    }

    /** A number, a name, or no JSON at all: the parser says which. */
    private boolean literal() {
        int start = at;
        while (at < end && body[at] != ',' && body[at] != ']' && !isBlank(body[at])) {
            at++;
        }
        slices.add(new Slice(start, at));
        return true;
    }

    /** Moves past one object. */
    private boolean event() {
        return (at < end && body[at] == '{')
                ? brackets()
                : fail("has something else than an event at byte " + at, "Send events as JSON objects.");
    }

    /** Moves past what begins here, an object, a list or a text. */
    private boolean brackets() {
        int start = at;
        int after = endOf(start, end);
        if (after < 0) {
            at = ~after;
            return at < end
                    ? fail("is not UTF-8: byte %d is zero".formatted(at), "Send JSON in UTF-8.")
                    : fail("ends inside an event", "Send well-formed JSON.");
        }
        slices.add(new Slice(start, after));
        at = after;
        return true;
    }

    /**
     * Behind what begins there, an object, a list or a text; if it has no end before {@code until}, the complement of where that is
     * seen: at a zero, or there.
     */
    private int endOf(int start, int until) {
        int depth = 0;
        boolean inText = false;
        int next = start;
        while (next < until) {
            byte b = body[next];
            if (b == 0) {
                return ~next;
            }
            next++;
            if (inText) {
                if (b == '\\') {
                    next++;
                } else if (b == '"') {
                    inText = false;
                    if (depth == 0) {
                        return next;
                    }
                }
            } else if (b == '"') {
                inText = true;
            } else if (b == '{' || b == '[') {
                depth++;
            } else if ((b == '}' || b == ']') && --depth == 0) {
                return next;
            }
        }
        return ~until;
    }

    private void skipBlanks() {
        while (at < end && isBlank(body[at])) {
            at++;
        }
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    private boolean fail(String detail, String remedy) {
        faults.add("body", detail, remedy);
        return false;
    }
}

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

    private final boolean takesOthers;

    private final List<Slice> slices = new ArrayList<>();

    private int at;

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

    private EventSlices(byte[] body, Slice part, FaultSink faults, boolean takesOthers) {
        this.body = body;
        this.at = part.start();
        this.end = part.end();
        this.faults = faults;
        this.takesOthers = takesOthers;
    }

    /** @return no slices if there is a fault */
    public static Found of(byte[] body, Form form, FaultSink faults) {
        return of(body, new Slice(0, body.length), form, faults);
    }

    /** As {@link #of(byte[], Form, FaultSink)}, in a part of a body. */
    public static Found of(byte[] body, Slice part, Form form, FaultSink faults) {
        return new EventSlices(body, part, faults, false).found(form);
    }

    /**
     * As {@link #of(byte[], Form, FaultSink)}; but what stands in a list in place of an event has a slice too, so that
     * it can be refused by its index, beside all that is wrong with the events.
     */
    public static Found withOthers(byte[] body, Form form, FaultSink faults) {
        return new EventSlices(body, new Slice(0, body.length), faults, true).found(form);
    }

    private Found found(Form form) {
        boolean isList = startsWithList();
        boolean found = run(form, isList);
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
                return fail("has more than %d events".formatted(EVENTS_MAX), "Send them in several requests.");
            }
            if (!event()) {
                return false;
            }
            skipBlanks();
        }
        return true;
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
                return fail("has more than %d events".formatted(EVENTS_MAX), "Send them in several requests.");
            }
            if (!(takesOthers ? eventOrOther() : event())) {
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
        int depth = 0;
        boolean inText = false;
        for (; at < end; at++) {
            byte b = body[at];
            if (b == 0) {
                return fail("is not UTF-8: byte %d is zero".formatted(at), "Send JSON in UTF-8.");
            }
            if (inText) {
                if (b == '\\') {
                    at++;
                } else if (b == '"') {
                    inText = false;
                    if (depth == 0) {
                        return add(start);
                    }
                }
            } else if (b == '"') {
                inText = true;
            } else if (b == '{' || b == '[') {
                depth++;
            } else if ((b == '}' || b == ']') && --depth == 0) {
                return add(start);
            }
        }
        at = end;
        return fail("ends inside an event", "Send well-formed JSON.");
    }

    /** The slice that ends with this byte. */
    private boolean add(int start) {
        at++;
        slices.add(new Slice(start, at));
        return true;
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

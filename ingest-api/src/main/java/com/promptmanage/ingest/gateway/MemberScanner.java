package com.promptmanage.ingest.gateway;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks at JSON while it passes, byte by byte: finds a few members near the top and gathers the texts under some names. It holds
 * what it looks for and nothing else, however large the document. It judges nothing: what is no JSON finds nothing, or nonsense,
 * which is for the reader of what was found to see.
 *
 * <p>Of a list of documents the last that has a member tells it.
 */
final class MemberScanner {

    private static final int DEPTH_MAX = 64;

    private static final int NAME_BYTES_MAX = 64;

    /** A longer member is none that we look for. */
    private static final int MEMBER_BYTES_MAX = 64 << 10;

    private final Set<String> members;

    private final Set<String> texts;

    private final TextSample sample;

    private final Map<String, byte[]> found = new HashMap<>();

    private final @Nullable String[] names = new String[DEPTH_MAX + 1];

    private final boolean[] isList = new boolean[DEPTH_MAX + 1];

    private final Bytes name = new Bytes(NAME_BYTES_MAX);

    private final Bytes captured = new Bytes(256);

    private @Nullable String capturing;

    private int capturingDepth;

    private int depth;

    private boolean inString;

    private boolean isEscaped;

    private boolean isName;

    private boolean isText;

    private boolean inLiteral;

    private boolean expectsName;

    /**
     * @param members what to find: a name at the top, or two with a dot between, one below the other
     * @param texts names whose texts are gathered, wherever they stand
     */
    MemberScanner(Set<String> members, Set<String> texts, TextSample sample) {
        this.members = members;
        this.texts = texts;
        this.sample = sample;
    }

    void feed(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            if (inString && !isName && !isEscaped && capturing == null) {
                at = passText(bytes, at, to);
            }
            if (at < to) {
                feed(bytes[at++]);
            }
        }
    }

    /** Most of a document is texts: they are passed over at once, up to what may end them. */
    private int passText(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] != '"' && bytes[at] != '\\') {
            at++;
        }
        if (isText) {
            sample.add(bytes, from, at - from);
        }
        return at;
    }

    void feed(byte next) {
        if (inString) {
            inString(next);
            return;
        }
        switch (next) {
            case ' ', '\t', '\n', '\r' -> endLiteral();
            case '{', '[' -> {
                beginValue();
                capture(next);
                open(next == '[');
            }
            case '}', ']' -> {
                endLiteral();
                close(next);
            }
            case ',' -> {
                endLiteral();
                capture(next);
                expectsName = depth > 0 && depth <= DEPTH_MAX && !isList[depth];
            }
            case ':' -> {
                capture(next);
                expectsName = false;
            }
            case '"' -> beginString(next);
            default -> {
                if (!inLiteral) {
                    beginValue();
                    inLiteral = true;
                }
                capture(next);
            }
        }
    }

    /** What was found since the last {@link #next}, by its name or names: JSON, as it came. */
    Map<String, byte[]> found() {
        endLiteral();
        return found;
    }

    /** Another document begins. */
    void next() {
        found.clear();
        capturing = null;
        captured.clear();
        depth = 0;
        inString = false;
        inLiteral = false;
        isEscaped = false;
        expectsName = false;
    }

    private void inString(byte next) {
        capture(next);
        if (isEscaped) {
            isEscaped = false;
        } else if (next == '\\') {
            isEscaped = true;
        } else if (next == '"') {
            inString = false;
            if (isName) {
                names[depth] = name.text();
            } else {
                endValue();
            }
            return;
        }
        if (isName && name.size() < NAME_BYTES_MAX) {
            name.add(next);
        } else if (isText) {
            sample.add(next);
        }
    }

    private void beginString(byte quote) {
        isName = expectsName;
        isText = false;
        if (isName) {
            name.clear();
        } else {
            beginValue();
            isText = isText();
        }
        capture(quote);
        inString = true;
    }

    private void open(boolean list) {
        depth++;
        if (depth <= DEPTH_MAX) {
            isList[depth] = list;
            names[depth] = null;
        }
        expectsName = !list && depth <= DEPTH_MAX;
    }

    private void close(byte bracket) {
        capture(bracket);
        expectsName = false;
        if (depth > 0) {
            depth--;
            endValue();
        }
    }

    private void beginValue() {
        if (capturing != null || depth == 0 || depth > DEPTH_MAX) {
            return;
        }
        String path = path();
        if (path != null && members.contains(path)) {
            capturing = path;
            capturingDepth = depth;
            captured.clear();
        }
    }

    private void endLiteral() {
        if (inLiteral) {
            inLiteral = false;
            endValue();
        }
    }

    private void endValue() {
        if (capturing != null && depth == capturingDepth) {
            if (captured.size() < MEMBER_BYTES_MAX) {
                found.put(capturing, captured.copy());
            }
            capturing = null;
        }
    }

    private void capture(byte next) {
        if (capturing != null && captured.size() < MEMBER_BYTES_MAX) {
            captured.add(next);
        }
    }

    /** Where a value begins that stands in an object at the top, or in an object in one; null anywhere else. */
    private @Nullable String path() {
        int top = isList[1] ? 2 : 1;
        if (depth < top || depth > top + 1 || isList[top] || isList[depth] || names[top] == null) {
            return null;
        }
        return depth == top ? names[top] : names[top] + "." + names[depth];
    }

    /** A text in a list has the list's name. */
    private boolean isText() {
        int at = Math.min(depth, DEPTH_MAX);
        while (at > 0 && isList[at]) {
            at--;
        }
        String called = names[at];
        return at > 0 && called != null && texts.contains(called);
    }
}

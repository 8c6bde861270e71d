package com.promptmanage.ingest.otlp;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;

/**
 * JSON as its parser is shown it: what lies deeper than {@value #DEPTH_MAX} levels is blank, and what it lies in stays, so that
 * {@link #skip} sees it. The parser keeps something for each level that is open, so it would need memory as the sender likes; here
 * a level more is a number that is one larger. All bytes stand where they stood.
 */
final class ShallowJson extends InputStream {

    /** Far more than records have. */
    static final int DEPTH_MAX = 64;

    private final byte[] body;

    private int at;

    private int depth;

    private boolean inText;

    private boolean isEscaped;

    /** @param body in UTF-8; not copied, and left alone */
    ShallowJson(byte[] body, int from) {
        this.body = body;
        this.at = from;
    }

    /**
     * Passes over a value with all that is in it.
     *
     * @return whether it is too deep
     */
    static boolean skip(JsonParser json) throws IOException {
        boolean isDeep = false;
        int open = 0;
        JsonToken token = json.currentToken();
        while (token != null) {
            if (token.isStructStart()) {
                open++;
                isDeep |= json.getParsingContext().getNestingDepth() > DEPTH_MAX;
            } else if (token.isStructEnd()) {
                open--;
            }
            if (open == 0) {
                break;
            }
            token = json.nextToken();
        }
        return isDeep;
    }

    @Override
    public int read() {
        return at == body.length ? -1 : shown(body[at++]) & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) {
        int count = Math.min(length, body.length - at);
        if (count == 0 && length > 0) {
            return -1;
        }
        for (int i = 0; i < count; i++) {
            into[from + i] = shown(body[at++]);
        }
        return count;
    }

    private byte shown(byte next) {
        boolean isHidden = depth > DEPTH_MAX;
        if (inText) {
            inText = isEscaped || next != '"';
            isEscaped = !isEscaped && next == '\\';
        } else if (next == '"') {
            inText = true;
        } else if (next == '{' || next == '[') {
            depth++;
        } else if (next == '}' || next == ']') {
            depth--;
            isHidden = depth > DEPTH_MAX;
        }
        return isHidden ? (byte) ' ' : next;
    }
}

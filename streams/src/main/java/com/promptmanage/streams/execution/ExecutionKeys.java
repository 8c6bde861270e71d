package com.promptmanage.streams.execution;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The keys of the state. A section, then texts with their lengths in front, so that no two lists of texts have the same bytes, and
 * all keys that begin with the same texts lie together.
 *
 * <pre>
 * kept from                                       what is older is forgotten
 * executions  account, source, execution          what is known of each
 * nodes       account, source, execution, node, scope
 * rows        account, workflow, node, quarter    the node empty for the executions themselves
 * </pre>
 */
public final class ExecutionKeys {

    static final byte[] KEPT_FROM = {'k'};

    static final byte EXECUTIONS = 'e';

    static final byte NODES = 'n';

    static final byte ROWS = 'r';

    private ExecutionKeys() {}

    static byte[] execution(String account, String source, String execution) {
        return key(EXECUTIONS, account, source, execution);
    }

    /** Of all nodes of an execution, given its own key. */
    static byte[] nodesOf(byte[] executionKey) {
        byte[] key = executionKey.clone();
        key[0] = NODES;
        return key;
    }

    static byte[] node(byte[] executionKey, String node, String scope) {
        return joined(nodesOf(executionKey), node, scope);
    }

    /** Account, source, execution, node and scope. */
    static String nodeOf(byte[] nodeKey) {
        return texts(nodeKey).get(3);
    }

    /** One of {@link #rows}. */
    public static byte[] row(byte[] rowsKey, int quarter) {
        return ByteBuffer.allocate(rowsKey.length + Integer.BYTES)
                .put(rowsKey)
                .putInt(quarter)
                .array();
    }

    /** All rows of a workflow's executions, or of one of its nodes: what is in front of the quarter. */
    public static byte[] rows(String account, String workflow, String node) {
        return key(ROWS, account, workflow, node);
    }

    /** What all rows of an account begin with. */
    public static byte[] rowsOf(String account) {
        return key(ROWS, account);
    }

    /** What all rows of a workflow begin with. */
    public static byte[] rowsOf(String account, String workflow) {
        return key(ROWS, account, workflow);
    }

    public static int quarterOf(byte[] rowKey) {
        return ByteBuffer.wrap(rowKey).getInt(rowKey.length - Integer.BYTES);
    }

    /** Account, workflow and node of a row. */
    public static List<String> textsOfRow(byte[] rowKey) {
        return texts(Arrays.copyOf(rowKey, rowKey.length - Integer.BYTES));
    }

    /** The first key that does not begin so. */
    public static byte[] after(byte[] prefix) {
        byte[] after = prefix.clone();
        for (int i = after.length - 1; i >= 0; i--) {
            if (++after[i] != 0) {
                return Arrays.copyOf(after, i + 1);
            }
        }
        throw new IllegalArgumentException("nothing comes after this");
    }

    static byte[] startOf(byte section) {
        return new byte[] {section};
    }

    private static byte[] key(byte section, String... texts) {
        return joined(new byte[] {section}, texts);
    }

    private static byte[] joined(byte[] start, String... texts) {
        byte[][] parts = new byte[texts.length][];
        int length = start.length;
        for (int i = 0; i < texts.length; i++) {
            parts[i] = texts[i].getBytes(UTF_8);
            length += Short.BYTES + parts[i].length;
        }
        ByteBuffer key = ByteBuffer.allocate(length).put(start);
        for (byte[] part : parts) {
            key.putShort((short) part.length).put(part);
        }
        return key.array();
    }

    private static List<String> texts(byte[] key) {
        var texts = new ArrayList<String>();
        ByteBuffer left = ByteBuffer.wrap(key, 1, key.length - 1);
        while (left.hasRemaining()) {
            byte[] text = new byte[Short.toUnsignedInt(left.getShort())];
            left.get(text);
            texts.add(new String(text, UTF_8));
        }
        return texts;
    }
}

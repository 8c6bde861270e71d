package com.promptmanage.ingest.log;

import com.promptmanage.topics.account.Account;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** What a logged call is called: the same for the same event, however often it is sent. */
final class LogId {

    private static final int BYTES = 16;

    private LogId() {}

    static String of(Account account, String source, String eventId) {
        MessageDigest digest = sha256();
        for (String part : new String[] {account.value(), source, eventId}) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            // With its length before it, no part can pass for a piece of another.
            digest.update(
                    ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
            digest.update(bytes);
        }
        return "log_" + HexFormat.of().formatHex(Arrays.copyOf(digest.digest(), BYTES));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}

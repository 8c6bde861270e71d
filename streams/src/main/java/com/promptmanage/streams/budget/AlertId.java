package com.promptmanage.streams.budget;

import com.promptmanage.topics.budget.Budget;
import com.promptmanage.topics.budget.Period.Window;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The name of an alert: the same for the same crossing, wherever and whenever it is worked out. */
public final class AlertId {

    private AlertId() {}

    /** A hash of the tuple for which there is exactly one alert. Its parts are hashed with their lengths. */
    public static String of(Budget budget, String value, Window window, int threshold) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        for (String part : new String[] {budget.account().value(), budget.id(), value}) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update(
                    ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
            digest.update(bytes);
        }
        digest.update(ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES)
                .putLong(budget.version())
                .putLong(window.startMs())
                .putInt(threshold)
                .array());
        return "alert_" + HexFormat.of().formatHex(digest.digest(), 0, 16);
    }
}

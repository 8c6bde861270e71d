package com.promptmanage.query.notify;

import com.promptmanage.service.outbox.Outbox;
import com.promptmanage.service.outbox.OutboxRecord;
import com.promptmanage.topics.Topics;
import com.promptmanage.topics.alert.Notice;
import com.promptmanage.topics.alert.NoticeCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Tells of what was found, once, however often and by however many processes it is found. */
public final class Notices {

    private Notices() {}

    /**
     * Tells, in the caller's transaction, those that nobody has told yet: each goes to the outbox if and only if the
     * transaction commits, and with it that it is told.
     *
     * @param handle of a transaction for the service's own work
     */
    public static void tell(Handle handle, Collection<Notice> notices, Instant now) {
        // In one order for all, so that two transactions never wait for each other.
        List<Notice> news = notices.stream()
                .sorted(Comparator.comparing(Notice::id))
                .filter(notice -> isNew(handle, notice, now))
                .toList();
        Outbox.append(
                handle,
                news.stream()
                        .map(notice -> OutboxRecord.of(
                                Topics.BUDGET_ALERTS.name(),
                                notice.account().value(),
                                NoticeCodec.write(notice, "/prompt-manage/notices")))
                        .toList());
    }

    /** The id of what is about these: the same for the same, and another for all else. */
    public static String id(String type, String... about) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        for (String part : about) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update(
                    ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
            digest.update(bytes);
        }
        return type + "_" + HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    private static boolean isNew(Handle handle, Notice notice, Instant now) {
        return handle.createUpdate("""
                        INSERT INTO told_notices (id, account, told_at) VALUES (:id, :account, :now)
                        ON CONFLICT (id) DO NOTHING
                        """)
                        .bind("id", notice.id())
                        .bind("account", notice.account().value())
                        .bind("now", now.atOffset(ZoneOffset.UTC))
                        .execute()
                > 0;
    }
}

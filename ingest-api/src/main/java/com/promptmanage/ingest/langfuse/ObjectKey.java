package com.promptmanage.ingest.langfuse;

import com.promptmanage.ingest.normalize.Texts;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;

/**
 * What SDKs tell about.
 *
 * @param id empty if it has none
 */
record ObjectKey(Kind kind, String id) {

    /** In which the rows of a request are locked, so that requests do not wait for each other in a circle. */
    static final Comparator<ObjectKey> ORDER =
            Comparator.comparing(ObjectKey::kind).thenComparing(ObjectKey::id);

    /** Of the many kinds of observations only those count that call a model. */
    enum Kind {
        TRACE("trace"),
        CALL("call");

        private final String value;

        Kind(String value) {
            this.value = value;
        }

        /** As it is written in the database. */
        String value() {
            return value;
        }
    }

    /** @param told the id that an SDK gives it, of whatever length */
    static ObjectKey of(Kind kind, String told) {
        return new ObjectKey(kind, kept(Texts.whole(told)));
    }

    /**
     * An id as it is, or, where it is longer than ids are here (Langfuse's may have 800 characters) or has characters that ids have
     * not, what stands for it. Never to be changed: what was sent before would be counted again.
     */
    static String kept(String id) {
        return id.isEmpty() || Texts.isId(id) ? id : "sha256:" + HexFormat.of().formatHex(sha256(id));
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}

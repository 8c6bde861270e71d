package com.promptmanage.ingest.langfuse;

import com.promptmanage.ingest.normalize.Texts;
import java.util.Comparator;

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

    /** @param told the id that an SDK gives it: Langfuse's may have 800 characters */
    static ObjectKey of(Kind kind, String told) {
        return new ObjectKey(kind, Texts.keptId(Texts.whole(told)));
    }
}

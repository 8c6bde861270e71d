package com.promptmanage.ingest.langfuse;

import java.util.Comparator;

/** What SDKs tell about. */
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
}

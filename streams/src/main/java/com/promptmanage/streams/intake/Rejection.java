package com.promptmanage.streams.intake;

import java.util.Locale;

/** Why a record is not counted. Thrown without a stack trace: bad input is no accident of the code. */
public final class Rejection extends Exception {

    private static final long serialVersionUID = 1L;

    /** A detail quotes the record, which may have a megabyte where twenty characters belong. */
    private static final int DETAIL_LENGTH_MAX = 500;

    private final Reason reason;

    /** The kinds of reason, for programs. */
    public enum Reason {
        /** Not JSON, or JSON with duplicate keys, or not UTF-8. */
        MALFORMED,
        /** A field is missing or not of its form. */
        INVALID,
        /** The record's key is not the account that the event names. */
        ACCOUNT_MISMATCH,
        /** It lies on another partition than its key belongs to. */
        WRONG_PARTITION,
        /** Further back or ahead of its arrival than {@link EventReader} allows. */
        TIME_OUT_OF_RANGE,
        /** Its type is one of ours, in a version that this program does not know. */
        UNKNOWN_VERSION,
        /** Its cost or its tokens would not fit the account's sums. */
        OVERFLOW;

        /** The name on the rejected topic. */
        public String value() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Rejection(Reason reason, String detail) {
        super(
                detail.length() > DETAIL_LENGTH_MAX ? detail.substring(0, DETAIL_LENGTH_MAX) + "…" : detail,
                null,
                false,
                false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** What is wrong, for people. */
    public String detail() {
        String message = getMessage();
        return message == null ? reason.value() : message;
    }
}

package com.promptmanage.streams.ledger;

/** How long a time a row covers. The codes are part of stored keys. */
public enum Grain {
    /** Fifteen minutes of UTC: every zone's days and months are made of them. */
    QUARTER_HOUR(0, 'q'),
    /** A day of the account's zone. */
    DAY(1, 'd'),
    /** A month of the account's zone. */
    MONTH(2, 'm');

    private static final Grain[] BY_NUMBER = values();

    private final int number;

    private final byte code;

    Grain(int number, char code) {
        this.number = number;
        this.code = (byte) code;
    }

    int number() {
        return number;
    }

    byte code() {
        return code;
    }

    static Grain ofNumber(int number) {
        return BY_NUMBER[number];
    }
}

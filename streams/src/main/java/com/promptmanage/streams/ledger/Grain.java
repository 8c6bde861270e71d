package com.promptmanage.streams.ledger;

/** How long a time a row covers. The codes are part of stored keys. */
public enum Grain {
    /** Fifteen minutes of UTC: every zone's days and months are made of them. */
    QUARTER_HOUR(0, 'q'),
    /** A day of the account's zone. */
    DAY(1, 'd'),
    /** A month of the account's zone. */
    MONTH(2, 'm'),
    /** Everything before the account's other rows begin: one row for each value, with the bucket 0. */
    PAST(3, 'p');

    private static final Grain[] BY_NUMBER = values();

    private final int number;

    private final byte code;

    Grain(int number, char code) {
        this.number = number;
        this.code = (byte) code;
    }

    static Grain ofCode(byte code) {
        for (Grain grain : BY_NUMBER) {
            if (grain.code == code) {
                return grain;
            }
        }
        throw new IllegalStateException("no grain of rows has the code " + code + ": run a newer program");
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
